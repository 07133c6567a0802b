/** Intervals of what is computed from several medians, by drawing the medians. */
import { LumosError } from '../domain/errors.js';
import type { Interval } from './median-interval.js';
import { quantile } from './quantiles.js';
import type { Random } from './random.js';
import { meanOf } from './resampling.js';
import { sortSamples } from './sorted-samples.js';

/** At this many draws, chance moves an end of the interval by about a third of a percentage point of coverage. */
export const defaultDraws = 2000;

/**
 * The 2.5 % and 97.5 % quantiles of what `draw` gives (percentile method: Efron & Tibshirani, "An Introduction to the
 * Bootstrap", 1993, chapter 13); undefined where a draw is not a finite number.
 */
export function drawnInterval(draws: ArrayLike<number>): Interval | undefined {
  for (let i = 0; i < draws.length; i++) if (!Number.isFinite(draws[i])) return undefined;
  const sorted = sortSamples(draws);
  return [quantile(sorted, 0.025), quantile(sorted, 0.975)];
}

/** A figure that can be drawn anew as if it were measured anew. */
export interface Drawable {
  readonly median: number;
  draw(random: Random): number;
}

export const drawTimes = (draw: () => number, count = defaultDraws): Float64Array =>
  Float64Array.from({ length: count }, draw);

export interface MeanEstimate {
  readonly value: number;
  readonly ci95: Interval | undefined;
}

function refuseNone(count: number): void {
  if (count === 0) throw new LumosError('failed', 'There are no cells to take a mean of.');
}

/**
 * The geometric mean of ratios of medians, the mean that gives the same answer whichever side is put below (Fleming &
 * Wallace, "How not to lie with statistics: the correct way to summarize benchmark results", CACM 29, 1986), with its
 * 95 % interval. The cells are taken as the ones there are, not as a sample of others: the interval is of measuring
 * them again. Throws a LumosError for no cells.
 */
export function geometricMean(
  cells: readonly { readonly candidate: Drawable; readonly baseline: Drawable }[],
  random: Random,
  draws = defaultDraws,
): MeanEstimate {
  refuseNone(cells.length);
  const of = (read: (figure: Drawable) => number): number =>
    Math.exp(meanOf(cells.map(({ candidate, baseline }) => Math.log(read(candidate) / read(baseline)))));
  return {
    value: of(({ median }) => median),
    ci95: drawnInterval(drawTimes(() => of((figure) => figure.draw(random)), draws)),
  };
}

/** The mean of medians that are on one scale already, such as shares, with its 95 % interval, as of `geometricMean`. */
export function meanOfMedians(
  cells: readonly Drawable[],
  random: Random,
  draws = defaultDraws,
): MeanEstimate {
  refuseNone(cells.length);
  return {
    value: meanOf(cells.map(({ median }) => median)),
    ci95: drawnInterval(drawTimes(() => meanOf(cells.map((cell) => cell.draw(random))), draws)),
  };
}
