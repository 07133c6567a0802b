import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../src/stats/random.js';
import { ratioOfTotals } from '../../../src/stats/ratio-of-totals.js';

describe('a ratio of totals', () => {
  it('weighs batches by their wholes, with an interval worked by hand', () => {
    const batches = [
      { part: 1, whole: 10 },
      { part: 2, whole: 10 },
      { part: 3, whole: 20 },
      { part: 0, whole: 0 },
      { part: 4, whole: 10 },
    ];
    const { ratio, ci95 } = ratioOfTotals(batches) ?? { ratio: NaN, ci95: undefined };
    expect(ratio).toBeCloseTo(0.2, 12);
    // Residuals -1, 0, -1, 0, 2: squares 6; half = t(4) sqrt(5/4 * 6) / 50 = 2.7764 * 2.7386 / 50.
    expect(ci95?.[0]).toBeCloseTo(0.2 - 0.15207, 4);
    expect(ci95?.[1]).toBeCloseTo(0.2 + 0.15207, 4);
  });

  it('is of no interval with few batches, and of nothing with no whole', () => {
    expect(ratioOfTotals([{ part: 1, whole: 4 }])).toEqual({ ratio: 0.25, ci95: undefined });
    expect(ratioOfTotals([{ part: 0, whole: 0 }])).toBeUndefined();
    expect(ratioOfTotals([])).toBeUndefined();
  });

  it('stays within what a share can be', () => {
    const one = { part: 1, whole: 1 };
    const ci95 = ratioOfTotals([{ part: 0, whole: 1 }, one, one, one, one, one])?.ci95;
    expect(ci95?.[1]).toBe(1);
  });

  it('covers the truth about as often as it says, with batches of unequal wholes', () => {
    const random = seededRandom(4, 'coverage');
    let covered = 0;
    const rounds = 1000;
    for (let round = 0; round < rounds; round += 1) {
      const batches = Array.from({ length: 20 }, () => {
        const whole = 5 + random.below(30);
        const part = Array.from({ length: whole }).filter(() => random.uniform() < 0.25).length;
        return { part, whole };
      });
      const ci95 = ratioOfTotals(batches)?.ci95;
      if (ci95 !== undefined && ci95[0] <= 0.25 && 0.25 <= ci95[1]) covered += 1;
    }
    expect(covered / rounds).toBeGreaterThan(0.92);
    expect(covered / rounds).toBeLessThan(0.98);
  });
});
