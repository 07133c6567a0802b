/** How far measurements of one level lie apart that were made in rounds of a run. */
import { meanOf } from './resampling.js';

/** The throughput at one concurrency, in requests a second. */
export interface MeasuredLevel {
  readonly concurrency: number;
  /** Of each round its blocks of time (src/stats/time-blocks.ts), one at least. A round is other sandboxes, at another time. */
  readonly rounds: readonly (readonly number[])[];
}

export interface RoundSpread {
  /** The standard deviation of a round's throughput, as a share of the level's. */
  readonly deviation: number;
  /** How far each round lies from its level, as a share of it, made as wide as `deviation` has it. */
  readonly residuals: readonly number[];
}

/** With fewer rounds besides the first of each level a spread is a guess. */
const fewestDegrees = 4;

/** @param blocks of each round; one that was over too soon to have any is left out */
export const measuredLevel = (
  concurrency: number,
  blocks: readonly (readonly number[])[],
): MeasuredLevel => ({ concurrency, rounds: blocks.filter(({ length }) => length > 0) });

/** The mean of the rounds; NaN of none. */
export const throughputOf = ({ rounds }: MeasuredLevel): number => meanOf(rounds.map(meanOf));

/**
 * Pooled over the levels: within a level rounds differ by chance only, and by a like share of the throughput whatever the
 * level is (one-way analysis of variance with random effects: Searle, Casella & McCulloch, "Variance Components", 1992,
 * chapter 3; of residuals to draw from: Davison & Hinkley, "Bootstrap Methods and their Application", 1997, section 3.8).
 * What is within a round, of sandboxes that are the same, is in it too. Undefined below four degrees of freedom.
 */
export function roundSpreadOf(levels: readonly MeasuredLevel[]): RoundSpread | undefined {
  const residuals: number[] = [];
  let squares = 0;
  let degrees = 0;
  for (const level of levels) {
    const means = level.rounds.map(meanOf);
    const whole = meanOf(means);
    if (means.length < 2 || !(whole > 0)) continue;
    degrees += means.length - 1;
    for (const one of means) {
      const apart = one / whole - 1;
      squares += apart * apart;
      // A round is in its level's mean, and so nearer to it than it would be to the truth.
      residuals.push(apart * Math.sqrt(means.length / (means.length - 1)));
    }
  }
  if (degrees < fewestDegrees) return undefined;
  return { deviation: Math.sqrt(squares / degrees), residuals };
}
