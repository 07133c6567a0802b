/** Mean and standard deviation. */
import type { SortedSamples } from './sorted-samples.js';

export interface Moments {
  readonly mean: number;
  /** Standard deviation of the sample (divisor n - 1); undefined for a single sample, which has no spread. */
  readonly sd: number | undefined;
}

/**
 * Mean and standard deviation in one pass that loses no digits to cancellation (Welford, "Note on a method for
 * calculating corrected sums of squares and products", Technometrics 4, 1962). The mean is kept between the smallest
 * and the largest sample, so that equal samples have exactly their own value as mean.
 */
export function moments(samples: SortedSamples): Moments {
  const n = samples.length;
  let mean = 0;
  let squares = 0;
  for (let i = 0; i < n; i++) {
    const value = samples[i] as number;
    const before = value - mean;
    mean += before / (i + 1);
    squares += before * (value - mean);
  }
  const inside = Math.min(Math.max(mean, samples[0] as number), samples[n - 1] as number);
  return { mean: inside, sd: n > 1 ? Math.sqrt(squares / (n - 1)) : undefined };
}
