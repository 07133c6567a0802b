import { describe, expect, it } from 'vitest';
import { ratioOfEstimates } from '../../../src/stats/ratio-of-estimates.js';

describe('the ratio of two estimates', () => {
  it('has the ends at the root of the squared distances, as logarithms', () => {
    const { ratio, ci95 } = ratioOfEstimates(
      { value: 6, ci95: [6 / Math.exp(0.03), 6 * Math.exp(0.03)] },
      { value: 3, ci95: [3 / Math.exp(0.04), 3 * Math.exp(0.04)] },
    );
    expect(ratio).toBe(2);
    expect(ci95?.[0]).toBeCloseTo(2 / Math.exp(0.05), 12);
    expect(ci95?.[1]).toBeCloseTo(2 * Math.exp(0.05), 12);
  });

  it('takes the end of the baseline that lies on the other side', () => {
    const { ci95 } = ratioOfEstimates({ value: 2, ci95: [2, 2] }, { value: 1, ci95: [1, Math.exp(0.2)] });
    expect(ci95?.[0]).toBeCloseTo(2 / Math.exp(0.2), 12);
    expect(ci95?.[1]).toBe(2);
  });

  it('has no interval where a side has none, or one that reaches 0', () => {
    expect(ratioOfEstimates({ value: 2 }, { value: 1, ci95: [0.9, 1.1] }).ci95).toBeUndefined();
    expect(ratioOfEstimates({ value: 2, ci95: [1, 3] }, { value: 1, ci95: [0, 1.1] }).ci95).toBeUndefined();
  });
});
