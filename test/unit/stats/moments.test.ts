import { expect, test } from 'vitest';
import { moments } from '../../../src/stats/moments.js';
import { sortSamples } from '../../../src/stats/sorted-samples.js';

test('mean and standard deviation of 2, 4, 4, 4, 5, 5, 7, 9', () => {
  const { mean, sd } = moments(sortSamples([2, 4, 4, 4, 5, 5, 7, 9]));
  expect(mean).toBeCloseTo(5, 12);
  expect(sd).toBeCloseTo(Math.sqrt(32 / 7), 12);
});

test('one sample has a mean and no standard deviation', () => {
  expect(moments(sortSamples([3]))).toEqual({ mean: 3, sd: undefined });
});

test('equal samples have their own value as mean and no spread', () => {
  expect(moments(sortSamples([0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1]))).toEqual({ mean: 0.1, sd: 0 });
});

test('a small spread around a large value is not lost to cancellation', () => {
  const { mean, sd } = moments(sortSamples([1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16]));
  expect(mean).toBe(1e9 + 10);
  expect(sd).toBeCloseTo(Math.sqrt(30), 9);
});
