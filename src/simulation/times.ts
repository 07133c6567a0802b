/** How long things take in a simulation: functions of a uniform draw, so that one draw can be had under many conditions. */
import { LumosError } from '../domain/errors.js';
import type { TraceInvocation } from '../domain/trace.js';
import { milliseconds, type Milliseconds } from '../domain/units.js';
import { valueAt } from '../stats/quantiles.js';
import type { SortedSamples } from '../stats/sorted-samples.js';

/** The quantile of a distribution at a draw in [0, 1): inversion. */
export type TimeAt = (draw: number) => Milliseconds;

/** What a function's instances and requests take. */
export interface FunctionTimes {
  /**
   * From being let start until it can serve.
   * @param draw the instance's own
   * @param atOnce starts that run at its beginning, this one included
   */
  launch(draw: number, atOnce: number): Milliseconds;
  /**
   * From being handed to an instance until its answer.
   * @param ofInstance the instance's draw, where the request is among the first that a new one serves (a cold request);
   *   with it launch and first request of a slow start are slow together, as in the cold latencies that were measured
   */
  service(draw: number, ofInstance: number | undefined, invocation: TraceInvocation): Milliseconds;
  /** What a request and its response spend between client and platform: part of the latency, and holds no instance. */
  client?(draw: number): Milliseconds;
  /** From being told to stop until nothing is left of it. */
  readonly stopMs: Milliseconds;
  /** Absent: all of a launch and of a service is CPU time. */
  readonly cpuShares?: CpuShares;
}

/**
 * How much of each time is CPU time of the sandbox, 0 to 1: only that is slower where CPUs are shared. The rest is waited for:
 * data, a pipe, an engine's daemon with CPUs of its own.
 */
export interface CpuShares {
  readonly launch: number;
  readonly service: number;
}

export const always =
  (time: Milliseconds): TimeAt =>
  () =>
    time;

export const exponential =
  (mean: Milliseconds): TimeAt =>
  (draw) =>
    milliseconds(mean * -Math.log1p(-draw));

/** As often as in the samples, between neighbours by linear interpolation. */
export const empirical =
  (samples: SortedSamples): TimeAt =>
  (draw) =>
    milliseconds(valueAt(samples, draw * (samples.length - 1)));

/**
 * A quantile function that is costly to ask, asked beforehand at evenly spaced shares, in between by linear interpolation.
 * The last step begins at a share of 1 - 1 / steps. Where it falls (ends of intervals are found for each quantile by itself) it is taken as level.
 * @throws LumosError `failed` for a time that is none
 */
export function tabulated(quantile: (share: number) => number, steps = 1000): TimeAt {
  const table = new Float64Array(steps + 1);
  let before = 0;
  for (let i = 0; i <= steps; i++) {
    const time = quantile(i / steps);
    if (!(time >= 0 && Number.isFinite(time)))
      throw new LumosError('failed', `A time of ${String(time)} ms cannot be simulated.`);
    table[i] = before = Math.max(before, time);
  }
  return (draw) => {
    const place = draw * steps;
    const below = Math.floor(place);
    const low = table[below] as number;
    return milliseconds(low + (place - below) * ((table[below + 1] ?? low) - low));
  };
}
