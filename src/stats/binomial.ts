/** The binomial distribution: how many of n independent trials succeed. */
import { LumosError } from '../domain/errors.js';

/** What either end of a two-sided 95 % interval leaves out. */
export const tail = 0.025;

/**
 * The chance of each count from 0 up to `most` successes in `n` trials of the chance `p`, one after the other. The terms
 * are kept as logarithms: (1 - p)^n of many trials is no longer a number.
 */
function* chances(n: number, p: number, most: number): Generator<number> {
  const odds = Math.log(p) - Math.log1p(-p);
  let logarithm = n * Math.log1p(-p);
  for (let count = 0; count <= most; count++) {
    yield Math.exp(logarithm);
    logarithm += Math.log((n - count) / (count + 1)) + odds;
  }
}

/**
 * The chance of at most `count` successes in `n` trials, each with the chance `p` from 0 to 1.
 * Throws a LumosError for other chances and for an `n` that is no count.
 */
export function atMost(count: number, n: number, p: number): number {
  if (!(p >= 0 && p <= 1 && Number.isInteger(n) && n >= 0))
    throw new LumosError('failed', `There is no binomial distribution of ${n} trials with the chance ${p}.`);
  if (count < 0) return 0;
  if (count >= n || p === 0) return 1;
  if (p === 1) return 0;
  let sum = 0;
  for (const chance of chances(n, p, Math.floor(count))) sum += chance;
  return Math.min(1, sum);
}

/** The most successes of which "so many or fewer" has a chance of 2.5 % at most; -1 where even none is likelier. */
export function lowerTailCount(n: number, p: number): number {
  let sum = 0;
  let count = -1;
  for (const chance of chances(n, p, n)) {
    sum += chance;
    if (sum > tail) break;
    count += 1;
  }
  return count;
}
