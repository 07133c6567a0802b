/** What an interval of a ratio says, in one word. */
import { LumosError } from '../domain/errors.js';
import type { Verdict } from '../domain/summary/cell-summary.js';
import type { Interval } from './median-interval.js';

/**
 * The verdict on a ratio's 95 % interval, where ratios from 1/(1 + margin) to 1 + margin count as the same: `same` if
 * the whole interval lies in that range, ends included, `lower` or `higher` if it lies wholly outside, else `unsure`,
 * as is no interval at all. An interval that merely leaves out 1 is not enough for a difference, nor is one that holds
 * 1 enough for sameness (equivalence: Lakens, "Equivalence tests", Social Psychological and Personality Science 8,
 * 2017; the range of practical equivalence: Kruschke, "Rejecting or accepting parameter values in Bayesian estimation",
 * Advances in Methods and Practices in Psychological Science 1, 2018). Throws a LumosError for a margin not above 0.
 */
export function verdictOn(ci95: Readonly<Interval> | undefined, margin: number): Verdict {
  if (!(margin > 0)) throw new LumosError('failed', `A margin is above 0, not ${margin}.`);
  if (ci95 === undefined) return 'unsure';
  const [low, high] = ci95;
  const least = 1 / (1 + margin);
  const most = 1 + margin;
  if (low >= least && high <= most) return 'same';
  if (high < least) return 'lower';
  if (low > most) return 'higher';
  return 'unsure';
}
