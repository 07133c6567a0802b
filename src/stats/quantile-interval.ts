/** A quantile of a sample and its 95 % interval, whatever the distribution. */
import { lowerTailCount, tail } from './binomial.js';
import { effectiveSize, type EffectiveSize } from './effective-size.js';
import { fewestForInterval } from './median-interval.js';
import { quantile, valueAt } from './quantiles.js';
import { sortSamples } from './sorted-samples.js';

/** An interval of which an end may be missing: the samples do not reach so far. */
export interface OpenInterval {
  readonly low: number | undefined;
  readonly high: number | undefined;
}

export interface QuantileEstimate {
  readonly value: number;
  readonly size: EffectiveSize;
  /** Undefined where the effective size is below `fewestForInterval`. */
  readonly ci95: OpenInterval | undefined;
}

/**
 * The quantile of a share between 0 and 1 (type 7, as in the tables) with its 95 % interval, which ends at samples: the
 * number of samples below the true quantile is binomial, so the l-th smallest lies above it with the chance of at most
 * l - 1 successes in n trials, and likewise from above; each is kept at 2.5 % or below (David & Nagaraja, "Order
 * Statistics", 3rd edition, 2003, section 7.1; Hahn & Meeker, "Statistical Intervals", 1991, chapter 5). Nothing is
 * assumed of the distribution; ties and whole ranks make the interval wider than needed, never narrower.
 *
 * A high quantile has an upper end only where some sample is likely to lie above it: see `fewestForUpperEnd`.
 *
 * `clusters[i]` names the group that `values[i]` comes from. Then the ranks are those of as many independent samples as
 * these are worth: the design effect of the share of samples below the quantile (`effectiveSize`, of which Woodruff's
 * argument holds for every quantile), rounded down, and the ends lie at the same shares of all the samples, the lower
 * one rounded down and the upper one up. Throws a LumosError for no samples or one that is not finite.
 */
export function estimateQuantile(
  values: ArrayLike<number>,
  share: number,
  clusters?: ArrayLike<number>,
): QuantileEstimate {
  const sorted = sortSamples(values);
  const value = quantile(sorted, share);
  const size = effectiveSize(values, value, clusters);
  if (size.effectiveN < fewestForInterval) return { value, size, ci95: undefined };
  const worth = Math.floor(size.effectiveN);
  const ranks = (sorted.length + 1) / (worth + 1);
  const low = lowerTailCount(worth, share) + 1;
  const high = worth - lowerTailCount(worth, 1 - share);
  return {
    value,
    size,
    ci95: {
      low: low < 1 ? undefined : valueAt(sorted, Math.floor(low * ranks) - 1),
      high: high > worth ? undefined : valueAt(sorted, Math.ceil(high * ranks) - 1),
    },
  };
}

/** The fewest independent samples of which the largest lies above the quantile of `share` in 97.5 % of samples. */
export const fewestForUpperEnd = (share: number): number => Math.ceil(Math.log(tail) / Math.log(share));

/** The fewest independent samples with an interval that an objective on the quantile can be met by. */
export const fewestForQuantile = (share: number): number =>
  share <= 0.5 ? fewestForInterval : Math.max(fewestForInterval, fewestForUpperEnd(share));
