/** Samples far from all others. */
import { median } from './quantiles.js';
import { sortSamples, type SortedSamples } from './sorted-samples.js';

/**
 * How many samples have a modified z-score, 0.6745 (x - median) / MAD, beyond 3.5 either way (Iglewicz & Hoaglin, "How to
 * Detect and Handle Outliers", 1993). MAD is the median distance from the median; where it is 0, more than half of the
 * samples are equal and there is no scale to be far by: 0. For counting only: no sample is ever dropped.
 */
export function countOutliers(samples: SortedSamples): number {
  const middle = median(samples);
  const spread = median(sortSamples(samples.map((value) => Math.abs(value - middle))));
  if (spread === 0) return 0;
  const furthest = (3.5 * spread) / 0.6745;
  let outliers = 0;
  for (const value of samples) if (Math.abs(value - middle) > furthest) outliers += 1;
  return outliers;
}
