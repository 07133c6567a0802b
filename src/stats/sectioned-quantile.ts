/** The interval of a quantile of a series whose neighbours resemble each other. */
import { fewestBatches } from './batch-means.js';
import type { Interval } from './median-interval.js';
import { studentT975 } from './student-t.js';

export interface QuantileSection {
  /** Observations in this stretch of time. */
  readonly count: number;
  /** Their quantile; undefined of none. */
  readonly value: number | undefined;
}

/** Observations that a section has to have beyond the quantile: with fewer its own quantile is mostly chance. */
const tailObservations = 10;

/**
 * The 95 % interval of a quantile by sectioning (Asmussen & Glynn, "Stochastic Simulation", 2007, section III.5a; Nakayama,
 * "Confidence intervals for quantiles using sectioning", ACM TOMACS 24, 2014): the quantile of everything, give or take Student's t
 * on how far the sections' own quantiles are from it. A section's own quantile is biased where it has few observations; about
 * the whole's instead of the sections' mean, that widens the interval and does not move it.
 *
 * Undefined with fewer than 5 sections, and where one has fewer than 10 / (1 - share) observations.
 * @param whole the quantile of all observations
 */
export function sectionedInterval(
  whole: number,
  share: number,
  sections: readonly QuantileSection[],
): Interval | undefined {
  const fewest = tailObservations / (1 - share);
  const values = sections.flatMap(({ count, value }) =>
    value === undefined || count < fewest ? [] : [value],
  );
  const n = values.length;
  if (n < fewestBatches || n < sections.length) return undefined;
  return intervalAbout(whole, values);
}

/**
 * The 95 % interval of a median by the same rule, however few observations a section has: the median of a few is hardly biased.
 * Sections without any are passed over. Undefined with fewer than 5 others.
 * @param whole the median of all observations, which the interval holds
 */
export function sectionedMedianInterval(
  whole: number | undefined,
  medians: readonly (number | undefined)[],
): Interval | undefined {
  const values = medians.filter((value) => value !== undefined);
  return whole === undefined || values.length < fewestBatches ? undefined : intervalAbout(whole, values);
}

function intervalAbout(whole: number, values: readonly number[]): Interval {
  const n = values.length;
  const squares = values.reduce((sum, value) => sum + (value - whole) ** 2, 0);
  const half = studentT975(n - 1) * Math.sqrt(squares / (n - 1) / n);
  return [Math.max(0, whole - half), whole + half];
}
