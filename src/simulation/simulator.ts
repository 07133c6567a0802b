/** A discrete-event simulation of the small platform: arrivals in, figures out. */
import { invalidInput } from '../domain/errors.js';
import type { TimeSlice } from '../domain/level.js';
import type { TraceInvocation } from '../domain/trace.js';
import { milliseconds, type Milliseconds } from '../domain/units.js';
import { LatencyHistogram } from '../stats/latency-histogram.js';
import { seededRandom } from '../stats/random.js';
import { EventClock } from './event-clock.js';
import { Pool, type Deployment, type InstanceEvent, type Settled } from './pool.js';
import { Processors } from './processors.js';
import { StartLimit } from './start-limit.js';
import { Timeline } from './timeline.js';

export interface SimulatorOptions {
  /** Of all functions together. */
  readonly startsAtOnce: number;
  /** CPUs that all instances share, each of which can use one to start or to serve. Absent: nobody slows anybody. */
  readonly cores?: number;
  readonly seed: number;
  /**
   * How a function of the trace is run; asked once, when its first invocation comes, for a policy of its own. Undefined: it
   * is not simulated, and its invocations are counted as left out.
   */
  readonly deploy: (name: string) => Deployment | undefined;
  /** Functions that are deployed at the very beginning, as a scaling policy counts its ticks from there. */
  readonly functions?: readonly string[];
  /** Every request once it is settled, and every instance's coming and going: for tests and for closer looks. */
  readonly onSettled?: (settled: Settled, at: Milliseconds) => void;
  readonly onInstance?: (event: SimulatedInstanceEvent) => void;
}

export interface SimulatedInstanceEvent {
  readonly function: string;
  readonly at: Milliseconds;
  readonly what: InstanceEvent;
  readonly instance: number;
}

export interface SimulationFigures {
  /** That came for functions that are simulated; each was either served or rejected. */
  readonly invocations: number;
  readonly served: number;
  readonly rejected: number;
  /** For functions that are not simulated. */
  readonly leftOut: number;
  readonly functions: number;
  /** Served ones for which an instance was started. */
  readonly cold: number;
  /** From the arrival to the answer, of those served. */
  readonly latency: LatencyHistogram;
  /** From the arrival until an instance took it, that instance's start included. */
  readonly queued: LatencyHistogram;
  /** The sum of what instances were at a request, and of the launches that a request waited for. */
  readonly busyMs: Milliseconds;
  readonly instancesStarted: number;
  /** Starts that waited for others to end. */
  readonly startsDelayed: number;
  /** The most instances at one moment. */
  readonly highest: number;
  /** From being asked for until nothing was left, summed; of those that stand at the end, until then. */
  readonly instanceMs: Milliseconds;
  /** Absent where the memory of one of the functions was not measured. */
  readonly memoryGibSeconds?: number;
  /** When the last request was settled. */
  readonly endMs: Milliseconds;
  readonly timeline: readonly TimeSlice[];
}

const gib = 2 ** 30;

interface Deployed {
  readonly pool: Pool;
  readonly deployment: Deployment;
}

export class Simulator {
  private readonly clock = new EventClock();
  private readonly starts: StartLimit;
  private readonly processors: Processors;
  private readonly deployed = new Map<string, Deployed | undefined>();
  private readonly latency = new LatencyHistogram();
  private readonly queued = new LatencyHistogram();
  private readonly timeline = new Timeline();
  private arrived = 0;
  private rejected = 0;
  private leftOut = 0;
  private cold = 0;
  private busyMs = 0;
  private standing = 0;
  private highest = 0;

  /** @throws LumosError `invalid-input` for a limit that is none */
  constructor(private readonly options: SimulatorOptions) {
    if (!(options.startsAtOnce >= 1)) throw invalidInput('A platform starts at least one instance at once.');
    const { cores = Infinity } = options;
    if (!(cores > 0)) throw invalidInput('A platform has more than no CPU.');
    this.starts = new StartLimit(options.startsAtOnce);
    this.processors = new Processors(this.clock, cores);
    for (const name of options.functions ?? []) this.poolOf(name);
  }

  /**
   * Lets everything happen that is due before, then the invocation comes.
   * @throws LumosError `invalid-input` for one that came before the last
   */
  arrive(invocation: TraceInvocation): void {
    const { atMs } = invocation;
    if (!(atMs >= this.clock.now()))
      throw invalidInput(`An invocation comes at ${atMs} ms, before the one ahead of it.`);
    this.clock.advanceTo(atMs);
    const pool = this.poolOf(invocation.function)?.pool;
    if (pool === undefined) this.leftOut += 1;
    else {
      this.arrived += 1;
      pool.arrive(invocation);
    }
  }

