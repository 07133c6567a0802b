/** A trace replayed once, on one runtime: all its functions at once, each with instances of its own. */
import type { RunningInstance } from '../../../control-plane/platform/instance.js';
import { Platform } from '../../../control-plane/platform/platform.js';
import { findEnergyCounter } from '../../../data-plane/probes/energy-counter.js';
import type { LevelRecord } from '../../../domain/level.js';
import { warmUpOf } from '../../../domain/load.js';
import type { Measurement } from '../../../domain/measurement.js';
import type { Prepared } from '../../../domain/runtime.js';
import { milliseconds, type Joules, type Milliseconds } from '../../../domain/units.js';
import { seededRandom } from '../../../stats/random.js';
import type { ReadyPayload } from '../../ready-payloads.js';
import { garbageInGaps } from '../garbage-in-gaps.js';
import { createGeneratorProbe, type GeneratorProbe } from '../generator-probe.js';
import { NextSend } from '../next-send.js';
import { runOpenLoop } from '../open-loop.js';
import { platformTarget } from '../platform-target.js';
import { limitsOf, placementOf, poolOf, untilUp, type LevelSettings } from '../run-level.js';
import { sparesOf, startInstanceOf } from '../start-instance.js';
import type { StagedSpares } from '../staged-spares.js';
import type { LoadExchange, LoadRequest, Target } from '../target.js';
import { FunctionTally } from './function-tally.js';
import type { PlannedReplay, ReplayPart } from './replay-plan.js';
import { lengthOf, type Replay } from './replay.js';

export interface ReadyPart extends ReplayPart {
  readonly prepared: Prepared;
  readonly payload: ReadyPayload;
}

export interface MeasuredReplay {
  readonly endedBy: LevelRecord['endedBy'];
  /** One of each function of ours that served. */
  readonly records: readonly LevelRecord[];
  readonly rows: readonly Measurement[];
}

const rowsByDefault = 20_000;

/** Leaves no instance behind, however it ends. Never rejects for what the functions or their sandboxes do. */
export async function runReplay(
  planned: PlannedReplay,
  parts: readonly ReadyPart[],
  replay: Replay,
  settings: LevelSettings,
): Promise<MeasuredReplay> {
  const running = new RunningReplay(planned, parts, replay, settings);
  try {
    return await running.run();
  } finally {
    await running.stop();
  }
}

class RunningReplay {
  readonly platform: Platform<LoadRequest, LoadExchange>;
  /** By the place of the trace's function. */
  private readonly tallies: FunctionTally[] = [];
  private readonly targets: Target[] = [];
  /** By the place of the trace's function, then the platform's number of an instance: a number of the replay. */
  private readonly instances: number[][];
  private readonly origin: Milliseconds;
  private readonly startedAt: Date;
  private readonly spares: StagedSpares[] = [];
  private readonly nextSend: NextSend;
  private numbered = 0;
  private energy: Joules | undefined;

  constructor(
    private readonly planned: PlannedReplay,
    private readonly parts: readonly ReadyPart[],
    private readonly replay: Replay,
    private readonly settings: LevelSettings,
  ) {
    const { clock, load } = settings;
    this.origin = clock.now();
    this.startedAt = clock.wallTime();
    this.nextSend = new NextSend(clock);
    this.instances = replay.functions.map(() => []);
    this.platform = new Platform({
      clock,
      startsAtOnce: load.instances.startsAtOnce,
      cpus: placementOf(settings.pinning),
      onEvent: (event) => this.tallies[Number(event.function)]?.timeline.event(event),
    });
  }

  async stop(): Promise<void> {
    await this.platform.stop().finally(() => Promise.all(this.spares.map((one) => one.close())));
  }

