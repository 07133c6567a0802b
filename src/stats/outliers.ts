/** Samples far from all others. */
import { median } from './quantiles.js';
import { sortSamples, type SortedSamples } from './sorted-samples.js';

/**
 * The smallest of the sample sizes, 10, 20 and 40, for which Iglewicz & Hoaglin chose the limit of 3.5 by simulation. Of fewer the MAD
 * is mostly chance: of 3 normal samples one lies beyond the limit in 29 % of cases, of 10 one or more in 12 %.
 */
const fewestForOutliers = 10;

/**
 * How many samples have a modified z-score, 0.6745 (x - median) / MAD, beyond 3.5 either way (Iglewicz & Hoaglin, "How to
 * Detect and Handle Outliers", 1993). MAD is the median distance from the median; where it is 0, more than half of the
 * samples are equal and there is no scale to be far by: 0, as of fewer than 10 samples. For counting only: no sample is ever dropped.
 */
export function countOutliers(samples: SortedSamples): number {
  if (samples.length < fewestForOutliers) return 0;
  const middle = median(samples);
  const spread = median(sortSamples(samples.map((value) => Math.abs(value - middle))));
  if (spread === 0) return 0;
  const furthest = (3.5 * spread) / 0.6745;
  let outliers = 0;
  for (const value of samples) if (Math.abs(value - middle) > furthest) outliers += 1;
  return outliers;
}
