import { describe, expect, it } from 'vitest';
import { milliseconds as ms } from '../../../src/domain/units.js';
import { checkLoad, defaultBounds } from '../../../src/user-plane/load/bounds.js';
import type { Arrivals } from '../../../src/user-plane/load/shapes.js';

const minute = { timeMs: ms(60_000) };
const open = (arrivals: Arrivals) => ({ kind: 'open', arrivals }) as const;

describe('bounds of a load', () => {
  it('let through what is within them', () => {
    expect(() => checkLoad({ kind: 'closed', clients: 200 }, minute)).not.toThrow();
    expect(() => checkLoad(open({ kind: 'constant', perSecond: 20_000 }), minute)).not.toThrow();
    expect(() =>
      checkLoad({ kind: 'closed', clients: 2000 }, minute, { ...defaultBounds, clients: 2000 }),
    ).not.toThrow();
  });

  it('name the one that is broken', () => {
    expect(() => checkLoad({ kind: 'closed', clients: 1001 }, minute)).toThrow(
      '1001 clients is above the bound of 1000',
    );
    expect(() => checkLoad({ kind: 'closed', clients: 0 }, minute)).toThrow('whole number of clients');
    expect(() =>
      checkLoad(open({ kind: 'ramp', fromPerSecond: 1, toPerSecond: 1e6, overMs: ms(1) }), minute),
    ).toThrow('requests a second');
    expect(() => checkLoad({ kind: 'closed', clients: 1 }, { timeMs: ms(Infinity) })).toThrow('milliseconds');
    expect(() => checkLoad({ kind: 'closed', clients: 1 }, { ...minute, count: 1e8 })).toThrow('requests');
  });
});
