import { describe, expect, test } from 'vitest';
import { LumosError } from '../../../src/domain/errors.js';
import { atMost, lowerTailCount } from '../../../src/stats/binomial.js';
import { estimateMean } from '../../../src/stats/mean-interval.js';
import { fewestWithoutSuccess, proportionInterval } from '../../../src/stats/proportion-interval.js';
import { estimateQuantile, fewestForUpperEnd } from '../../../src/stats/quantile-interval.js';
import { seededRandom } from '../../../src/stats/random.js';
import { clusteredNormal, coverage, normal } from './simulated-samples.js';

const counting = (n: number): number[] => Array.from({ length: n }, (_, i) => i + 1);

describe('the binomial distribution', () => {
  test.each([
    [2, 10, 0.5, 56 / 1024],
    [0, 10, 0.05, 0.95 ** 10],
    [10, 10, 0.3, 1],
    [-1, 10, 0.3, 0],
    [3, 10, 0, 1],
    [3, 10, 1, 0],
  ])('at most %d of %d at %d', (count, n, p, chance) => expect(atMost(count, n, p)).toBeCloseTo(chance, 12));

  test('of very many trials, whose (1 - p)^n is below the smallest number', () => {
    expect(atMost(5000, 10_000, 0.5)).toBeCloseTo(0.503989, 5);
  });

  test('refuses what is no distribution', () => expect(() => atMost(1, 2, 1.5)).toThrow(LumosError));

  test('the tail of 2.5 %', () => {
    expect(lowerTailCount(100, 0.5)).toBe(39);
    expect(lowerTailCount(5, 0.5)).toBe(-1);
  });
});

describe('a proportion', () => {
  // Newcombe, "Two-sided confidence intervals for the single proportion", Statistics in Medicine 17, 1998, table I.
  test.each([
    [81, 263, 0.2527, 0.3676],
    [15, 148, 0.0578, 0.1617],
    [0, 20, 0, 0.1684],
    [1, 29, 0.0009, 0.1776],
  ])('%d of %d as in the literature', (count, n, low, high) => {
    const [from, to] = proportionInterval(count, n);
    expect(from).toBeCloseTo(low, 4);
    expect(to).toBeCloseTo(high, 4);
  });

  test('is turned around with its count', () => {
    expect(proportionInterval(20, 20)[0]).toBeCloseTo(1 - 0.1684, 4);
    expect(proportionInterval(20, 20)[1]).toBe(1);
  });

  test('without a success falls below 0.1 % from 3688 trials on', () => {
    expect(fewestWithoutSuccess(0.001)).toBe(3688);
    expect(proportionInterval(0, 3688)[1]).toBeLessThan(0.001);
    expect(proportionInterval(0, 3687)[1]).toBeGreaterThan(0.001);
  });

  test('covers in 95 % at least', () => {
    const random = seededRandom(3, 'proportion');
    for (const chance of [0.01, 0.2]) {
      const covered = coverage(500, () => {
        let count = 0;
        for (let i = 0; i < 100; i++) if (random.uniform() < chance) count += 1;
        const [low, high] = proportionInterval(count, 100);
        return low <= chance && chance <= high;
      });
      expect(covered).toBeGreaterThanOrEqual(0.94);
    }
  });

  test('of nothing is refused', () => expect(() => proportionInterval(0, 0)).toThrow(LumosError));
});

