import { expect, test } from 'vitest';
import { LumosError } from '../../../src/domain/errors.js';
import type { Interval } from '../../../src/stats/median-interval.js';
import { verdictOn } from '../../../src/stats/verdict.js';

const margin = 0.25; // the same: 0.8 to 1.25

test.each<[string, Interval, string]>([
  ['wholly below the range', [0.5, 0.79], 'lower'],
  ['wholly above the range', [1.26, 3], 'higher'],
  ['within the range', [0.9, 1.1], 'same'],
  ['at its two ends', [0.8, 1.25], 'same'],
  ['within the range and without 1', [1.05, 1.1], 'same'],
  ['across the lower end, without 1', [0.7, 0.9], 'unsure'],
  ['across the upper end', [0.95, 1.4], 'unsure'],
  ['around the whole range', [0.5, 2], 'unsure'],
  ['ending where the range begins', [0.5, 0.8], 'unsure'],
])('an interval %s, %j, says %s', (_, ci95, verdict) => {
  expect(verdictOn(ci95, margin)).toBe(verdict);
});

test('no interval is unsure', () => {
  expect(verdictOn(undefined, margin)).toBe('unsure');
});

test.each([0, -0.1, NaN])('refuses a margin of %d', (bad) => {
  expect(() => verdictOn([1, 1], bad)).toThrow(LumosError);
});
