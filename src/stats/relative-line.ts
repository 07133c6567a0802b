/** A line through times whose error grows with them. */
import { LumosError } from '../domain/errors.js';
import { drawnInterval, defaultDraws } from './drawn-interval.js';
import { drawMedian, type Interval, type MedianEstimate } from './median-interval.js';
import type { Random } from './random.js';

export interface Line {
  readonly intercept: number;
  readonly slope: number;
}

/** The fewest distinct places a line with a misfit needs: through two, any line goes. */
export const fewestPlaces = 3;

/**
 * The line y = intercept + slope x with the least sum of squared relative residuals: least squares with weights 1/y^2,
 * for values that spread in proportion to themselves (Carroll & Ruppert, "Transformation and Weighting in Regression",
 * 1988, chapter 2). With plain least squares over six decades of x the largest values alone would set the intercept.
 * Values below `least` are weighted as if they were `least`: what the clock cannot tell from 0 must not rule the fit.
 * Throws a LumosError for lists of different length or fewer than two distinct x.
 */
export function fitRelativeLine(x: ArrayLike<number>, y: ArrayLike<number>, least: number): Line {
  if (x.length !== y.length)
    throw new LumosError('failed', `A line through ${x.length} places and ${y.length} values cannot be had.`);
  let [w, wx, wy] = [0, 0, 0];
  for (let i = 0; i < x.length; i++) {
    const weight = 1 / Math.max(Math.abs(y[i] as number), least) ** 2;
    w += weight;
    wx += weight * (x[i] as number);
    wy += weight * (y[i] as number);
  }
  const [middleX, middleY] = [wx / w, wy / w];
  let [wxx, wxy] = [0, 0];
  for (let i = 0; i < x.length; i++) {
    const weight = 1 / Math.max(Math.abs(y[i] as number), least) ** 2;
    const dx = (x[i] as number) - middleX;
    wxx += weight * dx * dx;
    wxy += weight * dx * ((y[i] as number) - middleY);
  }
  if (!(wxx > 0)) throw new LumosError('failed', 'A line needs values at two distinct places at least.');
  const slope = wxy / wxx;
  return { slope, intercept: middleY - slope * middleX };
}

export interface LineEstimate extends Line {
  readonly slopeCi95: Interval | undefined;
  readonly interceptCi95: Interval | undefined;
  /** The largest distance of the line from a median, as a share of that median (or of `least`). */
  readonly worstMiss: number;
  /** Slope and intercept of each draw, for intervals of what is computed from them; empty where there is none. */
  readonly drawnSlopes: Float64Array;
  readonly drawnIntercepts: Float64Array;
}

/** The fewest independent samples a place must be worth for its spread to say something. */
const fewestAtPlace = 2;

/**
 * A place's median as it is drawn: worth n over its design effect. What `effectiveSize` takes off besides, because few
 * clusters estimate that effect badly, is for one place alone; over all places of a line its errors even out.
 */
const pooled = (estimate: MedianEstimate): MedianEstimate => {
  const { n, designEffect } = estimate.size;
  return { ...estimate, size: { ...estimate.size, effectiveN: n / designEffect } };
};

/**
 * The line through medians, with 95 % intervals: every draw takes each place's median from its bootstrap distribution,
 * in which samples of one sandbox count as the one cluster they are (`drawMedian`), and fits anew (the bootstrap within
 * strata: Davison & Hinkley, "Bootstrap Methods and their Application", 1997, chapters 3.2 and 6.2). Without intervals
 * where some place's samples are worth fewer than two independent ones. The intervals know the spread of the samples,
 * not whether the truth is a line: `worstMiss` says how far it is from one.
 */
export function estimateLine(
  x: readonly number[],
  medians: readonly MedianEstimate[],
  least: number,
  random: Random,
  draws = defaultDraws,
): LineEstimate {
  const values = medians.map(({ median }) => median);
  const line = fitRelativeLine(x, values, least);
  const worstMiss = Math.max(
    ...values.map((value, i) => {
      const fitted = line.intercept + line.slope * (x[i] as number);
      return Math.abs(fitted - value) / Math.max(value, least);
    }),
  );
  const spreads = medians.every(({ size }) => size.effectiveN >= fewestAtPlace);
  const count = spreads ? draws : 0;
  const places = medians.map(pooled);
  const drawnSlopes = new Float64Array(count);
  const drawnIntercepts = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    const drawn = fitRelativeLine(
      x,
      places.map((estimate) => drawMedian(estimate, random)),
      least,
    );
    drawnSlopes[i] = drawn.slope;
    drawnIntercepts[i] = drawn.intercept;
  }
  return {
    ...line,
    worstMiss,
    slopeCi95: spreads ? drawnInterval(drawnSlopes) : undefined,
    interceptCi95: spreads ? drawnInterval(drawnIntercepts) : undefined,
    drawnSlopes,
    drawnIntercepts,
  };
}
