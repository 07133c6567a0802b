import { describe, expect, test } from 'vitest';
import { LumosError } from '../../../src/domain/errors.js';
import { estimateMedian, type Interval } from '../../../src/stats/median-interval.js';
import { seededRandom, type Random } from '../../../src/stats/random.js';
import { estimateRatio } from '../../../src/stats/ratio-interval.js';
import {
  atConfidence,
  largestEffect,
  logarithmic,
  plain,
  type Effect,
} from '../../../src/stats/simultaneous.js';
import { studentT, studentT975 } from '../../../src/stats/student-t.js';
import { clusteredNormal, coverage, normal } from './simulated-samples.js';

describe("Student's t at any confidence", () => {
  test.each([
    [0.9, 1, 6.3138],
    [0.99, 4, 4.6041],
    [0.999, 9, 4.7809],
    [0.9, 30, 1.6973],
    [0.999, 120, 3.3735],
    [0.95, 1e6, 1.96],
    [0.9999, 1e6, 3.8906],
  ])('%d with %d degrees of freedom is %d, as the tables say', (confidence, df, expected) => {
    expect(studentT(confidence, df)).toBeCloseTo(expected, 3);
  });

  test('is the 97.5 % quantile at a confidence of 95 %', () => {
    for (const df of [1, 3, 9, 19, 49, 400]) expect(studentT(0.95, df)).toBeCloseTo(studentT975(df), 6);
  });

  test.each([
    [0, 5],
    [1, 5],
    [0.95, 0.5],
    [NaN, 5],
  ])('refuses a confidence of %d with %d degrees of freedom', (confidence, df) => {
    expect(() => studentT(confidence, df)).toThrow(LumosError);
  });
});

const effect = (value: number, ci95: Interval, degreesOfFreedom = 9): Effect => ({
  value,
  ci95,
  degreesOfFreedom,
});

describe('an interval at another confidence', () => {
  test('is the same at 95 %, and grows by the ratio of the quantiles on the logarithm', () => {
    const [low, high] = atConfidence(effect(10, [8, 12]), 0.95, logarithmic);
    expect([low, high]).toEqual([expect.closeTo(8, 9), expect.closeTo(12, 9)]);
    const factor = studentT(0.99, 9) / studentT(0.95, 9); // 3.2498 / 2.2622
    expect(factor).toBeCloseTo(1.4366, 3);
    const wider = atConfidence(effect(10, [8, 12]), 0.99, logarithmic);
    expect(wider[0]).toBeCloseTo(10 * 0.8 ** factor, 9);
    expect(wider[1]).toBeCloseTo(10 * 1.2 ** factor, 9);
  });

  test('keeps an end that is the value itself', () => {
    expect(atConfidence(effect(1, [1, 1]), 0.999, plain)).toEqual([1, 1]);
    expect(atConfidence(effect(1, [0.9, 1]), 0.999, plain)[1]).toBe(1);
  });

  test('of few sandboxes grows more', () => {
    const width = (df: number): number => {
      const [low, high] = atConfidence(effect(10, [8, 12], df), 0.999, plain);
      return high - low;
    };
    expect(width(4)).toBeGreaterThan(width(19));
  });
});

describe('the largest of several effects', () => {
  test('there is none of none', () => {
    expect(largestEffect([], logarithmic)).toBeUndefined();
  });

  test('of one is that one with its own interval', () => {
    const one = largestEffect([effect(3, [2, 4])], logarithmic);
    expect(one).toMatchObject({ index: 0, value: 3 });
    expect(one?.ci95[0]).toBeCloseTo(2, 9);
    expect(one?.ci95[1]).toBeCloseTo(4, 9);
  });

  test('a cell that nobody measured well keeps the upper end open', () => {
    const found = largestEffect([effect(5, [4.9, 5.1]), effect(2, [0.5, 9])], logarithmic);
    expect(found?.value).toBe(5);
    expect(found?.ci95[1]).toBeGreaterThan(9);
    expect(found?.ci95[0]).toBeGreaterThan(4.8);
  });
});

/** Warm cells as they are: sandboxes that differ, samples in each that resemble each other. */
const logCell = (median: number, random: Random): ReturnType<typeof estimateMedian> => {
  const { values, clusters } = clusteredNormal({ clusters: 10, each: 5, icc: 0.4, median: 0 }, random);
  return estimateMedian(
    values.map((value) => median * Math.exp(0.1 * value)),
    clusters,
  );
};

const ratioEffect = (median: number, random: Random): Effect | undefined => {
  const { ratio, ci95 } = estimateRatio(logCell(median, random), logCell(1, random), random, 400);
  return ci95 === undefined ? undefined : { value: ratio, ci95, degreesOfFreedom: 9 };
};

describe('its coverage, simulated', () => {
  test('holds the largest true ratio of 20 equal ones in at least 95 %, where the largest’s own interval does not', () => {
    const random = seededRandom(11, 'largest');
    let naive = 0;
    const rounds = 250;
    const covered = coverage(rounds, () => {
      const effects = Array.from({ length: 20 }, () => ratioEffect(2, random)).filter(
        (one) => one !== undefined,
      );
      const found = largestEffect(effects, logarithmic);
      const own = effects[found?.index ?? 0]?.ci95;
      if (own !== undefined && own[0] <= 2 && 2 <= own[1]) naive += 1;
      return found !== undefined && found.ci95[0] <= 2 && 2 <= found.ci95[1];
    });
    expect(covered).toBeGreaterThanOrEqual(0.94);
    expect(naive / rounds).toBeLessThan(0.9);
  });

  test('a single interval at 99.9 % holds a ratio of medians of 20 skewed samples in 99.5 % and more', () => {
    const random = seededRandom(12, 'one');
    const sample = (): ReturnType<typeof estimateMedian> =>
      estimateMedian(
        Float64Array.from({ length: 20 }, () =>
          Math.exp(0.3 * normal(random) + (random.uniform() > 0.9 ? 1 : 0)),
        ),
      );
    const covered = coverage(1500, () => {
      const { ratio, ci95 } = estimateRatio(sample(), sample(), random, 300);
      if (ci95 === undefined) return false;
      const [low, high] = atConfidence({ value: ratio, ci95, degreesOfFreedom: 19 }, 0.999, logarithmic);
      return low <= 1 && 1 <= high;
    });
    expect(covered).toBeGreaterThanOrEqual(0.995);
  });
});
