/** The ratio of two medians and its 95 % interval. */
import { LumosError } from '../domain/errors.js';
import { drawMedian, type Interval, type MedianEstimate } from './median-interval.js';
import { quantile } from './quantiles.js';
import type { Random } from './random.js';
import { sortSamples } from './sorted-samples.js';

/** At this many draws, chance moves an end of the interval by about a quarter of a percentage point of coverage. */
const defaultDraws = 5000;

export interface RatioEstimate {
  /** Median of the candidate over median of the baseline. */
  readonly ratio: number;
  /** 95 % bootstrap interval; undefined where either side has none, or where the baseline may well be 0. */
  readonly ci95: Interval | undefined;
}

/**
 * The ratio of two medians of samples that are independent of each other. The interval holds the 2.5 % and 97.5 %
 * quantiles of the ratio over independent draws from both sides' bootstrap distributions of the median (percentile
 * method: Efron & Tibshirani, "An Introduction to the Bootstrap", 1993, chapter 13; ratios of speed: Kalibera & Jones,
 * ISMM 2013). Clusters count through each side's effective size. Throws a LumosError where the baseline's median is not
 * above 0 or the candidate's is below 0: such a ratio means nothing.
 */
export function estimateRatio(
  candidate: MedianEstimate,
  baseline: MedianEstimate,
  random: Random,
  draws = defaultDraws,
): RatioEstimate {
  if (!(baseline.median > 0 && candidate.median >= 0))
    throw new LumosError('failed', `No ratio of ${candidate.median} to ${baseline.median} can be taken.`);
  const ratio = candidate.median / baseline.median;
  if (candidate.ci95 === undefined || baseline.ci95 === undefined) return { ratio, ci95: undefined };
  const ratios = new Float64Array(draws);
  for (let i = 0; i < draws; i++) {
    const numerator = drawMedian(candidate, random);
    const denominator = drawMedian(baseline, random);
    if (!(denominator > 0)) return { ratio, ci95: undefined };
    ratios[i] = numerator / denominator;
  }
  const sorted = sortSamples(ratios);
  return { ratio, ci95: [quantile(sorted, 0.025), quantile(sorted, 0.975)] };
}
