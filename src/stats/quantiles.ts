/** Quantiles of a sample. */
import { LumosError } from '../domain/errors.js';
import type { SortedSamples } from './sorted-samples.js';

/**
 * The value at a fractional index from 0, between neighbours by linear interpolation; an index before the first sample
 * or after the last gives that sample.
 */
export function valueAt(samples: SortedSamples, index: number): number {
  const inside = Math.min(Math.max(index, 0), samples.length - 1);
  const below = Math.floor(inside);
  const low = samples[below] as number;
  const high = samples[Math.min(below + 1, samples.length - 1)] as number;
  return low + (inside - below) * (high - low);
}

/**
 * The quantile of a share between 0 and 1, of type 7: linear interpolation between the samples at positions
 * (k - 1) / (n - 1), as R, NumPy and spreadsheets have it by default (Hyndman & Fan, "Sample quantiles in statistical
 * packages", The American Statistician 50, 1996). Throws a LumosError for a share outside 0..1.
 */
export function quantile(samples: SortedSamples, share: number): number {
  if (!(share >= 0 && share <= 1))
    throw new LumosError('failed', `A quantile's share lies between 0 and 1, not at ${share}.`);
  return valueAt(samples, (samples.length - 1) * share);
}

/** The middle sample, or half way between the two in the middle. */
export const median = (samples: SortedSamples): number => quantile(samples, 0.5);
