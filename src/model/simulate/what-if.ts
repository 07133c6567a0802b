/** What would be, under a runtime and a policy: three simulations, of the prediction and of both ends of its interval. */
import type { Instances } from '../../domain/load.js';
import type { TimeSlice } from '../../domain/level.js';
import type { TraceInvocation } from '../../domain/trace.js';
import { bytes, milliseconds, type Bytes, type Milliseconds } from '../../domain/units.js';
import { deploymentOf } from '../../simulation/deployment.js';
import { Simulator, type SimulationFigures } from '../../simulation/simulator.js';
import { costPerMillion, type Prices } from '../cost/prices.js';
import type { ModelFile } from '../fit/model-file.js';
import type { PredictedQuantile } from '../predict/predict-latency.js';
import { servedBy, type Asked, type ServedPayload } from '../recommend/served-by.js';
import { sides, type Side } from '../recommend/side.js';
import { modelTimes, type TimesOptions } from './model-times.js';

export interface WhatIf extends TimesOptions {
  readonly runtime: string;
  readonly instances: Instances;
  /** CPUs that all instances share; absent: nobody slows anybody. */
  readonly cores?: number;
  /** The model's function for a function of the trace; undefined: it is left out. */
  readonly functionOf: (traced: string) => string | undefined;
  readonly asked: Omit<Asked, 'function'>;
  readonly seed: number;
  readonly prices?: Prices;
  /** Memory of an instance where it is set and not what is used. */
  readonly memoryBytes?: Bytes;
}

/** A figure, and what it is at the ends of the prediction's 90 % interval; without, where the model cannot bound it. */
export interface Bounded {
  readonly value: number;
  readonly interval90?: readonly [number, number];
}

export interface WhatIfResult {
  readonly invocations: number;
  readonly functions: number;
  readonly leftOut: number;
  readonly served: number;
  readonly rejected: Bounded;
  /** Of the served; absent, as all that follows, where none was. */
  readonly coldShare?: Bounded;
  readonly latency?: Readonly<Record<'p50' | 'p90' | 'p95' | 'p99', PredictedQuantile>>;
  readonly meanMs?: Milliseconds;
  readonly queuedP99Ms?: Milliseconds;
  readonly instanceSeconds: Bounded;
  /** Absent where the memory of one of the functions was not measured on this runtime. */
  readonly memoryGibSeconds?: Bounded;
  readonly costPerMillion?: Bounded;
  readonly instancesStarted: number;
  readonly startsDelayed: number;
  readonly mostInstances: number;
  readonly endMs: Milliseconds;
  readonly timeline: readonly TimeSlice[];
  /** How predictions reach beyond what was measured, each once. */
  readonly beyond: readonly string[];
}

const shares = { p50: 0.5, p90: 0.9, p95: 0.95, p99: 0.99 } as const;

/** One case in the making: it hears the arrivals by its three simulators. */
export class WhatIfCase {
  readonly simulators: readonly Simulator[];
  private readonly parts = new Map<string, readonly ServedPayload[]>();

  /** @throws LumosError `invalid-input` for limits that are none */
  constructor(
    private readonly file: ModelFile,
    private readonly what: WhatIf,
  ) {
    this.simulators = sides.map((side) => this.simulatorAt(side));
  }

  result(): WhatIfResult {
    const [low, middle, high] = this.simulators.map((one) => one.finish()) as [
      SimulationFigures,
      SimulationFigures,
      SimulationFigures,
    ];
    const all = { low, middle, high };
    const memory = this.bounded(all, ({ memoryGibSeconds }) => memoryGibSeconds);
    const cost = this.bounded(all, (figures) => this.costOf(figures));
    return {
      invocations: middle.invocations,
      functions: middle.functions,
      leftOut: middle.leftOut,
      served: middle.served,
      rejected: this.bounded(all, ({ rejected }) => rejected) as Bounded,
      ...(middle.served === 0 ? {} : this.latencies(all)),
      instanceSeconds: this.bounded(all, ({ instanceMs }) => instanceMs / 1000) as Bounded,
      ...(memory === undefined ? {} : { memoryGibSeconds: memory }),
      ...(cost === undefined ? {} : { costPerMillion: cost }),
      instancesStarted: middle.instancesStarted,
      startsDelayed: middle.startsDelayed,
      mostInstances: middle.highest,
      endMs: middle.endMs,
      timeline: middle.timeline,
      beyond: [...new Set(this.predictions().flatMap(({ beyond }) => beyond))],
    };
  }

  private simulatorAt(side: Side): Simulator {
    const { instances, seed, functionOf, memoryBytes, cores } = this.what;
    const deployments = new Map<string, ReturnType<typeof modelTimes>>();
    return new Simulator({
      ...{ startsAtOnce: instances.startsAtOnce, seed },
      ...(cores === undefined ? {} : { cores }),
      deploy: (traced) => {
        const name = functionOf(traced);
        if (name === undefined) return undefined;
        let times = deployments.get(name);
        if (times === undefined)
          deployments.set(name, (times = modelTimes(this.partsOf(name), side, this.what)));
        return deploymentOf(instances, times, memoryBytes ?? this.memoryOf(name));
      },
    });
  }

