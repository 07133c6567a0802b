/** What a trace amounts to: rates, bursts, durations, memory. */
import type { TraceInvocation } from '../../domain/trace.js';
import { bytes, milliseconds, type Bytes, type Milliseconds } from '../../domain/units.js';
import { LatencyHistogram } from '../../stats/latency-histogram.js';
import { CountsByTime } from './counts-by-time.js';

/** One function of a trace. */
export interface FunctionProfile {
  readonly name: string;
  readonly invocations: number;
  /** Means over its invocations that have the figure; absent where none has. */
  readonly meanDurationMs?: Milliseconds;
  /** The geometric mean, of durations above 0: what functions are compared by. */
  readonly typicalDurationMs?: Milliseconds;
  readonly meanMemoryBytes?: Bytes;
}

interface Quantiles {
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
}

export interface TraceDescription {
  readonly functions: number;
  readonly invocations: number;
  /** Of the first and the last arrival, from the trace's beginning; absent of an empty trace. */
  readonly firstSeconds?: number;
  readonly lastSeconds?: number;
  /** Invocations over the time from the first to the last arrival; absent where that is none. */
  readonly ratePerSecond?: number;
  /** Counts in whole minutes from the first arrival on, up to the one with the last. */
  readonly perMinute?: {
    readonly mean: number;
    readonly p50: number;
    readonly peak: number;
    /** Minutes after the first arrival. */
    readonly peakMinute: number;
  };
  /** Of the times between arrivals, of all functions together. CV: standard deviation over mean, 1 for a Poisson process. */
  readonly interArrival?: { readonly meanMs: Milliseconds; readonly cv: number };
  /** Index of dispersion for counts, variance over mean, in stretches of a second and a minute: 1 for a Poisson process. */
  readonly dispersion?: { readonly second?: number; readonly minute?: number };
  /** Over the invocations that have one. */
  readonly durationMs?: Quantiles & { readonly mean: number; readonly known: number };
  /** Each function's mean, over the invocations of functions that have one. */
  readonly memoryMiB?: Quantiles & { readonly known: number };
  /** Functions by their invocations, the most first; ten of them. */
  readonly busiest: readonly (FunctionProfile & { readonly share: number })[];
}

class FunctionSums {
  invocations = 0;
  durations = 0;
  duration = 0;
  positive = 0;
  logDuration = 0;
  memories = 0;
  memory = 0;

  add({ durationMs, memoryBytes }: TraceInvocation): void {
    this.invocations += 1;
    if (durationMs !== undefined) {
      this.durations += 1;
      this.duration += durationMs;
      if (durationMs > 0) {
        this.positive += 1;
        this.logDuration += Math.log(durationMs);
      }
    }
    if (memoryBytes !== undefined) {
      this.memories += 1;
      this.memory += memoryBytes;
    }
  }

  profile(name: string): FunctionProfile {
    return {
      name,
      invocations: this.invocations,
      ...(this.durations === 0 ? {} : { meanDurationMs: milliseconds(this.duration / this.durations) }),
      ...(this.positive === 0
        ? {}
        : { typicalDurationMs: milliseconds(Math.exp(this.logDuration / this.positive)) }),
      ...(this.memories === 0 ? {} : { meanMemoryBytes: bytes(Math.round(this.memory / this.memories)) }),
    };
  }
}

/** Functions of a stream of invocations; grows with the functions alone. */
export class FunctionProfiles {
  private readonly sums = new Map<string, FunctionSums>();

  add(invocation: TraceInvocation): void {
    let sums = this.sums.get(invocation.function);
    if (sums === undefined) this.sums.set(invocation.function, (sums = new FunctionSums()));
    sums.add(invocation);
  }

  /** In the order of their first invocations. */
  profiles(): FunctionProfile[] {
    return [...this.sums].map(([name, sums]) => sums.profile(name));
  }
}