  async run(): Promise<MeasuredReplay> {
    const { load, seed } = this.settings;
    const tallies = this.parts.map((part) => this.deploy(part));
    for (const place of this.replay.functions.keys())
      await untilUp(this.platform, String(place), load.instances.min ?? 0, this.settings);
    for (const one of this.spares) await one.fill(this.settings.pinning?.sandboxes[0]);
    const random = seededRandom(seed, `replay ${this.planned.index}`);
    const result = await runOpenLoop(
      { kind: 'open', arrivals: { kind: 'list', offsets: this.offsets() } },
      { send: (request) => this.send(request) },
      {
        ...limitsOf(this.settings),
        random: () => random.uniform(),
        nextSend: this.nextSend,
        onGap: garbageInGaps(this.settings.clock),
        probe: this.probe(tallies),
        onSettled: (request, exchange) => {
          const place = this.replay.functionOf[request.index] ?? 0;
          this.tallies[place]?.settled(place, request, exchange);
        },
      },
    );
    for (const { figures } of tallies) figures.end();
    const end = this.settings.clock.now();
    const counts = this.replay.functions.map((_, place) => this.platform.counts(String(place)));
    for (const { timeline } of tallies) timeline.close(end);
    await this.platform.stop();
    const { energy } = this;
    return {
      endedBy: result.endedBy,
      records: tallies.map((tally, index) =>
        tally.record(
          result,
          (this.parts[index]?.functions ?? []).flatMap((place) => counts[place] ?? []),
          end,
          { replay: this.planned.index, ...(energy === undefined ? {} : { energyJoules: energy }) },
          this.platform.starts,
        ),
      ),
      rows: tallies.flatMap((tally) => tally.rows()),
    };
  }

  /** The platform knows the trace's functions by their places: names of a file reach nothing but the rows. */
  private deploy(part: ReadyPart): FunctionTally {
    const { load, clock, seed, timeLimitMs, maximumResponseBytes } = this.settings;
    const { prepared, payload, cell } = part;
    const tally = new FunctionTally(this.planned, part, this.replay, {
      ...{ clock, startedAt: this.startedAt, origin: this.origin, payloadBytes: payload.payloadBytes },
      measureFrom: milliseconds(this.origin + warmUpOf(load) * 1000),
      length: lengthOf(this.replay),
      rows: load.rowsPerLevel ?? rowsByDefault,
      random: seededRandom(seed, `rows ${part.index}`),
    });
    const spares = sparesOf(prepared, load, this.nextSend);
    this.spares.push(spares);
    const start = startInstanceOf({
      ...{ spares, payload, clock, timeLimitMs, maximumResponseBytes, figures: tally.figures },
      nextSend: this.nextSend,
      transport: cell.transport ?? 'stdio',
    });
    for (const place of part.functions) {
      this.tallies[place] = tally;
      this.targets[place] = platformTarget(this.platform, String(place));
      this.platform.deploy(String(place), {
        start: (number, cpus): Promise<RunningInstance<LoadRequest, LoadExchange>> => {
          const ours = this.numbered++;
          (this.instances[place] ??= [])[number] = ours;
          return start(ours, cpus);
        },
        ...poolOf(load),
        minInstances: load.instances.min ?? 0,
      });
    }
    return tally;
  }

  /** The open loop numbers its requests in the order of the schedule: by that it is known whose each is. */
  private async send(request: LoadRequest): Promise<LoadExchange> {
    const place = this.replay.functionOf[request.index] ?? 0;
    const target = this.targets[place];
    if (target === undefined) throw new Error('an arrival of a function that was not deployed');
    const exchange = await target.send(request);
    const { served } = exchange;
    if (served === undefined) return exchange;
    const instance = this.instances[place]?.[served.instance] ?? served.instance;
    return { ...exchange, served: { ...served, instance } };
  }

  private *offsets(): Generator<Milliseconds, void> {
    for (const offset of this.replay.offsets) yield milliseconds(offset);
  }

  private probe(tallies: readonly FunctionTally[]): GeneratorProbe {
    const generator = createGeneratorProbe(this.settings.clock);
    const energy = findEnergyCounter();
    return {
      begin: () => {
        for (const { figures } of tallies) figures.begin();
        energy?.begin();
        generator.begin();
      },
      end: () => {
        const cost = generator.end();
        for (const { figures } of tallies) figures.end();
        this.energy = energy?.end();
        return cost;
      },
    };
  }
}
