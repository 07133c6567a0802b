import { describe, expect, test } from 'vitest';
import { LumosError } from '../../../src/domain/errors.js';
import { median, quantile, valueAt } from '../../../src/stats/quantiles.js';
import { sortSamples } from '../../../src/stats/sorted-samples.js';

describe('quantile', () => {
  const samples = sortSamples([40, 10, 30, 20]);

  test.each([
    [0, 10],
    [0.25, 17.5],
    [0.5, 25],
    [0.9, 37],
    [1, 40],
  ])('the %d quantile of 10, 20, 30, 40 is %d, as R and NumPy say by default', (share, expected) => {
    expect(quantile(samples, share)).toBeCloseTo(expected, 12);
  });

  test('every quantile of one sample is that sample', () => {
    expect([0, 0.5, 0.99, 1].map((share) => quantile(sortSamples([7]), share))).toEqual([7, 7, 7, 7]);
  });

  test('quantiles between equal samples are exactly those samples', () => {
    expect(quantile(sortSamples([0.1, 0.1, 0.1]), 0.37)).toBe(0.1);
  });

  test.each([-0.01, 1.01, NaN])('refuses the share %d', (share) => {
    expect(() => quantile(samples, share)).toThrow(LumosError);
  });
});

test('the median is the middle one of three and half way between the two in the middle of four', () => {
  expect(median(sortSamples([9, 1, 5]))).toBe(5);
  expect(median(sortSamples([9, 1, 5, 6]))).toBe(5.5);
});

test('an index outside the samples gives the first or the last', () => {
  const samples = sortSamples([1, 2, 4]);
  expect([valueAt(samples, -3), valueAt(samples, 1.5), valueAt(samples, 8)]).toEqual([1, 3, 4]);
});
