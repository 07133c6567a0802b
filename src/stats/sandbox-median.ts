/** The median of samples that come from a few sandboxes, with an interval and draws even where they resemble each other. */
import { drawnInterval, drawTimes, type MeanEstimate } from './drawn-interval.js';
import {
  drawMedian,
  estimateMedian,
  fewestForInterval,
  type Interval,
  type MedianEstimate,
} from './median-interval.js';
import { median } from './quantiles.js';
import type { Random } from './random.js';
import { sortSamples } from './sorted-samples.js';
import { studentT975 } from './student-t.js';

/** A positive median that can be drawn anew as if it were measured anew. */
export interface DrawableMedian {
  readonly median: number;
  /** Undefined where neither samples nor sandboxes are enough for one. */
  readonly ci95: Interval | undefined;
  /** Independent groups of samples less 1, at least 1. */
  readonly degreesOfFreedom: number;
  /** One draw from its sampling distribution. Only for those with an interval. */
  draw(random: Random): number;
}

/** The fewest sandboxes whose medians have a spread worth the name. */
const fewestSandboxes = 3;

/** The median of k medians errs by this factor more than their mean, for many normal ones; for few, by less. */
const medianOverMean = Math.sqrt(Math.PI / 2);

/**
 * The median of `values`, of which `clusters[i]` names the sandbox. Where the samples are worth enough independent ones,
 * interval and draws are those of `estimateMedian`. Where they are not, since samples of one sandbox hardly differ, the
 * sandboxes are what was repeated: the logarithms of their medians are taken as a sample (Kalibera & Jones, ISMM 2013:
 * repetition counts at the level that varies), and the median of all as erring like their median, with Student's t on
 * one degree of freedom less than there are sandboxes. That needs three sandboxes, six samples and values above 0; samples that
 * stand alone and are fewer than six have no interval here either.
 */
export function estimateSandboxMedian(
  values: ArrayLike<number>,
  clusters: ArrayLike<number>,
): DrawableMedian {
  const estimate = estimateMedian(values, clusters);
  const degreesOfFreedom = Math.max(1, estimate.size.clusters - 1);
  const plain: DrawableMedian = {
    median: estimate.median,
    ci95: estimate.ci95,
    degreesOfFreedom,
    draw: (random) => drawMedian(estimate, random),
  };
  if (estimate.ci95 !== undefined) return plain;
  const error = errorOfLogarithm(estimate, values, clusters);
  if (error === undefined) return plain;
  const at = (t: number): number => estimate.median * Math.exp(t * error);
  const t975 = studentT975(degreesOfFreedom);
  return {
    median: estimate.median,
    ci95: [at(-t975), at(t975)],
    degreesOfFreedom,
    draw: (random) => at(drawStudentT(degreesOfFreedom, random)),
  };
}

/** The standard error of the median's logarithm, from the medians of its sandboxes. */
function errorOfLogarithm(
  estimate: MedianEstimate,
  values: ArrayLike<number>,
  clusters: ArrayLike<number>,
): number | undefined {
  const { n, clusters: count } = estimate.size;
  if (
    n < fewestForInterval ||
    count === n ||
    count < fewestSandboxes ||
    !((estimate.sorted[0] as number) > 0)
  )
    return undefined;
  const bySandbox = new Map<number, number[]>();
  for (let i = 0; i < values.length; i++) {
    const label = clusters[i] as number;
    const own = bySandbox.get(label);
    if (own === undefined) bySandbox.set(label, [values[i] as number]);
    else own.push(values[i] as number);
  }
  const logarithms = [...bySandbox.values()]
    .map((own) => Math.log(median(sortSamples(own))))
    .sort((a, b) => a - b);
  const mean = logarithms.reduce((sum, one) => sum + one, 0) / count;
  const variance = logarithms.reduce((sum, one) => sum + (one - mean) ** 2, 0) / (count - 1);
  return medianOverMean * Math.sqrt(variance / count);
}

/** Draws beyond this are so rare that they move no quantile, but their exponential may be no number. */
const furthestDraw = 100;

/**
 * A variate of Student's t with `df` degrees of freedom, at least 2, from Beta(df/2, df/2) = 1/2 + t / (2 sqrt(df + t^2))
 * (Johnson, Kotz & Balakrishnan, "Continuous Univariate Distributions" 2, 1995, chapter 28).
 */
export function drawStudentT(df: number, random: Random): number {
  const beta = random.symmetricBeta(df / 2);
  const t = ((2 * beta - 1) * Math.sqrt(df)) / (2 * Math.sqrt(beta * (1 - beta)));
  return Math.min(furthestDraw, Math.max(-furthestDraw, t));
}

/** The ratio of two medians, both above 0; without an interval where either has none. Draws as `estimateRatio`. */
export function ratioOf(
  candidate: DrawableMedian,
  baseline: DrawableMedian,
  random: Random,
  draws = 5000,
): MeanEstimate {
  const value = candidate.median / baseline.median;
  if (candidate.ci95 === undefined || baseline.ci95 === undefined) return { value, ci95: undefined };
  return {
    value,
    ci95: drawnInterval(drawTimes(() => candidate.draw(random) / baseline.draw(random), draws)),
  };
}
