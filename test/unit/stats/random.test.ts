import { describe, expect, test } from 'vitest';
import { LumosError } from '../../../src/domain/errors.js';
import { seededRandom, shuffle, type Random } from '../../../src/stats/random.js';

const many = <T>(n: number, draw: () => T): T[] => Array.from({ length: n }, draw);
const meanOf = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

describe('seededRandom', () => {
  const first = (random: Random): number[] => many(4, () => random.nextUint32());

  test('gives the same numbers for the same seed and label, on every machine', () => {
    expect(first(seededRandom(1))).toEqual([2964112145, 3659654709, 385079207, 1494420851]);
    expect(first(seededRandom(1, 'order'))).toEqual(first(seededRandom(1, 'order')));
  });

  test('gives other numbers for another seed or label', () => {
    const streams = [seededRandom(1), seededRandom(2), seededRandom(1, 'order'), seededRandom(1, 'inputs')];
    expect(new Set(streams.flatMap(first)).size).toBe(16);
  });

  test('uniform numbers fill [0, 1) evenly', () => {
    const random = seededRandom(3);
    const bins = new Array<number>(10).fill(0);
    for (let i = 0; i < 100_000; i++) {
      const value = random.uniform();
      const bin = Math.floor(value * 10);
      bins[bin] = (bins[bin] ?? 0) + 1;
    }
    expect(bins).toHaveLength(10);
    // Chi-square with 9 degrees of freedom: 27.9 is its 99.9 % quantile.
    expect(bins.reduce((sum, count) => sum + (count - 10_000) ** 2 / 10_000, 0)).toBeLessThan(27.9);
  });

  test('whole numbers below a bound reach both ends and no further', () => {
    const random = seededRandom(4);
    const drawn = many(1000, () => random.below(3));
    expect([...new Set(drawn)].sort()).toEqual([0, 1, 2]);
    expect(many(5, () => random.below(1))).toEqual([0, 0, 0, 0, 0]);
  });

  test.each([0, -1, 1.5, NaN])('refuses a bound of %d', (bound) => {
    expect(() => seededRandom(1).below(bound)).toThrow(LumosError);
  });

  test.each([0.75, 1, 5.5, 50.5])(
    'symmetric beta variates of shape %d have its mean and variance',
    (shape) => {
      const random = seededRandom(5, `${shape}`);
      const drawn = many(50_000, () => random.symmetricBeta(shape));
      const variance = 1 / (4 * (2 * shape + 1));
      expect(drawn.every((value) => value >= 0 && value <= 1)).toBe(true);
      expect(Math.abs(meanOf(drawn) - 0.5)).toBeLessThan(4 * Math.sqrt(variance / 50_000));
      expect(meanOf(drawn.map((value) => (value - 0.5) ** 2)) / variance).toBeCloseTo(1, 1);
    },
  );

  test('Beta(2, 2) variates follow its distribution function 3x^2 - 2x^3', () => {
    const random = seededRandom(6);
    const drawn = many(50_000, () => random.symmetricBeta(2));
    for (const x of [0.1, 0.3, 0.5, 0.8])
      expect(drawn.filter((value) => value <= x).length / 50_000).toBeCloseTo(3 * x ** 2 - 2 * x ** 3, 2);
  });

  test('refuses a shape of 1/2 or less', () => {
    expect(() => seededRandom(1).symmetricBeta(0.5)).toThrow(LumosError);
  });
});

describe('shuffle', () => {
  test('keeps every item, leaves the original as it was, and is the same for the same seed', () => {
    const items = many(
      50,
      (() =>
        (
          (i) => () =>
            i++
        )(0))(),
    );
    const shuffled = shuffle(items, seededRandom(7));
    expect(shuffled).not.toEqual(items);
    expect([...shuffled].sort((a, b) => a - b)).toEqual(items);
    expect(shuffle(items, seededRandom(7))).toEqual(shuffled);
  });

  test('makes every order of three equally often', () => {
    const random = seededRandom(8);
    const counts = new Map<string, number>();
    for (let i = 0; i < 6000; i++) {
      const order = shuffle(['a', 'b', 'c'], random).join('');
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(6);
    // Chi-square with 5 degrees of freedom: 20.5 is its 99.9 % quantile.
    expect([...counts.values()].reduce((sum, n) => sum + (n - 1000) ** 2 / 1000, 0)).toBeLessThan(20.5);
  });

  test('an empty list and a single item stay as they are', () => {
    expect(shuffle([], seededRandom(1))).toEqual([]);
    expect(shuffle(['only'], seededRandom(1))).toEqual(['only']);
  });
});
