/** A mean and its 95 % interval. */
import { LumosError } from '../domain/errors.js';
import { fewestForInterval, type Interval } from './median-interval.js';
import { studentT975 } from './student-t.js';

export interface MeanOfSamples {
  readonly mean: number;
  readonly n: number;
  /** Distinct clusters; `n` where every sample stands alone. */
  readonly clusters: number;
  /** Undefined for fewer than six samples or three clusters. */
  readonly ci95: Interval | undefined;
}

/** The fewest clusters whose means have a spread worth the name. */
const fewestClusters = 3;

/**
 * The mean of `values`, of which `clusters[i]` names the sandbox, with Student's t interval. Its variance is that of a
 * ratio of cluster totals to cluster sizes (Cochran, "Sampling Techniques", 3rd edition, 1977, section 9A), since
 * repetition counts at the level that varies (Kalibera & Jones, ISMM 2013), on one degree of freedom less than there
 * are clusters; where each sample is its own cluster, that is the plain t interval. Of few and very skewed samples it
 * covers less than 95 %: a rare long latency that none of them holds is in the mean all the same.
 *
 * Throws a LumosError for no samples or where the lists differ in length.
 */
export function estimateMean(values: ArrayLike<number>, clusters: ArrayLike<number>): MeanOfSamples {
  const n = values.length;
  if (n === 0 || clusters.length !== n)
    throw new LumosError(
      'failed',
      `There is no mean of ${n} samples with the clusters of ${clusters.length}.`,
    );
  const totals = new Map<number, { size: number; sum: number }>();
  let sum = 0;
  for (let i = 0; i < n; i++) {
    const value = values[i] as number;
    sum += value;
    const label = clusters[i] as number;
    const total = totals.get(label) ?? { size: 0, sum: 0 };
    totals.set(label, { size: total.size + 1, sum: total.sum + value });
  }
  const mean = sum / n;
  const count = totals.size;
  if (n < fewestForInterval || count < fewestClusters) return { mean, n, clusters: count, ci95: undefined };
  let between = 0;
  for (const total of totals.values()) between += (total.sum - mean * total.size) ** 2;
  const half = studentT975(count - 1) * Math.sqrt(((count / (count - 1)) * between) / (n * n));
  return { mean, n, clusters: count, ci95: [mean - half, mean + half] };
}
