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
