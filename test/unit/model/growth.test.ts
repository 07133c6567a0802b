import { describe, expect, it } from 'vitest';
import { fitFixedAndRate, fixedAndRateTime } from '../../../src/model/growth/fixed-and-rate.js';
import { findGrowth, logGrowth, type GrowthLaw } from '../../../src/model/growth/growth-law.js';
import { seededRandom } from '../../../src/stats/random.js';
import { normal } from './synthetic-cells.js';

const pointsOf = (law: GrowthLaw, sizes: readonly number[], noise = 0.02) => {
  const random = seededRandom(1, JSON.stringify([law, sizes]));
  return ['a', 'b', 'c'].flatMap((series, height) =>
    sizes.map((size) => ({ series, size, log: height + logGrowth(law, size) + noise * normal(random) })),
  );
};

describe('the growth of a function', () => {
  it.each<GrowthLaw>([{ law: 'constant' }, { law: 'linear' }, { law: 'n log n' }])(
    'is found to be $law from a ladder of four',
    (law) => {
      const found = findGrowth(pointsOf(law, [1, 1024, 65536, 1 << 20]));
      expect(found.growth).toEqual(law);
      expect(found.basis).toBe('measured');
    },
  );

  it('is found to be cubic for a matrix product', () => {
    const { growth } = findGrowth(pointsOf({ law: 'power', exponent: 3 }, [32, 64, 128, 256]));
    expect(growth.law).toBe('power');
    expect(growth.law === 'power' && growth.exponent).toBeCloseTo(3, 1);
  });

  it('is a fixed and a linear part where neither alone goes through', () => {
    const { growth } = findGrowth(
      pointsOf({ law: 'fixed plus linear', turn: 1000 }, [10, 100, 1000, 10_000, 100_000]),
    );
    expect(growth.law).toBe('fixed plus linear');
    expect(growth.law === 'fixed plus linear' && growth.turn).toBeGreaterThan(700);
    expect(growth.law === 'fixed plus linear' && growth.turn).toBeLessThan(1400);
  });

  it('is not moved by one wild value among twelve', () => {
    const points = pointsOf({ law: 'linear' }, [100, 1000, 10_000, 100_000]);
    const wild = points.map((point, i) => (i === 3 ? { ...point, log: point.log + 4 } : point));
    expect(findGrowth(wild).growth).toEqual({ law: 'linear' });
  });

  it('is assumed, and says so, where there is one size', () => {
    expect(findGrowth(pointsOf({ law: 'constant' }, [64]))).toEqual({
      growth: { law: 'linear' },
      basis: 'assumed',
      sizes: [64, 64],
    });
  });
});

const timed = (fixed: number, rateIn: number, rateOut: number, noise = 0.03) => {
  const random = seededRandom(2, JSON.stringify([fixed, rateIn, rateOut]));
  return [64, 1024, 65536, 1 << 20, 4 << 20].flatMap((bytesIn) =>
    [32, 4096, 1 << 20].map((bytesOut) => ({
      ...{ count: 1, bytesIn, bytesOut, weight: 1 },
      time: (fixed + rateIn * bytesIn + rateOut * bytesOut) * Math.exp(noise * normal(random)),
    })),
  );
};

describe('a fixed part and rates', () => {
  it('are found again, within their intervals', () => {
    const found = fitFixedAndRate(timed(0.2, 2e-6, 5e-6), { random: seededRandom(1) });
    expect(found.fixed.value).toBeCloseTo(0.2, 1);
    for (const [one, truth] of [
      [found.fixed, 0.2],
      [found.perByteIn, 2e-6],
      [found.perByteOut, 5e-6],
    ] as const) {
      expect(one.value / truth).toBeGreaterThan(0.9);
      expect(one.value / truth).toBeLessThan(1.1);
      const [low, high] = one.ci95 ?? [NaN, NaN];
      expect(low).toBeLessThan(one.value);
      expect(high).toBeGreaterThan(one.value);
    }
  });

  it('do not follow one cell that took ten times as long', () => {
    const points = timed(0.2, 2e-6, 5e-6).map((point, i) =>
      i === 4 ? { ...point, time: point.time * 10 } : point,
    );
    const found = fitFixedAndRate(points);
    expect(found.fixed.value / 0.2).toBeGreaterThan(0.9);
    expect(found.fixed.value / 0.2).toBeLessThan(1.1);
  });

  it('have no rate where all cells move the same bytes, and are never negative', () => {
    const same = [1, 1.1, 0.9].map((time) => ({ count: 1, bytesIn: 500, bytesOut: 500, weight: 1, time }));
    const found = fitFixedAndRate(same);
    expect(found.perByteIn).toEqual({ value: 0 });
    expect(found.perByteOut).toEqual({ value: 0 });
    expect(found.fixed.value).toBeCloseTo(1, 1);
    expect(fixedAndRateTime(found, { count: 2, bytesIn: 1e9, bytesOut: 0 })).toBeCloseTo(2, 0);
    const falling = [10, 5, 1].map((time, i) => ({
      count: 1,
      bytesIn: 10 ** (3 + i),
      bytesOut: 0,
      weight: 1,
      time,
    }));
    expect(fitFixedAndRate(falling).perByteIn.value).toBe(0);
  });
});
