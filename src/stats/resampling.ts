/** Means, and means of samples drawn with replacement. */
import type { Random } from './random.js';

/** NaN of none. */
export const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** The mean of `count` of the values, each drawn from all of them (Efron & Tibshirani, 1993, chapter 6). */
export function resampledMean(values: readonly number[], random: Random, count = values.length): number {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += values[random.below(values.length)] ?? 0;
  return sum / count;
}
