import { describe, expect, test } from 'vitest';
import { LumosError } from '../../../src/domain/errors.js';
import { estimateMedian, type MedianEstimate } from '../../../src/stats/median-interval.js';
import { seededRandom } from '../../../src/stats/random.js';
import { estimateLine, fitRelativeLine } from '../../../src/stats/relative-line.js';
import { normal } from './simulated-samples.js';

const sizes = [64, 1024, 8192, 51200, 524288, 2097152, 10485760, 26214400];
const least = 1e-4;

describe('the fit', () => {
  test('finds a line that is one, over six decades', () => {
    const { slope, intercept } = fitRelativeLine(
      sizes,
      sizes.map((x) => 0.06 + 4e-7 * x),
      least,
    );
    expect(slope).toBeCloseTo(4e-7, 15);
    expect(intercept).toBeCloseTo(0.06, 9);
  });

  test('weights by 1/y^2: literal values, solved by hand', () => {
    // Normal equations with weights 1, 1/4, 1/25 on (0, 1), (1, 2), (2, 5): det = 1.29 * 0.41 - 0.33^2 = 0.42
    // intercept = (1.7 * 0.41 - 0.33 * 0.9) / 0.42, slope = (1.29 * 0.9 - 0.33 * 1.7) / 0.42.
    const { slope, intercept } = fitRelativeLine([0, 1, 2], [1, 2, 5], least);
    expect(intercept).toBeCloseTo(0.4 / 0.42, 12);
    expect(slope).toBeCloseTo(0.6 / 0.42, 12);
  });

  test('an error of 10 % at the largest size does not move the intercept as plain least squares lets it', () => {
    const y = sizes.map((x, i) => (0.06 + 4e-7 * x) * (i === 7 ? 1.1 : 1));
    expect(fitRelativeLine(sizes, y, least).intercept).toBeCloseTo(0.06, 2);
    const mean = (list: readonly number[]): number => list.reduce((a, b) => a + b, 0) / list.length;
    const [mx, my] = [mean(sizes), mean(y)];
    const plainSlope =
      sizes.reduce((sum, x, i) => sum + (x - mx) * ((y[i] ?? 0) - my), 0) /
      sizes.reduce((sum, x) => sum + (x - mx) ** 2, 0);
    expect(my - plainSlope * mx).toBeLessThan(0.02);
  });

  test('a time of 0, or below what the clock tells apart, does not rule the fit', () => {
    const { slope } = fitRelativeLine(
      sizes,
      sizes.map((x, i) => (i === 0 ? 0 : 0.001 + 4e-7 * x)),
      least,
    );
    expect(Number.isFinite(slope)).toBe(true);
    expect(slope).toBeGreaterThan(2e-7);
  });

  test('refuses one place, and lists that do not fit', () => {
    expect(() => fitRelativeLine([5, 5], [1, 2], least)).toThrow(LumosError);
    expect(() => fitRelativeLine([1, 2], [1], least)).toThrow(LumosError);
  });
});

describe('the estimate', () => {
  const exact = (of: (x: number) => number): MedianEstimate[] =>
    sizes.map((x) => estimateMedian(new Array(8).fill(of(x))));

  test('of times without spread has intervals of no width and misses nothing', () => {
    const line = estimateLine(
      sizes,
      exact((x) => 1 + 2e-6 * x),
      least,
      seededRandom(1),
      200,
    );
    expect(line.slope).toBeCloseTo(2e-6, 14);
    expect(line.slopeCi95?.[0]).toBeCloseTo(2e-6, 14);
    expect(line.slopeCi95?.[1]).toBeCloseTo(2e-6, 14);
    expect(line.worstMiss).toBeLessThan(1e-9);
  });

  test('says how far a curve is from a line', () => {
    const line = estimateLine(
      sizes,
      exact((x) => 0.01 + 1e-9 * x ** 1.5),
      least,
      seededRandom(1),
      50,
    );
    expect(line.worstMiss).toBeGreaterThan(0.3);
  });

  test('has no interval where a size was measured in one sandbox only', () => {
    const one = sizes.map((x) => estimateMedian([1 + x, 1.1 + x, 1.2 + x], [0, 0, 0]));
    const line = estimateLine(sizes, one, least, seededRandom(1), 50);
    expect(line.slopeCi95).toBeUndefined();
    expect(line.interceptCi95).toBeUndefined();
    expect(line.drawnSlopes).toHaveLength(0);
  });

  test('is the same for the same seed', () => {
    const noisy = sizes.map((x, i) =>
      estimateMedian([1, 2, 3, 4, 5, 6].map((k) => (1 + x) * (1 + 0.01 * k * (i + 1)))),
    );
    expect(estimateLine(sizes, noisy, least, seededRandom(4), 100)).toEqual(
      estimateLine(sizes, noisy, least, seededRandom(4), 100),
    );
  });
});

/** Times that spread multiplicatively, in sandboxes that differ by `between` and samples in each by `within`. */
const coverageOf = (
  shape: { sandboxes: number; each: number; between: number; within: number },
  rounds: number,
): { slope: number; intercept: number } => {
  const random = seededRandom(31, JSON.stringify(shape));
  const truth = { intercept: 0.06, slope: 4e-7 };
  let [slope, intercept] = [0, 0];
  const sample = (x: number): MedianEstimate => {
    const values: number[] = [];
    const clusters: number[] = [];
    for (let sandbox = 0; sandbox < shape.sandboxes; sandbox++) {
      const own = Math.exp(shape.between * normal(random));
      for (let i = 0; i < shape.each; i++) {
        values.push((truth.intercept + truth.slope * x) * own * Math.exp(shape.within * normal(random)));
        clusters.push(sandbox);
      }
    }
    return estimateMedian(values, clusters);
  };
  for (let round = 0; round < rounds; round++) {
    const line = estimateLine(sizes, sizes.map(sample), least, random, 300);
    if (line.slopeCi95 !== undefined && line.slopeCi95[0] <= truth.slope && truth.slope <= line.slopeCi95[1])
      slope += 1;
    const ci = line.interceptCi95;
    if (ci !== undefined && ci[0] <= truth.intercept && truth.intercept <= ci[1]) intercept += 1;
  }
  return { slope: slope / rounds, intercept: intercept / rounds };
};

describe('its coverage, simulated', () => {
  test.each([
    { sandboxes: 5, each: 6, between: 0.05, within: 0.1 },
    { sandboxes: 10, each: 5, between: 0, within: 0.15 },
    { sandboxes: 8, each: 1, between: 0.1, within: 0 },
  ])(
    'holds slope and intercept in 92 to 99 % of runs with $sandboxes sandboxes of $each samples',
    (shape) => {
      const covered = coverageOf(shape, 400);
      expect(covered.slope).toBeGreaterThanOrEqual(0.92);
      expect(covered.slope).toBeLessThanOrEqual(0.99);
      expect(covered.intercept).toBeGreaterThanOrEqual(0.92);
      expect(covered.intercept).toBeLessThanOrEqual(0.99);
    },
  );
});
