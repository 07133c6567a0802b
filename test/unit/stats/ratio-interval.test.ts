import { describe, expect, test } from 'vitest';
import { LumosError } from '../../../src/domain/errors.js';
import { estimateMedian } from '../../../src/stats/median-interval.js';
import { seededRandom, type Random } from '../../../src/stats/random.js';
import { estimateRatio } from '../../../src/stats/ratio-interval.js';
import { verdictOn } from '../../../src/stats/verdict.js';
import { clusteredNormal, continuous, coverage, sampleOf, tied } from './simulated-samples.js';

const counting = (n: number): number[] => Array.from({ length: n }, (_, i) => i + 1);

describe('on literal samples', () => {
  test('the ratio is candidate over baseline', () => {
    const slow = estimateMedian([20, 21, 22]);
    const fast = estimateMedian([9, 10.5, 12]);
    expect(estimateRatio(slow, fast, seededRandom(1)).ratio).toBe(2);
    expect(estimateRatio(fast, slow, seededRandom(1)).ratio).toBe(0.5);
  });

  test('the interval holds the ratio, is the same for a seed, and turns over with the two sides', () => {
    const a = estimateMedian(counting(30).map((i) => 100 + i));
    const b = estimateMedian(counting(30).map((i) => 200 + i));
    const forth = estimateRatio(a, b, seededRandom(1));
    const [low, high] = forth.ci95 ?? [NaN, NaN];
    expect(low).toBeLessThan(forth.ratio);
    expect(high).toBeGreaterThan(forth.ratio);
    expect(estimateRatio(a, b, seededRandom(1))).toEqual(forth);
    const [backLow, backHigh] = estimateRatio(b, a, seededRandom(2)).ci95 ?? [NaN, NaN];
    expect(backLow).toBeCloseTo(1 / high, 1);
    expect(backHigh).toBeCloseTo(1 / low, 1);
  });

  test('no variance: equal sides have the interval [1, 1] and are the same', () => {
    const side = estimateMedian(new Array(10).fill(0.3));
    const { ratio, ci95 } = estimateRatio(side, side, seededRandom(1));
    expect(ratio).toBe(1);
    expect(ci95).toEqual([1, 1]);
    expect(verdictOn(ci95, 0.05)).toBe('same');
  });

  test('no interval where either side has too few samples', () => {
    const few = estimateMedian(counting(5));
    const enough = estimateMedian(counting(50));
    expect(estimateRatio(few, enough, seededRandom(1))).toEqual({ ratio: 3 / 25.5, ci95: undefined });
    expect(estimateRatio(enough, few, seededRandom(1)).ci95).toBeUndefined();
  });

  test('no interval where the baseline may well be 0', () => {
    const often0 = estimateMedian([0, 0, 0, 0, 1, 1, 1, 1, 1]);
    expect(estimateRatio(often0, often0, seededRandom(1))).toEqual({ ratio: 1, ci95: undefined });
  });

  test('refuses a baseline of 0', () => {
    const zero = estimateMedian([0, 0, 0]);
    expect(() => estimateRatio(estimateMedian([1]), zero, seededRandom(1))).toThrow(LumosError);
  });
});

describe('over 2000 simulated pairs of samples', () => {
  const draws = 500;
  const coverageOf = (
    pair: (random: Random) => [number[] | Float64Array, number[] | Float64Array],
    label: string,
  ) => {
    const random = seededRandom(11, label);
    return coverage(2000, () => {
      const [candidate, baseline] = pair(random);
      const { ci95 } = estimateRatio(estimateMedian(candidate), estimateMedian(baseline), random, draws);
      return ci95 !== undefined && ci95[0] <= 1 && 1 <= ci95[1];
    });
  };
  const sizes = [10, 30, 100];
  const cases = continuous.flatMap((distribution) => sizes.map((n) => ({ distribution, n })));

  test.each(cases)(
    'the interval of two $distribution.name, n = $n, covers in 93 to 97 %',
    ({ distribution, n }) => {
      const share = coverageOf(
        (random) => [sampleOf(distribution, n, random), sampleOf(distribution, n, random)],
        `${distribution.name} ${n}`,
      );
      expect(share).toBeGreaterThanOrEqual(0.93);
      expect(share).toBeLessThanOrEqual(0.97);
    },
  );

  test('with five tied values it covers in at least 93 %, and is conservative', () => {
    const share = coverageOf((random) => [sampleOf(tied, 30, random), sampleOf(tied, 30, random)], 'tied');
    expect(share).toBeGreaterThanOrEqual(0.93);
  });

  test('with clusters it covers only when told of them', () => {
    const random = seededRandom(12);
    const sample = () => clusteredNormal({ clusters: 10, each: 10, icc: 0.3, median: 20 }, random);
    let naive = 0;
    const aware = coverage(2000, () => {
      const [a, b] = [sample(), sample()];
      const unaware = estimateRatio(estimateMedian(a.values), estimateMedian(b.values), random, draws).ci95;
      if (unaware !== undefined && unaware[0] <= 1 && 1 <= unaware[1]) naive += 1;
      const { ci95 } = estimateRatio(
        estimateMedian(a.values, a.clusters),
        estimateMedian(b.values, b.clusters),
        random,
        draws,
      );
      return ci95 !== undefined && ci95[0] <= 1 && 1 <= ci95[1];
    });
    expect(aware).toBeGreaterThanOrEqual(0.93);
    expect(aware).toBeLessThanOrEqual(0.97);
    expect(naive / 2000).toBeLessThan(0.85);
  });
});
