import { expect, test } from 'vitest';
import { LumosError } from '../../../src/domain/errors.js';
import { effectiveSize } from '../../../src/stats/effective-size.js';

test('without clusters every sample counts', () => {
  expect(effectiveSize([1, 2, 3], 2)).toEqual({ n: 3, clusters: 3, designEffect: 1, effectiveN: 3 });
});

test('clusters of one sample each are no clusters', () => {
  expect(effectiveSize([1, 2, 3], 2, [7, 5, 6])).toEqual({
    n: 3,
    clusters: 3,
    designEffect: 1,
    effectiveN: 3,
  });
});

test('clusters that lie wholly on one side of the median count as little more than one sample each', () => {
  // Ten clusters of 2; p = 1/2; between: 10/9 * 10 * 1 / 400 = 1/36; independent: 5/19/20 = 1/76.
  const clusters = Array.from({ length: 20 }, (_, i) => Math.floor(i / 2));
  const values = clusters.map((cluster, i) => cluster * 10 + i / 100);
  const size = effectiveSize(values, 45, clusters);
  expect(size.clusters).toBe(10);
  expect(size.designEffect).toBeCloseTo(76 / 36, 12);
  // t quantiles with 9 and 19 degrees of freedom: 2.2622 and 2.0930.
  expect(size.effectiveN).toBeCloseTo(20 / (76 / 36) / (2.262157 / 2.093024) ** 2, 4);
});

test('clusters that are all alike never count for more than their samples', () => {
  const clusters = Array.from({ length: 20 }, (_, i) => i % 10);
  const values = clusters.map((_, i) => i);
  const size = effectiveSize(values, 9.5, clusters);
  expect(size.designEffect).toBe(1);
  expect(size.effectiveN).toBeLessThan(20);
  expect(size.effectiveN).toBeCloseTo(20 / (2.262157 / 2.093024) ** 2, 4);
});

test('the order of samples changes nothing', () => {
  const values = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8];
  const clusters = [1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4];
  const backwards = effectiveSize([...values].reverse(), 4.5, [...clusters].reverse());
  expect(backwards).toEqual(effectiveSize(values, 4.5, clusters));
});

test('one cluster is worth one sample, however many it has', () => {
  expect(effectiveSize([1, 2, 3, 4, 5, 6, 7], 4, [1, 1, 1, 1, 1, 1, 1])).toEqual({
    n: 7,
    clusters: 1,
    designEffect: 7,
    effectiveN: 1,
  });
});

test('equal samples have no design effect', () => {
  expect(effectiveSize([5, 5, 5, 5], 5, [1, 1, 2, 2]).designEffect).toBe(1);
});

test('refuses a list of labels of another length', () => {
  expect(() => effectiveSize([1, 2, 3], 2, [1, 1])).toThrow(LumosError);
});
