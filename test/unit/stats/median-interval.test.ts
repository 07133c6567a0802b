import { describe, expect, test } from 'vitest';
import { LumosError } from '../../../src/domain/errors.js';
import { drawMedian, estimateMedian, type Interval } from '../../../src/stats/median-interval.js';
import { seededRandom } from '../../../src/stats/random.js';
import { clusteredNormal, continuous, coverage, sampleOf, tied } from './simulated-samples.js';

const covers = (ci95: Interval | undefined, truth: number): boolean =>
  ci95 !== undefined && ci95[0] <= truth && truth <= ci95[1];

const counting = (n: number): number[] => Array.from({ length: n }, (_, i) => i + 1);

describe('on literal samples', () => {
  test('the interval of 1 to 10 ends at the Beta(5.5, 5.5) quantiles of 11 ranks', () => {
    // t(11) = 2.200985; half = t / sqrt(11 + t^2) / 2 = 0.276471; ranks 11 * (0.5 -+ half).
    const { median, ci95 } = estimateMedian(counting(10));
    expect(median).toBe(5.5);
    expect(ci95?.[0]).toBeCloseTo(2.45882, 4);
    expect(ci95?.[1]).toBeCloseTo(8.54118, 4);
  });

  test('the order of the samples changes nothing', () => {
    expect(estimateMedian([6, 3, 1, 2, 5, 4, 7])).toEqual(estimateMedian([1, 2, 3, 4, 5, 6, 7]));
  });

  test('six samples have an interval, near their range; five have none', () => {
    const six = estimateMedian(counting(6)).ci95;
    expect(six?.[0]).toBeCloseTo(1.16766, 4);
    expect(six?.[1]).toBeCloseTo(5.83234, 4);
    expect(estimateMedian(counting(5)).ci95).toBeUndefined();
  });

  test('one sample is its own median and has no interval', () => {
    const { median, ci95 } = estimateMedian([4.2]);
    expect(median).toBe(4.2);
    expect(ci95).toBeUndefined();
  });

  test('equal samples have an interval of no width, clustered or not', () => {
    expect(estimateMedian(new Array(12).fill(0.1)).ci95).toEqual([0.1, 0.1]);
    expect(
      estimateMedian(
        new Array(24).fill(0.1),
        counting(24).map((i) => i % 12),
      ).ci95,
    ).toEqual([0.1, 0.1]);
  });

  test('ties: an interval may end at a tied value', () => {
    expect(estimateMedian([1, 2, 2, 2, 2, 2, 2, 2, 2, 3]).ci95).toEqual([2, 2]);
  });

  test('many samples of one sandbox have no interval: nothing is known about other sandboxes', () => {
    expect(estimateMedian(counting(100), new Array(100).fill(1)).ci95).toBeUndefined();
  });

  test('refuses no samples and samples that are no numbers', () => {
    expect(() => estimateMedian([])).toThrow(LumosError);
    expect(() => estimateMedian([1, NaN])).toThrow(LumosError);
  });
});

describe('over 2500 simulated samples', () => {
  const sizes = [10, 30, 100];
  const cases = continuous.flatMap((distribution) => sizes.map((n) => ({ distribution, n })));

  test.each(cases)('the interval covers the median of $distribution.name, n = $n, in 93 to 97 %', (given) => {
    const { distribution, n } = given;
    const random = seededRandom(1, `${distribution.name} ${n}`);
    const share = coverage(2500, () =>
      covers(estimateMedian(sampleOf(distribution, n, random)).ci95, distribution.median),
    );
    expect(share).toBeGreaterThanOrEqual(0.93);
    expect(share).toBeLessThanOrEqual(0.97);
  });

  test.each(sizes)('with five tied values, n = %d, it covers in at least 93 %, and is conservative', (n) => {
    const random = seededRandom(1, `tied ${n}`);
    const share = coverage(2500, () => covers(estimateMedian(sampleOf(tied, n, random)).ci95, tied.median));
    expect(share).toBeGreaterThanOrEqual(0.93);
  });

  test('with 10 clusters of 10 it covers only when told of the clusters', () => {
    const random = seededRandom(2);
    let naive = 0;
    const aware = coverage(2500, () => {
      const sample = clusteredNormal({ clusters: 10, each: 10, icc: 0.3, median: 20 }, random);
      if (covers(estimateMedian(sample.values).ci95, 20)) naive += 1;
      return covers(estimateMedian(sample.values, sample.clusters).ci95, 20);
    });
    expect(aware).toBeGreaterThanOrEqual(0.93);
    expect(aware).toBeLessThanOrEqual(0.97);
    expect(naive / 2500).toBeLessThan(0.85);
  });

  test('with clusters that do not differ it covers in at least 93 %, at the price of some width', () => {
    const random = seededRandom(3);
    const share = coverage(2500, () => {
      const sample = clusteredNormal({ clusters: 10, each: 10, icc: 0, median: 20 }, random);
      return covers(estimateMedian(sample.values, sample.clusters).ci95, 20);
    });
    expect(share).toBeGreaterThanOrEqual(0.93);
  });
});

test('draws are spread as resampling the samples would spread them', () => {
  const values = Float64Array.from(counting(31), (i) => i * i);
  const random = seededRandom(4);
  const estimate = estimateMedian(values);
  const draws = Float64Array.from({ length: 20_000 }, () => drawMedian(estimate, random)).sort();
  const resampled = Float64Array.from(
    { length: 20_000 },
    () => Float64Array.from({ length: 31 }, () => values[random.below(31)] ?? NaN).sort()[15] ?? NaN,
  ).sort();
  for (const rank of [500, 5000, 10_000, 15_000, 19_500]) {
    const gap = Math.abs(Math.sqrt(draws[rank] ?? NaN) - Math.sqrt(resampled[rank] ?? NaN));
    expect(gap).toBeLessThanOrEqual(0.6); // resampling can only give whole ranks
  }
});
