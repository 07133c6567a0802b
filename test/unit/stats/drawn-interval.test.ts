import { describe, expect, test } from 'vitest';
import { LumosError } from '../../../src/domain/errors.js';
import { drawnInterval, geometricMean, meanOfMedians } from '../../../src/stats/drawn-interval.js';
import { estimateSandboxMedian, type DrawableMedian } from '../../../src/stats/sandbox-median.js';
import { seededRandom } from '../../../src/stats/random.js';
import { coverage, normal } from './simulated-samples.js';

const eachAlone = (values: ArrayLike<number>): DrawableMedian =>
  estimateSandboxMedian(
    values,
    Float64Array.from(values, (_, i) => i),
  );

const constant = (value: number): DrawableMedian => eachAlone(new Array(10).fill(value));

describe('the interval of draws', () => {
  test('holds the 2.5 % and 97.5 % quantiles', () => {
    const [low, high] = drawnInterval(Float64Array.from({ length: 1001 }, (_, i) => i)) ?? [NaN, NaN];
    expect(low).toBeCloseTo(25, 9);
    expect(high).toBeCloseTo(975, 9);
  });

  test('there is none where a draw is not a number', () => {
    expect(drawnInterval([1, 2, Infinity])).toBeUndefined();
    expect(drawnInterval([1, NaN])).toBeUndefined();
  });
});

describe('the geometric mean of ratios', () => {
  test('of 2 and 8 is 4, with no interval wider than that where nothing varies', () => {
    const cells = [
      { candidate: constant(2), baseline: constant(1) },
      { candidate: constant(4), baseline: constant(0.5) },
    ];
    const { value, ci95 } = geometricMean(cells, seededRandom(1));
    expect(value).toBeCloseTo(4, 12);
    expect(ci95?.[0]).toBeCloseTo(4, 12);
    expect(ci95?.[1]).toBeCloseTo(4, 12);
  });

  test('turns over with the two sides', () => {
    const pair = { candidate: constant(3), baseline: constant(12) };
    const back = { candidate: pair.baseline, baseline: pair.candidate };
    expect(geometricMean([pair], seededRandom(1)).value).toBeCloseTo(0.25, 12);
    expect(geometricMean([back], seededRandom(1)).value).toBeCloseTo(4, 12);
  });

  test('of no cells is refused', () => {
    expect(() => geometricMean([], seededRandom(1))).toThrow(LumosError);
    expect(() => meanOfMedians([], seededRandom(1))).toThrow(LumosError);
  });

  test('its interval covers in 93 to 99 % of simulated runs of 8 cells', () => {
    const random = seededRandom(21, 'geometric mean');
    const truths = [0.5, 1, 1, 2, 3, 10, 40, 55];
    const truth = Math.exp(truths.reduce((sum, one) => sum + Math.log(one), 0) / truths.length);
    const sample = (median: number): DrawableMedian =>
      eachAlone(Float64Array.from({ length: 20 }, () => median * Math.exp(0.2 * normal(random))));
    const covered = coverage(1000, () => {
      const cells = truths.map((one) => ({ candidate: sample(one), baseline: sample(1) }));
      const { ci95 } = geometricMean(cells, random, 300);
      return ci95 !== undefined && ci95[0] <= truth && truth <= ci95[1];
    });
    expect(covered).toBeGreaterThanOrEqual(0.93);
    expect(covered).toBeLessThanOrEqual(0.99);
  });
});

test('the mean of medians is their mean', () => {
  expect(meanOfMedians([constant(0.25), constant(0.75)], seededRandom(1))).toEqual({
    value: 0.5,
    ci95: [0.5, 0.5],
  });
});
