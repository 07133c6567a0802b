/** A proportion, e.g. the share of invocations that fail, and its 95 % interval. */
import { LumosError } from '../domain/errors.js';
import { atMost, tail } from './binomial.js';
import type { Interval } from './median-interval.js';

/**
 * The exact 95 % interval of the chance behind `count` successes in `n` independent trials (Clopper & Pearson, "The use
 * of confidence or fiducial limits illustrated in the case of the binomial", Biometrika 26, 1934): the chances under
 * which neither so many nor so few would be rarer than 2.5 %. It covers at least 95 %, near 0 well more; Wilson's
 * interval is narrower, but near 0, where error rates lie, it covers less than it says for some chances (Brown, Cai &
 * DasGupta, "Interval estimation for a binomial proportion", Statistical Science 16, 2001).
 *
 * Throws a LumosError for no trials or more successes than trials.
 */
export function proportionInterval(count: number, n: number): Interval {
  if (!(n > 0 && count >= 0 && count <= n))
    throw new LumosError('failed', `${count} of ${n} is no proportion.`);
  return [lowestChance(count, n), 1 - lowestChance(n - count, n)];
}

/** The chance at which `count` successes or more have a chance of 2.5 %. */
function lowestChance(count: number, n: number): number {
  if (count === 0) return 0;
  // Of the two tails the one with fewer terms; both rise or fall steadily with the chance.
  const reaches = (p: number): number =>
    count <= n / 2 ? 1 - atMost(count - 1, n, p) : atMost(n - count, n, 1 - p);
  let low = 0;
  let high = 1;
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (reaches(middle) > tail) high = middle;
    else low = middle;
  }
  return (low + high) / 2;
}

/** The fewest trials without a success of which the interval's upper end lies below `limit`, from above 0 to below 1. */
export const fewestWithoutSuccess = (limit: number): number =>
  Math.floor(Math.log(tail) / Math.log1p(-limit)) + 1;
