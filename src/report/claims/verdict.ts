/** From a figure and its interval to a word. */
import type { Claim } from '../../domain/summary/claim.js';
import type { Interval } from '../../stats/median-interval.js';

type Verdict = Claim['verdict'];

/** "Up to X": contradicted where the whole interval lies below where the claimed range begins. */
export const existenceVerdict = (ci95: Interval, claimed: Claim['claimed']): Verdict =>
  ci95[1] >= claimed[0] ? 'consistent' : 'contradicted';

/** "Comparable": contradicted where no part of the interval lies in the range that counts as such. */
export const rangeVerdict = (ci95: Interval, claimed: Claim['claimed']): Verdict =>
  ci95[1] >= claimed[0] && ci95[0] <= claimed[1] ? 'consistent' : 'contradicted';

/** An effect so many times what the paper names is said to go far beyond it. */
const far = 2;

/** Whether an effect goes beyond what the paper names, in words; empty where it does not. */
export function beyondText(ci95: Interval, value: number, claimed: Claim['claimed']): string {
  if (!(ci95[0] > claimed[1])) return '';
  return value >= far * claimed[1] ? 'far beyond what the paper claims' : 'beyond what the paper claims';
}
