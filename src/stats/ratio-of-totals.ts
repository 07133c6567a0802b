/** A share of a stream whose neighbours resemble each other, such as cold starts among requests. */
import { fewestBatches } from './batch-means.js';
import type { Interval } from './median-interval.js';
import { studentT975 } from './student-t.js';

export interface RatioOfTotals {
  readonly ratio: number;
  /** Absent with fewer than five batches. */
  readonly ci95: Interval | undefined;
}

/**
 * The sum of the parts over the sum of the wholes, with its 95 % interval by Student's t over the batches: a ratio
 * estimator, its variance by linearization (Cochran, "Sampling Techniques", 1977, 6.4), for batches of unequal wholes.
 * Cut off at 0; at 1 as well where no batch has more parts than wholes. Undefined where the wholes are none.
 */
export function ratioOfTotals(
  batches: readonly { readonly part: number; readonly whole: number }[],
): RatioOfTotals | undefined {
  const parts = batches.reduce((sum, { part }) => sum + part, 0);
  const wholes = batches.reduce((sum, { whole }) => sum + whole, 0);
  if (wholes === 0) return undefined;
  const ratio = parts / wholes;
  const n = batches.length;
  if (n < fewestBatches) return { ratio, ci95: undefined };
  const squares = batches.reduce((sum, { part, whole }) => sum + (part - ratio * whole) ** 2, 0);
  const half = (studentT975(n - 1) * Math.sqrt((n / (n - 1)) * squares)) / wholes;
  const most = batches.every(({ part, whole }) => part <= whole) ? 1 : Infinity;
  return { ratio, ci95: [Math.max(0, ratio - half), Math.min(most, ratio + half)] };
}
