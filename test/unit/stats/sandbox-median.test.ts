import { describe, expect, test } from 'vitest';
import { drawnInterval, drawTimes } from '../../../src/stats/drawn-interval.js';
import { estimateMedian } from '../../../src/stats/median-interval.js';
import { seededRandom } from '../../../src/stats/random.js';
import {
  drawStudentT,
  estimateSandboxMedian,
  ratioOf,
  type DrawableMedian,
} from '../../../src/stats/sandbox-median.js';
import { clusteredNormal, coverage } from './simulated-samples.js';

describe('a draw of Student’s t', () => {
  test.each([
    [2, 4.3027],
    [4, 2.7764],
    [9, 2.2622],
  ])('with %d degrees of freedom lies within the tables’ %d in 95 %', (df, limit) => {
    const random = seededRandom(41, String(df));
    const share = coverage(20000, () => Math.abs(drawStudentT(df, random)) <= limit);
    expect(share).toBeGreaterThan(0.945);
    expect(share).toBeLessThan(0.955);
  });
});

describe('the median of few sandboxes', () => {
  test('is that of all samples, and its interval the usual one where samples are independent', () => {
    const values = Array.from({ length: 20 }, (_, i) => i + 1);
    const own = values.map((_, i) => i);
    const { median, ci95, degreesOfFreedom } = estimateSandboxMedian(values, own);
    expect({ median, ci95 }).toEqual({ median: 10.5, ci95: estimateMedian(values).ci95 });
    expect(degreesOfFreedom).toBe(19);
  });

  test('goes by the sandboxes where samples of one are alike: literal values', () => {
    // Three sandboxes whose samples are all e^0, e^1, e^2: standard deviation of the logarithms 1.
    const values = [0, 1, 2].flatMap((power) => new Array<number>(10).fill(Math.exp(power)));
    const clusters = [0, 1, 2].flatMap((label) => new Array<number>(10).fill(label));
    expect(estimateMedian(values, clusters).ci95).toBeUndefined();
    const { median, ci95 } = estimateSandboxMedian(values, clusters);
    expect(median).toBeCloseTo(Math.E, 12);
    // 4.3027 x sqrt(pi / 2) x 1 / sqrt(3) = 3.1134
    expect(Math.log(ci95?.[1] ?? NaN)).toBeCloseTo(1 + 3.1134, 3);
    expect(Math.log(ci95?.[0] ?? NaN)).toBeCloseTo(1 - 3.1134, 3);
  });

  test('its draws spread as its interval does', () => {
    const values = [0, 1, 2, 3].flatMap((power) => new Array<number>(10).fill(Math.exp(power / 10)));
    const clusters = [0, 1, 2, 3].flatMap((label) => new Array<number>(10).fill(label));
    const estimate = estimateSandboxMedian(values, clusters);
    const random = seededRandom(42);
    const [low, high] = drawnInterval(drawTimes(() => estimate.draw(random), 20000)) ?? [NaN, NaN];
    expect(low / (estimate.ci95?.[0] ?? NaN)).toBeCloseTo(1, 1);
    expect(high / (estimate.ci95?.[1] ?? NaN)).toBeCloseTo(1, 1);
  });

  test.each([
    ['two sandboxes', [1, 1, 1, 2, 2, 2], [0, 0, 0, 1, 1, 1]],
    ['one', [1, 2, 3, 4, 5, 6, 7], [0, 0, 0, 0, 0, 0, 0]],
    ['four samples that stand alone', [1, 2, 3, 4], [0, 1, 2, 3]],
    ['a value of 0', [0, 0, 1, 1, 2, 2], [0, 0, 1, 1, 2, 2]],
  ])('has no interval from %s', (_, values, clusters) => {
    const estimate = estimateSandboxMedian(values, clusters);
    expect(estimate.ci95).toBeUndefined();
    expect(ratioOf(estimate, estimateSandboxMedian([1, 2], [0, 1]), seededRandom(1)).ci95).toBeUndefined();
  });
});

describe('coverage, simulated', () => {
  test.each([
    { clusters: 5, each: 10, icc: 0.9 },
    { clusters: 5, each: 10, icc: 0.5 },
    { clusters: 5, each: 10, icc: 0.1 },
    { clusters: 5, each: 3, icc: 0.7 },
    { clusters: 10, each: 5, icc: 0.9 },
  ])('a ratio always has an interval, which holds it in 93 % and more: %o', (shape) => {
    const random = seededRandom(43, JSON.stringify(shape));
    const sample = (): DrawableMedian => {
      const { values, clusters } = clusteredNormal({ ...shape, median: 0 }, random);
      return estimateSandboxMedian(
        values.map((value) => Math.exp(0.2 * value)),
        clusters,
      );
    };
    let missing = 0;
    const covered = coverage(600, () => {
      const { ci95 } = ratioOf(sample(), sample(), random, 400);
      if (ci95 === undefined) missing += 1;
      return ci95 !== undefined && ci95[0] <= 1 && 1 <= ci95[1];
    });
    expect(missing).toBe(0);
    expect(covered).toBeGreaterThanOrEqual(0.93);
  });
});
