/** One level of load, from its first instance to its record and rows. */
import type { FunctionOptions } from '../../control-plane/platform/function-pool.js';
import { Platform } from '../../control-plane/platform/platform.js';
import { anywhere, spreadOver, type CpuPlacement } from '../../control-plane/platform/placement.js';
import { createPolicy } from '../../policies/create-policy.js';
import { findEnergyCounter, type EnergyCounter } from '../../data-plane/probes/energy-counter.js';
import { passed, type Clock } from '../../domain/clock.js';
import type { LevelRecord } from '../../domain/level.js';
import { longestSeconds, warmUpOf, type Load } from '../../domain/load.js';
import type { Measurement } from '../../domain/measurement.js';
import type { Pinning } from '../../domain/run-manifest.js';
import type { Prepared } from '../../domain/runtime.js';
import { milliseconds, type Bytes, type Milliseconds } from '../../domain/units.js';
import { LatencyHistogram } from '../../stats/latency-histogram.js';
import { seededRandom } from '../../stats/random.js';
import type { ReadyPayload } from '../ready-payloads.js';
import { runClosedLoop } from './closed-loop.js';
import { garbageInGaps } from './garbage-in-gaps.js';
import { createGeneratorProbe, type GeneratorProbe } from './generator-probe.js';
import { leadMs, type LevelOptions, type LevelResult } from './level.js';
import type { PlannedLevel } from './level-plan.js';
import { recordOf, type LevelNotes } from './level-record.js';
import { loadRow } from './load-row.js';
import { NextSend } from './next-send.js';
import { runOpenLoop } from './open-loop.js';
import { platformTarget } from './platform-target.js';
import { RowSample } from './row-sample.js';
import { SandboxFigures } from './sandbox-figures.js';
import { sparesOf, startInstanceOf } from './start-instance.js';
import type { LoadExchange, LoadRequest } from './target.js';
import { Timeline } from './timeline.js';

export interface LevelSettings {
  readonly load: Load;
  readonly seed: number;
  readonly clock: Clock;
  readonly timeLimitMs: Milliseconds;
  readonly maximumResponseBytes: Bytes;
  readonly signal: AbortSignal;
  /** Whose CPUs are whose; absent where nothing is kept to any. */
  readonly pinning?: Pinning | undefined;
}

export interface MeasuredLevelOfLoad {
  readonly record: LevelRecord;
  readonly rows: readonly Measurement[];
}

type FunctionPlatform = Platform<LoadRequest, LoadExchange>;

const rowsByDefault = { closed: 200, open: 20_000 };

/** Instances enough to keep every client served, where clients send. */
export const minInstancesOf = ({ shape }: PlannedLevel, { instances }: Load): number =>
  instances.min ??
  (shape.kind === 'open' ? 0 : Math.min(instances.max, Math.ceil(shape.clients / instances.concurrency)));

/** Leaves no instance behind, however it ends. Never rejects for what the function or its sandboxes do. */
export async function runLevel(
  level: PlannedLevel,
  prepared: Prepared,
  payload: ReadyPayload,
  settings: LevelSettings,
): Promise<MeasuredLevelOfLoad> {
  const { load, clock } = settings;
  const [startedAt, origin] = [clock.wallTime(), clock.now()];
  const figures = new SandboxFigures(clock);
  const timeline = new Timeline(origin, milliseconds((warmUpOf(load) + longestSeconds(load)) * 1000));
  const platform: FunctionPlatform = new Platform({
    clock,
    startsAtOnce: load.instances.startsAtOnce,
    cpus: placementOf(settings.pinning),
    onEvent: (event) => timeline.event(event),
  });
  const name = level.cell.function;
  const nextSend = new NextSend(clock);
  const spares = sparesOf(prepared, load, nextSend);
  const notes: LevelNotes = { queued: new LatencyHistogram(), cold: 0, reasons: {}, startedAt };
  const rows = sampleOf(level, settings);
  try {
    const minInstances = minInstancesOf(level, load);
    platform.deploy(name, {
      start: startInstanceOf({
        ...{ spares, payload, figures, nextSend, clock, timeLimitMs: settings.timeLimitMs },
        transport: level.cell.transport ?? 'stdio',
        maximumResponseBytes: settings.maximumResponseBytes,
      }),
      ...poolOf(load),
      minInstances,
    });
    await untilUp(platform, name, minInstances, settings);
    await spares.fill(settings.pinning?.sandboxes[0]);
    const options: LevelOptions = {
      ...limitsOf(settings),
      probe: probing(createGeneratorProbe(clock), figures, findEnergyCounter(), notes),
      onSettled: (request, exchange) => {
        note(notes, timeline, request, exchange);
        rows.offer(() => loadRow(level, payload.payloadBytes, request, exchange, startedAt, origin));
      },
    };
    const result = await loop(level, platform, { ...options, nextSend }, settings.seed);
    figures.end();
    const counts = platform.counts(name);
    const end = clock.now();
    await platform.stop();
    return {
      record: recordOf(level, result, {
        ...{ notes, counts, used: figures.used(), starts: platform.starts, precision: load.precision },
        ...(level.shape.kind === 'open' ? { timeline: timeline.until(end) } : {}),
      }),
      rows: rows.rows(),
    };
  } finally {
    await platform.stop().finally(() => spares.close());
  }
}

