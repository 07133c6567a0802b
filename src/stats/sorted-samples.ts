/** Samples in order: what every quantile needs, sorted once and marked as such. */
import { LumosError } from '../domain/errors.js';

declare const sorted: unique symbol;

/** At least one finite number, in ascending order. Made by `sortSamples` only; never written to afterwards. */
export type SortedSamples = Float64Array & { readonly [sorted]: true };

/**
 * A sorted copy of `values`, in whatever unit they are in.
 * Throws a LumosError when there are none, or when one is not a finite number: a statistic of such a list would be a
 * figure nobody measured.
 */
export function sortSamples(values: ArrayLike<number>): SortedSamples {
  if (values.length === 0) throw new LumosError('failed', 'There are no samples to take a statistic of.');
  const copy = Float64Array.from(values);
  const odd = copy.findIndex((value) => !Number.isFinite(value));
  if (odd >= 0)
    throw new LumosError('failed', `Sample ${odd} is ${String(copy[odd])}, which is not a finite number.`);
  return copy.sort() as SortedSamples;
}
