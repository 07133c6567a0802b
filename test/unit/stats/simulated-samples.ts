/** Samples of known distributions, for tests of how often an interval covers what it should. */
import type { Random } from '../../../src/stats/random.js';

export const normal = (random: Random): number =>
  Math.sqrt(-2 * Math.log(1 - random.uniform())) * Math.cos(2 * Math.PI * random.uniform());

export interface Distribution {
  readonly name: string;
  /** The true median; every distribution here is positive, so that ratios exist. */
  readonly median: number;
  readonly draw: (random: Random) => number;
}

export const continuous: readonly Distribution[] = [
  { name: 'normal', median: 20, draw: (random) => 20 + normal(random) },
  { name: 'lognormal', median: 1, draw: (random) => Math.exp(normal(random)) },
  { name: 'exponential', median: Math.LN2, draw: (random) => -Math.log(1 - random.uniform()) },
];

/** Whole numbers from 1 to 5, as of a counter that ticks coarsely: every value is tied many times over. */
export const tied: Distribution = { name: 'tied', median: 3, draw: (random) => 1 + random.below(5) };

export const sampleOf = (distribution: Distribution, n: number, random: Random): Float64Array =>
  Float64Array.from({ length: n }, () => distribution.draw(random));

export interface ClusteredSample {
  readonly values: Float64Array;
  readonly clusters: Float64Array;
}

/** Normal samples around `median` with variance 1, of which the clusters' means carry the share `icc`. */
export function clusteredNormal(
  shape: { clusters: number; each: number; icc: number; median: number },
  random: Random,
): ClusteredSample {
  const n = shape.clusters * shape.each;
  const values = new Float64Array(n);
  const clusters = new Float64Array(n);
  for (let cluster = 0; cluster < shape.clusters; cluster++) {
    const mean = shape.median + Math.sqrt(shape.icc) * normal(random);
    for (let i = 0; i < shape.each; i++) {
      values[cluster * shape.each + i] = mean + Math.sqrt(1 - shape.icc) * normal(random);
      clusters[cluster * shape.each + i] = cluster;
    }
  }
  return { values, clusters };
}

/** The share of `rounds` simulations in which `covers` says true. */
export function coverage(rounds: number, covers: () => boolean): number {
  let covered = 0;
  for (let round = 0; round < rounds; round++) if (covers()) covered += 1;
  return covered / rounds;
}
