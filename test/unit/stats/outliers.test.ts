import { expect, test } from 'vitest';
import { countOutliers } from '../../../src/stats/outliers.js';
import { sortSamples } from '../../../src/stats/sorted-samples.js';

test('counts samples beyond a modified z-score of 3.5 on either side', () => {
  // Median 5; distances 4 3 2 2 1 0 1 2 2 3 and the last one's; MAD 2: the limit is 2 * 3.5 / 0.6745 = 10.38 from 5.
  expect(countOutliers(sortSamples([1, 2, 3, 3, 4, 5, 6, 7, 7, 8, 15.3]))).toBe(0);
  expect(countOutliers(sortSamples([1, 2, 3, 3, 4, 5, 6, 7, 7, 8, 15.4]))).toBe(1);
  expect(countOutliers(sortSamples([-30, 2, 3, 3, 4, 5, 6, 7, 7, 8, 40]))).toBe(2);
});

test('fewer than 10 samples have none: their MAD is mostly chance', () => {
  expect(countOutliers(sortSamples([1, 1.1, 9]))).toBe(0);
  expect(countOutliers(sortSamples([1, 2, 3, 4, 5, 6, 7, 8, 1000]))).toBe(0);
  expect(countOutliers(sortSamples([1, 2, 3, 4, 5, 6, 7, 8, 9, 1000]))).toBe(1);
});

test('one sample, and samples mostly equal, have none', () => {
  expect(countOutliers(sortSamples([3]))).toBe(0);
  expect(countOutliers(sortSamples([3, 3, 3, 3, 1000]))).toBe(0);
});