/** Takes a trace's invocations, in their order, and describes them. */
export class TraceDescriber {
  private readonly functions = new FunctionProfiles();
  private readonly durations = new LatencyHistogram();
  private seconds: CountsByTime | undefined;
  private minutes: CountsByTime | undefined;
  private count = 0;
  private first = 0;
  private last = 0;
  private gapMean = 0;
  private gapSquares = 0;

  add(invocation: TraceInvocation): void {
    const { atMs, durationMs } = invocation;
    if (this.count === 0) this.first = atMs;
    else this.addGap(atMs - this.last);
    this.last = atMs;
    this.count += 1;
    this.seconds ??= new CountsByTime(1000, atMs);
    this.minutes ??= new CountsByTime(60_000, atMs);
    this.seconds.add(atMs);
    this.minutes.add(atMs);
    if (durationMs !== undefined) this.durations.record(durationMs);
    this.functions.add(invocation);
  }

  /** Welford, "Note on a method for calculating corrected sums of squares and products", Technometrics 4, 1962. */
  private addGap(gap: number): void {
    const change = gap - this.gapMean;
    this.gapMean += change / this.count;
    this.gapSquares += change * (gap - this.gapMean);
  }

  description(): TraceDescription {
    const profiles = this.functions.profiles();
    const busiest = [...profiles]
      .sort((a, b) => b.invocations - a.invocations || (a.name < b.name ? -1 : 1))
      .slice(0, 10)
      .map((profile) => ({ ...profile, share: profile.invocations / this.count }));
    return {
      functions: profiles.length,
      invocations: this.count,
      ...(this.count === 0 ? {} : this.times()),
      ...this.durationFigures(),
      ...memoryFigures(profiles),
      busiest,
    };
  }

  private times(): Partial<TraceDescription> {
    const { count, first, last } = this;
    const minutes = this.minutes?.figures();
    const [second, minute] = [this.seconds?.figures().dispersion, minutes?.dispersion];
    const gaps = count - 1;
    return {
      ...{ firstSeconds: first / 1000, lastSeconds: last / 1000 },
      ...(last > first ? { ratePerSecond: (count * 1000) / (last - first) } : {}),
      ...(minutes === undefined
        ? {}
        : {
            perMinute: {
              mean: minutes.mean,
              p50: minutes.p50,
              peak: minutes.peak,
              peakMinute: minutes.peakAt,
            },
          }),
      ...(gaps < 2 || this.gapMean === 0
        ? {}
        : {
            interArrival: {
              meanMs: milliseconds(this.gapMean),
              cv: Math.sqrt(this.gapSquares / (gaps - 1)) / this.gapMean,
            },
          }),
      dispersion: {
        ...(second === undefined ? {} : { second }),
        ...(minute === undefined ? {} : { minute }),
      },
    };
  }

  private durationFigures(): Partial<TraceDescription> {
    const [p50, p90, p99, max] = [0.5, 0.9, 0.99, 1].map((share) => this.durations.quantile(share));
    const { mean, count } = this.durations;
    if (
      p50 === undefined ||
      p90 === undefined ||
      p99 === undefined ||
      max === undefined ||
      mean === undefined
    )
      return {};
    return { durationMs: { p50, p90, p99, max, mean, known: count } };
  }
}

function memoryFigures(profiles: readonly FunctionProfile[]): Partial<TraceDescription> {
  const known = profiles
    .flatMap(({ meanMemoryBytes, invocations }) =>
      meanMemoryBytes === undefined ? [] : [{ memory: meanMemoryBytes / 2 ** 20, invocations }],
    )
    .sort((a, b) => a.memory - b.memory);
  const total = known.reduce((sum, { invocations }) => sum + invocations, 0);
  const at = (share: number): number => {
    let below = 0;
    for (const { memory, invocations } of known) {
      below += invocations;
      if (below >= share * total * (1 - 2 ** -51)) return memory;
    }
    return 0;
  };
  if (total === 0) return {};
  return { memoryMiB: { p50: at(0.5), p90: at(0.9), p99: at(0.99), max: at(1), known: total } };
}