  private partsOf(name: string): readonly ServedPayload[] {
    let parts = this.parts.get(name);
    if (parts === undefined) {
      parts = servedBy(this.file, { ...this.what.asked, function: name }, this.what.runtime);
      this.parts.set(name, parts);
    }
    return parts;
  }

  /** The peak that the model predicts of an instance, whichever payload takes most; undefined where memory was never measured on the runtime. */
  private memoryOf(name: string): Bytes | undefined {
    const peaks = this.partsOf(name).map(({ warm }) => warm.resources.memory?.bytes);
    const known = peaks.filter((peak) => peak !== undefined);
    return known.length < peaks.length ? undefined : bytes(Math.max(...known));
  }

  /** Mean CPU time of a warm request; undefined where it was never measured on the runtime. */
  private cpuOf(name: string): Milliseconds | undefined {
    let mean = 0;
    for (const { share, warm } of this.partsOf(name)) {
      const { cpu } = warm.resources;
      if (cpu === undefined) return undefined;
      mean += share * cpu.ms;
    }
    return milliseconds(mean);
  }

  private predictions(): ServedPayload['warm'][] {
    return [...this.parts.values()].flatMap((parts) => parts.flatMap(({ cold, warm }) => [cold, warm]));
  }

  private whyNotKnown(share: number): string | undefined {
    return this.predictions()
      .map((one) => one.quantile(share)?.notKnown)
      .find((why) => why !== undefined);
  }

  private isBounded(share: number): boolean {
    return this.predictions().every((one) => one.quantile(share)?.interval90 !== undefined);
  }

  /** Of all runs of the function the middle is in the interval, whichever way a figure turns with slower times. */
  private bounded(
    { low, middle, high }: Readonly<Record<Side, SimulationFigures>>,
    of: (figures: SimulationFigures) => number | undefined,
    share = 0.5,
  ): Bounded | undefined {
    const [value, ...ends] = [of(middle), of(low), of(high)];
    if (value === undefined) return undefined;
    const known = ends.filter((end) => end !== undefined);
    if (known.length < 2 || !this.isBounded(share)) return { value };
    return { value, interval90: [Math.min(value, ...known), Math.max(value, ...known)] };
  }

  private latencies(
    all: Readonly<Record<Side, SimulationFigures>>,
  ): Pick<WhatIfResult, 'coldShare' | 'latency' | 'meanMs' | 'queuedP99Ms'> {
    const { middle } = all;
    const at = (share: number): PredictedQuantile => {
      const found = this.bounded(all, ({ latency }) => latency.quantile(share), share) as Bounded;
      const { value, interval90 } = found;
      const notKnown = this.whyNotKnown(share);
      if (notKnown !== undefined) return { ms: milliseconds(value), notKnown };
      return {
        ms: milliseconds(value),
        ...(interval90 === undefined
          ? {}
          : { interval90: [milliseconds(interval90[0]), milliseconds(interval90[1])] as const }),
      };
    };
    return {
      coldShare: this.bounded(all, ({ cold, served }) =>
        served === 0 ? undefined : cold / served,
      ) as Bounded,
      latency: { p50: at(shares.p50), p90: at(shares.p90), p95: at(shares.p95), p99: at(shares.p99) },
      meanMs: middle.latency.mean as Milliseconds,
      queuedP99Ms: middle.queued.quantile(0.99) as Milliseconds,
    };
  }

  /** What is paid for is the time at an instance and that of starts, not the time in the queue for one that is busy. */
  private costOf({ busyMs, served }: SimulationFigures): number | undefined {
    const { prices, memoryBytes } = this.what;
    const [name, ...others] = [...this.parts.keys()];
    // Prices depend on what a function uses: of several, only where they are paid for the same.
    if (prices === undefined || name === undefined || served === 0) return undefined;
    const cpuMs = this.cpuOf(name);
    if (others.length > 0 && (memoryBytes === undefined || prices.perCpuMillisecond !== undefined))
      return undefined;
    return costPerMillion(prices, {
      latencyMs: milliseconds(busyMs / served),
      memoryBytes: memoryBytes ?? this.memoryOf(name),
      cpuMs,
    });
  }
}

/** Lets all cases hear the same arrivals, read once. */
export async function whatIf(
  arrivals: Iterable<TraceInvocation> | AsyncIterable<TraceInvocation>,
  cases: readonly WhatIfCase[],
): Promise<readonly WhatIfResult[]> {
  const simulators = cases.flatMap((one) => one.simulators);
  for await (const invocation of arrivals) for (const one of simulators) one.arrive(invocation);
  return cases.map((one) => one.result());
}

export const mebibytes = (value: number): Bytes => bytes(Math.round(value * 2 ** 20));
