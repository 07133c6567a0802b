import { expect, test } from 'vitest';
import { LumosError } from '../../../src/domain/errors.js';
import { studentT975 } from '../../../src/stats/student-t.js';

test.each([
  [1, 12.7062],
  [2, 4.3027],
  [3, 3.1824],
  [5, 2.5706],
  [9, 2.2622],
  [29, 2.0452],
  [30, 2.0423],
  [60, 2.0003],
  [120, 1.9799],
  [1e9, 1.96],
])('with %d degrees of freedom it is %d, as the tables say', (df, expected) => {
  expect(studentT975(df)).toBeCloseTo(expected, 4);
});

test('falls steadily, also between whole numbers and where the method changes', () => {
  const values = [6, 6.5, 7, 12.3, 29, 29.999, 30, 30.001, 31].map(studentT975);
  expect([...values].sort((a, b) => b - a)).toEqual(values);
  expect(studentT975(29.999999) - studentT975(30)).toBeLessThan(1e-6);
});

test.each([0, -1, 2.5, NaN])('refuses %d degrees of freedom', (df) => {
  expect(() => studentT975(df)).toThrow(LumosError);
});
