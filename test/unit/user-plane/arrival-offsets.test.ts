import { describe, expect, it } from 'vitest';
import { milliseconds as ms } from '../../../src/domain/units.js';
import { seededRandom } from '../../../src/stats/random.js';
import { arrivalOffsets } from '../../../src/user-plane/load/arrival-offsets.js';
import type { Arrivals } from '../../../src/user-plane/load/shapes.js';

const noChance = (): number => {
  throw new Error('nothing here is random');
};

function first(n: number, arrivals: Arrivals, random: () => number = noChance): number[] {
  const taken: number[] = [];
  for (const offset of arrivalOffsets(arrivals, random)) {
    if (taken.length === n) break;
    taken.push(offset);
  }
  return taken;
}

const within = (limit: number, arrivals: Arrivals, random?: () => number): number =>
  first(10_000, arrivals, random).filter((offset) => offset < limit).length;

describe('arrivalOffsets', () => {
  it('constant: evenly from 0, without gathering rounding', () => {
    expect(first(4, { kind: 'constant', perSecond: 100 })).toEqual([0, 10, 20, 30]);
    expect(first(3001, { kind: 'constant', perSecond: 3 })[3000]).toBe(1_000_000);
  });

  it('poisson: exponential gaps of the stated mean', () => {
    expect(first(2, { kind: 'poisson', perSecond: 1000 }, () => 1 - Math.exp(-1))).toEqual([
      expect.closeTo(1),
      expect.closeTo(2),
    ]);
    const random = seededRandom(1);
    const gaps = first(10_000, { kind: 'poisson', perSecond: 1000 }, () => random.uniform()).map(
      (at, i, all) => at - (all[i - 1] ?? 0),
    );
    const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
    expect(mean).toBeCloseTo(1, 1);
    // Of exponential gaps the standard deviation is the mean.
    expect(Math.sqrt(gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length)).toBeCloseTo(1, 1);
  });

  it('ramp: the area under the rate, then the last rate', () => {
    const up: Arrivals = { kind: 'ramp', fromPerSecond: 0, toPerSecond: 100, overMs: ms(10_000) };
    const offsets = first(600, up);
    // t^2 / 200 requests have been due after t ms, in units of 10 ms.
    expect(offsets[0]).toBe(0);
    expect(offsets[5]).toBeCloseTo(1000);
    expect(offsets[125]).toBeCloseTo(5000);
    expect(offsets[500]).toBeCloseTo(10_000);
    expect(offsets[510]).toBeCloseTo(10_100);
    expect(first(3, { kind: 'ramp', fromPerSecond: 10, toPerSecond: 10, overMs: ms(50) })).toEqual([
      0, 100, 200,
    ]);
    expect(within(1000, { kind: 'ramp', fromPerSecond: 30, toPerSecond: 10, overMs: ms(1000) })).toBe(20);
  });

  it('burst: the higher rate at the start of each period', () => {
    const bursts: Arrivals = {
      kind: 'burst',
      perSecond: 10,
      burstPerSecond: 100,
      everyMs: ms(300),
      burstMs: ms(30),
    };
    expect(first(9, bursts)).toEqual([0, 10, 20, 30, 130, 230, 300, 310, 320]);
    expect(first(3, { ...bursts, perSecond: 0, burstMs: ms(20) })).toEqual([0, 10, 300]);
  });

  it('list: as it is, refused where it goes back', () => {
    expect(first(5, { kind: 'list', offsets: [ms(1), ms(1), ms(7)] })).toEqual([1, 1, 7]);
    expect(() => first(5, { kind: 'list', offsets: [ms(5), ms(4)] })).toThrow('Arrival 2 of the list');
  });

  it.each<Arrivals>([
    { kind: 'constant', perSecond: 0 },
    { kind: 'poisson', perSecond: NaN },
    { kind: 'ramp', fromPerSecond: -1, toPerSecond: 1, overMs: ms(1) },
    { kind: 'burst', perSecond: 1, burstPerSecond: 1, everyMs: ms(1), burstMs: ms(2) },
  ])('refuses %o', (arrivals) => {
    expect(() => arrivalOffsets(arrivals, noChance)).toThrow();
  });
});
