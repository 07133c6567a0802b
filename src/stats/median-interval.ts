/** The median of a sample and its 95 % interval. */
import { effectiveSize, type EffectiveSize } from './effective-size.js';
import { median, valueAt } from './quantiles.js';
import type { Random } from './random.js';
import { sortSamples, type SortedSamples } from './sorted-samples.js';
import { studentT975 } from './student-t.js';

/** A two-sided interval, [low, high]. */
export type Interval = [low: number, high: number];

/** The fewest independent samples with an interval: of 5, even the range covers the median in 1 - 2/2^5 = 94 % only. */
export const fewestForInterval = 6;

export interface MedianEstimate {
  readonly sorted: SortedSamples;
  readonly median: number;
  readonly size: EffectiveSize;
  /** 95 % bootstrap interval; undefined where the effective size is below `fewestForInterval`. */
  readonly ci95: Interval | undefined;
}

/**
 * The median of `values` with its 95 % interval. `clusters[i]` names the group that `values[i]` comes from; without it
 * every sample is independent. Throws a LumosError for no samples or one that is not finite.
 *
 * The interval holds the 2.5 % and 97.5 % quantiles of the median's bootstrap distribution. That distribution needs no
 * resampling: the median of n resampled ranks is distributed as Beta((n + 1)/2, (n + 1)/2) (Hutson & Ernst, "The exact
 * bootstrap mean and variance of an L-estimator", JRSS B 62, 2000; for even n the continuous form of Harrell & Davis,
 * "A new distribution-free quantile estimator", Biometrika 69, 1982), and its quantiles are those of Student's t with
 * n + 1 degrees of freedom, transformed. A share b of the distribution is read from the samples at the fractional rank
 * (n + 1) b, for the k-th of n samples has a share k / (n + 1) below it on average (Hutson, "Calculating nonparametric
 * confidence intervals for quantiles using fractional order statistics", J. Applied Statistics 26, 1999). Reading it at
 * the plain bootstrap's rank n b instead would cover the median in 89 % of samples of 10, not 95 %.
 *
 * With clusters, n in the distribution (not in the rank) is the effective size of `effectiveSize`. Many equal samples
 * make the interval wider than needed, never narrower: it can only end at values that occur or lie between two.
 */
export function estimateMedian(values: ArrayLike<number>, clusters?: ArrayLike<number>): MedianEstimate {
  const sorted = sortSamples(values);
  const middle = median(sorted);
  const size = effectiveSize(values, middle, clusters);
  return { sorted, median: middle, size, ci95: intervalOf(sorted, size.effectiveN) };
}

function intervalOf(sorted: SortedSamples, effectiveN: number): Interval | undefined {
  if (effectiveN < fewestForInterval) return undefined;
  const df = effectiveN + 1;
  const t = studentT975(df);
  const half = t / Math.sqrt(df + t * t) / 2;
  const ranks = sorted.length + 1;
  return [valueAt(sorted, ranks * (0.5 - half) - 1), valueAt(sorted, ranks * (0.5 + half) - 1)];
}

/**
 * One draw from the bootstrap distribution of the median, clusters counted: a share from the Beta distribution of
 * `estimateMedian`, read at the bootstrap's own rank n b, half way between the steps of the distribution function
 * (Hazen's positions). Draws are for what depends on more than one median; there the wider ranks of the interval's ends
 * would count twice (a ratio's interval of two samples of 10 would cover 98 %). Needs an effective size above 0.
 */
export const drawMedian = (estimate: MedianEstimate, random: Random): number =>
  valueAt(
    estimate.sorted,
    estimate.sorted.length * random.symmetricBeta((estimate.size.effectiveN + 1) / 2) - 0.5,
  );