describe('a quantile', () => {
  test('ends at the ranks of the binomial distribution', () => {
    expect(estimateQuantile(counting(100), 0.5).ci95).toEqual({ low: 40, high: 61 });
    expect(estimateQuantile(counting(10), 0.5).ci95).toEqual({ low: 2, high: 9 });
    // P(Bin(100, 0.9) <= 83) = 0.0206 and P(>= 96) = 0.0237; one rank further in is beyond 2.5 %.
    expect(estimateQuantile(counting(100), 0.9).ci95).toEqual({ low: 84, high: 96 });
  });

  test('has an upper end where a sample lies above it in 97.5 %', () => {
    expect(fewestForUpperEnd(0.95)).toBe(72);
    expect(fewestForUpperEnd(0.99)).toBe(368);
    expect(estimateQuantile(counting(71), 0.95).ci95?.high).toBeUndefined();
    expect(estimateQuantile(counting(72), 0.95).ci95?.high).toBe(72);
    expect(estimateQuantile(counting(5), 0.5).ci95).toBeUndefined();
  });

  test('of one sandbox has no interval', () => {
    expect(estimateQuantile(counting(200), 0.9, new Array(200).fill(1)).ci95).toBeUndefined();
  });

  test.each([0.5, 0.9, 0.95])('of %d covers in 95 % at least', (share) => {
    const random = seededRandom(7, `quantile ${share}`);
    const truth = -Math.log(1 - share);
    const covered = coverage(1000, () => {
      const values = Float64Array.from({ length: 120 }, () => -Math.log(1 - random.uniform()));
      const { ci95 } = estimateQuantile(values, share);
      return (ci95?.low ?? 0) <= truth && truth <= (ci95?.high ?? Number.POSITIVE_INFINITY);
    });
    expect(covered).toBeGreaterThan(0.94);
  });

  test('of samples that resemble each other covers only when it is told', () => {
    const random = seededRandom(9, 'clustered quantile');
    const truth = 20 + 1.2815515655446004;
    const told = { yes: 0, no: 0 };
    const rounds = 600;
    for (let round = 0; round < rounds; round++) {
      const { values, clusters } = clusteredNormal({ clusters: 20, each: 10, icc: 0.4, median: 20 }, random);
      for (const which of ['yes', 'no'] as const) {
        const { ci95 } = estimateQuantile(values, 0.9, which === 'yes' ? clusters : undefined);
        const inside =
          (ci95?.low ?? 0) <= truth &&
          truth <= (ci95?.high ?? Number.POSITIVE_INFINITY) &&
          ci95 !== undefined;
        if (inside) told[which] += 1;
      }
    }
    expect(told.yes / rounds).toBeGreaterThan(0.93);
    expect(told.no / rounds).toBeLessThan(0.85);
  });
});

describe('a mean', () => {
  test('of samples that stand alone has the plain t interval', () => {
    // mean 3.5, sd 1.870829, t(5) = 2.570582: half of it is 2.570582 * 1.870829 / sqrt(6) = 1.963312.
    const { mean, ci95 } = estimateMean(counting(6), counting(6));
    expect(mean).toBe(3.5);
    expect(ci95?.[0]).toBeCloseTo(3.5 - 1.963312, 5);
    expect(ci95?.[1]).toBeCloseTo(3.5 + 1.963312, 5);
  });

  test('needs six samples and three sandboxes', () => {
    expect(estimateMean(counting(5), counting(5)).ci95).toBeUndefined();
    expect(estimateMean(counting(6), [1, 1, 1, 2, 2, 2]).ci95).toBeUndefined();
    expect(() => estimateMean([], [])).toThrow(LumosError);
  });

  test('covers in 95 %, of few sandboxes too, and a little less where the samples are skewed', () => {
    const random = seededRandom(11, 'mean');
    const clustered = coverage(800, () => {
      const { values, clusters } = clusteredNormal({ clusters: 10, each: 10, icc: 0.5, median: 20 }, random);
      const { ci95 } = estimateMean(values, clusters);
      return ci95 !== undefined && ci95[0] <= 20 && 20 <= ci95[1];
    });
    expect(clustered).toBeGreaterThan(0.92);
    expect(clustered).toBeLessThan(0.98);
    const skewed = coverage(800, () => {
      const values = Float64Array.from({ length: 30 }, () => Math.exp(0.5 * normal(random)));
      const { ci95 } = estimateMean(values, counting(30));
      const truth = Math.exp(0.125);
      return ci95 !== undefined && ci95[0] <= truth && truth <= ci95[1];
    });
    expect(skewed).toBeGreaterThan(0.9);
  });
});