/** What a pool is told of a load, all but its least number of instances; with a policy of its own. */
export const poolOf = ({
  instances,
}: Load): Omit<FunctionOptions<LoadRequest, LoadExchange>, 'start' | 'minInstances'> => ({
  policy: createPolicy(instances),
  maxInstances: instances.max,
  preWarm: instances.preWarm,
  concurrency: instances.concurrency,
  queueLimit: instances.queueLimit,
});

/** Where instances go: anywhere, or each to the CPUs with the fewest. */
export function placementOf(pinning: Pinning | undefined): CpuPlacement {
  const [first, ...others] = pinning?.sandboxes ?? [];
  return first === undefined ? anywhere : spreadOver([first, ...others]);
}

export function limitsOf({ load, clock, timeLimitMs, signal }: LevelSettings): LevelOptions {
  const { count, precision } = load;
  return {
    clock,
    warmUpMs: milliseconds(warmUpOf(load) * 1000),
    leadMs,
    stop: {
      timeMs: milliseconds(longestSeconds(load) * 1000),
      ...(count === undefined ? {} : { count }),
      precision,
    },
    timeoutMs: timeLimitMs,
    signal,
  };
}

function sampleOf(level: PlannedLevel, { load, seed }: LevelSettings): RowSample<Measurement> {
  const most = load.rowsPerLevel ?? rowsByDefault[level.shape.kind];
  return new RowSample<Measurement>(most, seededRandom(seed, `rows ${level.index}`));
}

async function loop(
  { shape, index, cell }: PlannedLevel,
  platform: FunctionPlatform,
  options: LevelOptions & { readonly nextSend: NextSend },
  seed: number,
): Promise<LevelResult> {
  const target = platformTarget(platform, cell.function);
  if (shape.kind === 'closed') return await runClosedLoop(shape, target, options);
  const random = seededRandom(seed, `arrivals ${index}`);
  return await runOpenLoop(shape, target, {
    ...options,
    random: () => random.uniform(),
    onGap: garbageInGaps(options.clock),
  });
}

/** Instances that were asked for beforehand are up, or could not be started: what then comes is measured as it is. */
export async function untilUp(
  platform: FunctionPlatform,
  name: string,
  wanted: number,
  { clock, timeLimitMs, signal }: LevelSettings,
): Promise<void> {
  const giveUpAt = clock.now() + timeLimitMs;
  while (clock.now() < giveUpAt && !signal.aborted) {
    const { started, startsFailed } = platform.counts(name);
    if (started + startsFailed >= wanted) return;
    await passed(clock, milliseconds(5));
  }
}

/** Counters are read at the two ends of the time measured, outside of every request's own time stamps. */
export const probing = (
  generator: GeneratorProbe,
  figures: SandboxFigures,
  energy: EnergyCounter | undefined,
  notes: LevelNotes,
): GeneratorProbe => ({
  begin: () => {
    figures.begin();
    energy?.begin();
    generator.begin();
  },
  end: () => {
    const cost = generator.end();
    figures.end();
    notes.energyJoules = energy?.end();
    return cost;
  },
});

function note(notes: LevelNotes, timeline: Timeline, { dueAt }: LoadRequest, exchange: LoadExchange): void {
  const { served } = exchange;
  if (served !== undefined) {
    notes.queued.record(served.queuedMs);
    if (served.cold) notes.cold += 1;
  }
  const cold = served?.cold === true;
  if (exchange.state === 'failed') {
    notes.reasons[exchange.kind] ??= exchange.reason;
    timeline.request(dueAt, { cold });
  } else timeline.request(dueAt, { cold, latencyMs: milliseconds(exchange.answeredAt - dueAt) });
}
