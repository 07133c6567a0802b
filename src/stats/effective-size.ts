/** How many independent samples a clustered sample is worth, for its median. */
import { LumosError } from '../domain/errors.js';
import { studentT975 } from './student-t.js';

export interface EffectiveSize {
  readonly n: number;
  /** Distinct clusters; `n` where every sample stands alone. */
  readonly clusters: number;
  /** Variance of the share of samples below the median, over what it would be with independent samples; at least 1. */
  readonly designEffect: number;
  /** Independent samples that would tell as much about the median, from 1 to `n`; not a whole number in general. */
  readonly effectiveN: number;
}

/**
 * The effective size of `values` for their median `middle`, where `clusters[i]` names the group that `values[i]` comes
 * from (samples of one sandbox resemble each other: Kalibera & Jones, "Rigorous benchmarking in reasonable time",
 * ISMM 2013). Throws a LumosError when the two lists differ in length.
 *
 * The median's sampling error is that of the share of samples below it (Woodruff, "Confidence intervals for medians and
 * other position measures", JASA 47, 1952). The variance of that share is taken between clusters, as of a ratio of
 * cluster totals, and put over the variance without clusters: the design effect (Kish, "Survey Sampling", 1965). n over
 * it is Kish's effective size, made smaller by the squared ratio of t quantiles with n - 1 and clusters - 1 degrees of
 * freedom, since few clusters estimate it badly (Korn & Graubard, "Confidence intervals for proportions with small
 * expected number of positive counts", Survey Methodology 24, 1998). A sample equal to the median counts half.
 *
 * Samples of one single cluster say nothing about how clusters differ and are worth 1.
 */
export function effectiveSize(
  values: ArrayLike<number>,
  middle: number,
  clusters?: ArrayLike<number>,
): EffectiveSize {
  const n = values.length;
  if (clusters === undefined) return { n, clusters: n, designEffect: 1, effectiveN: n };
  if (clusters.length !== n)
    throw new LumosError('failed', `${n} samples cannot belong to ${clusters.length} cluster labels.`);
  const totals = clusterTotals(values, middle, clusters);
  const count = totals.length;
  if (count === n) return { n, clusters: n, designEffect: 1, effectiveN: n };
  if (count <= 1) return { n, clusters: count, designEffect: n, effectiveN: Math.min(n, 1) };
  const designEffect = Math.max(1, designEffectOf(totals, n));
  const fewClusters = (studentT975(count - 1) / studentT975(n - 1)) ** 2;
  return { n, clusters: count, designEffect, effectiveN: Math.max(1, n / (designEffect * fewClusters)) };
}

/**
 * About how many samples of the same kind are worth `wanted` independent ones: as many more as these count for less, in whole ones.
 * Undefined for a single cluster, of which no number is enough.
 */
export const samplesWorth = (
  wanted: number,
  { n, clusters, effectiveN }: EffectiveSize,
): number | undefined =>
  clusters === 1 && n > 1 ? undefined : Math.ceil((wanted * n) / Math.floor(effectiveN));

interface ClusterTotal {
  size: number;
  /** Samples below the median, those equal to it counted half. */
  below: number;
  /** Sum of the squares of the single samples' 0, 1/2 or 1. */
  squares: number;
}

/** Totals in the order of the cluster labels, so that the order of the samples does not move the last digit. */
function clusterTotals(
  values: ArrayLike<number>,
  middle: number,
  clusters: ArrayLike<number>,
): readonly ClusterTotal[] {
  const totals = new Map<number, ClusterTotal>();
  for (let i = 0; i < values.length; i++) {
    const label = clusters[i] as number;
    const value = values[i] as number;
    let total = totals.get(label);
    if (total === undefined) totals.set(label, (total = { size: 0, below: 0, squares: 0 }));
    const below = value < middle ? 1 : value === middle ? 0.5 : 0;
    total.size += 1;
    total.below += below;
    total.squares += below * below;
  }
  return [...totals].sort(([a], [b]) => a - b).map(([, total]) => total);
}

function designEffectOf(totals: readonly ClusterTotal[], n: number): number {
  let below = 0;
  let squares = 0;
  for (const total of totals) {
    below += total.below;
    squares += total.squares;
  }
  const share = below / n;
  const independent = (squares - n * share * share) / (n - 1) / n;
  if (independent <= 0) return 1; // all samples are equal
  let between = 0;
  for (const total of totals) between += (total.below - share * total.size) ** 2;
  return ((totals.length / (totals.length - 1)) * between) / (n * n) / independent;
}
