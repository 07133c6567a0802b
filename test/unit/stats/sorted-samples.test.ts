import { expect, test } from 'vitest';
import { LumosError } from '../../../src/domain/errors.js';
import { sortSamples } from '../../../src/stats/sorted-samples.js';

test('sorts numbers as numbers and leaves the original as it was', () => {
  const original = [10, 9, 1, 100];
  expect([...sortSamples(original)]).toEqual([1, 9, 10, 100]);
  expect(original).toEqual([10, 9, 1, 100]);
});

test('refuses an empty list', () => {
  expect(() => sortSamples([])).toThrow(LumosError);
});

test.each([NaN, Infinity, -Infinity])('refuses %s and says where it is', (odd) => {
  expect(() => sortSamples([1, odd, 3])).toThrow(`Sample 1 is ${odd}, which is not a finite number.`);
});