  /** Lets all requests be settled, and says what came of it. */
  finish(): SimulationFigures {
    const pools = [...this.deployed.values()].filter((one) => one !== undefined);
    const settled = (): number => this.latency.count + this.rejected;
    while (settled() < this.arrived && this.clock.step());
    const endMs = this.clock.now();
    const instanceMs = pools.reduce((sum, { pool }) => sum + pool.instanceMs, 0);
    const memory = memoryOf(pools);
    return {
      invocations: this.arrived,
      served: this.latency.count,
      rejected: this.rejected,
      leftOut: this.leftOut,
      functions: pools.length,
      cold: this.cold,
      latency: this.latency,
      queued: this.queued,
      busyMs: milliseconds(this.busyMs),
      instancesStarted: pools.reduce((sum, { pool }) => sum + pool.started, 0),
      startsDelayed: this.starts.delayed,
      highest: this.highest,
      instanceMs: milliseconds(instanceMs),
      ...(memory === undefined ? {} : { memoryGibSeconds: memory }),
      endMs,
      timeline: this.timeline.until(endMs),
    };
  }

  private poolOf(name: string): Deployed | undefined {
    if (this.deployed.has(name)) return this.deployed.get(name);
    const deployment = this.options.deploy(name);
    const deployed = deployment === undefined ? undefined : this.begin(name, deployment);
    this.deployed.set(name, deployed);
    return deployed;
  }

  private begin(name: string, deployment: Deployment): Deployed {
    checkLimits(name, deployment);
    const { seed } = this.options;
    const requests = seededRandom(seed, `requests of ${name}`);
    const instances = seededRandom(seed, `instances of ${name}`);
    const pool = new Pool(deployment, {
      clock: this.clock,
      starts: this.starts,
      processors: this.processors,
      draws: { request: () => requests.uniform(), instance: () => instances.uniform() },
      onSettled: (settled) => this.settle(settled),
      onInstance: (what, instance) => this.follow(name, what, instance),
    });
    pool.begin();
    return { pool, deployment };
  }

  private settle(settled: Settled): void {
    const { invocation, outcome, cold, queuedMs, serviceMs, clientMs = 0 } = settled;
    if (outcome === 'rejected') {
      this.rejected += 1;
      this.timeline.request(invocation.atMs, false, undefined);
    } else {
      const latency = milliseconds(queuedMs + serviceMs + clientMs);
      this.latency.record(latency);
      this.queued.record(queuedMs);
      this.busyMs += serviceMs;
      if (cold) {
        this.cold += 1;
        this.busyMs += queuedMs;
      }
      this.timeline.request(invocation.atMs, cold, latency);
    }
    this.options.onSettled?.(settled, this.clock.now());
  }

  private follow(name: string, what: InstanceEvent, instance: number): void {
    const at = this.clock.now();
    if (what !== 'ready') {
      const by = what === 'asked' ? 1 : -1;
      this.standing += by;
      this.highest = Math.max(this.highest, this.standing);
      this.timeline.changed(at, by);
    }
    this.options.onInstance?.({ function: name, at, what, instance });
  }
}

function memoryOf(pools: readonly Deployed[]): number | undefined {
  let sum = 0;
  for (const { pool, deployment } of pools) {
    if (deployment.memoryBytes === undefined) return undefined;
    sum += (pool.instanceMs / 1000) * (deployment.memoryBytes / gib);
  }
  return pools.length === 0 ? undefined : sum;
}

function checkLimits(
  name: string,
  { minInstances, maxInstances, concurrency, queueLimit }: Deployment,
): void {
  if (
    minInstances >= 0 &&
    maxInstances >= 1 &&
    maxInstances >= minInstances &&
    concurrency >= 1 &&
    queueLimit >= 0
  )
    return;
  throw invalidInput(
    `The function ${name} needs 0 <= min <= max instances, max and concurrency of at least 1, and a queue limit of 0 or more.`,
  );
}

/**
 * Lets any number of simulations hear the same arrivals, read once and one by one.
 * @throws LumosError `invalid-input` for arrivals that go back in time
 */
export async function simulateAll(
  arrivals: Iterable<TraceInvocation> | AsyncIterable<TraceInvocation>,
  simulators: readonly Simulator[],
): Promise<readonly SimulationFigures[]> {
  if (Symbol.iterator in arrivals) return simulateList(arrivals, simulators);
  for await (const invocation of arrivals) for (const one of simulators) one.arrive(invocation);
  return simulators.map((one) => one.finish());
}

/** As `simulateAll`, of arrivals that are at hand. */
export function simulateList(
  arrivals: Iterable<TraceInvocation>,
  simulators: readonly Simulator[],
): readonly SimulationFigures[] {
  for (const invocation of arrivals) for (const one of simulators) one.arrive(invocation);
  return simulators.map((one) => one.finish());
}
