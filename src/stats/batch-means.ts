/** The mean of a series whose neighbours resemble each other, with its interval. */
import type { Interval } from './median-interval.js';
import { studentT975 } from './student-t.js';

export interface BatchMean {
  readonly mean: number;
  /** Absent below `fewestBatches`. */
  readonly ci95: Interval | undefined;
}

/** With fewer, t with so few degrees of freedom says next to nothing. */
export const fewestBatches = 5;

/**
 * The mean of equally long batches, with its 95 % interval by Student's t over the batches (batch means: Law & Kelton,
 * "Simulation Modeling and Analysis", 1991, chapter 9.5; 10 to 30 batches: Schmeiser, "Batch size effects in the analysis
 * of simulation output", Operations Research 30, 1982). Single completions depend on each other through the queue; batches
 * long enough against it nearly do not. Undefined for none.
 */
export function batchMean(batches: readonly number[]): BatchMean | undefined {
  const n = batches.length;
  if (n === 0) return undefined;
  const mean = batches.reduce((sum, value) => sum + value, 0) / n;
  if (n < fewestBatches) return { mean, ci95: undefined };
  const squares = batches.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const half = studentT975(n - 1) * Math.sqrt(squares / (n - 1) / n);
  return { mean, ci95: [mean - half, mean + half] };
}

/**
 * With fewer events in all batches together, a 95 % interval of their rate by `batchMean` covers as little as 86 %: counts of a
 * Poisson process are far from normal then (simulated in test/unit/stats/time-blocks.test.ts).
 */
const fewestEvents = 10;

/**
 * The interval of a rate from what was counted in whole blocks of time. What came after the last whole block is in `rate` and in no
 * block, so the interval is made as wide as to hold `rate`. Undefined where the blocks have too few events to tell.
 * @param events in all blocks @param interval of the blocks alone
 */
export function rateInterval(
  rate: number,
  events: number,
  interval: Interval | undefined,
): Interval | undefined {
  // A sum of rates times a length is a whole number but for its last digits.
  if (interval === undefined || Math.round(events) < fewestEvents) return undefined;
  return [Math.max(0, Math.min(interval[0], rate)), Math.max(interval[1], rate)];
}
