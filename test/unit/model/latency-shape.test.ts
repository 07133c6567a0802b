import { describe, expect, it } from 'vitest';
import { milliseconds } from '../../../src/domain/units.js';
import {
  ratioAt,
  shapeOf,
  shapeShares,
  type LatencyShape,
} from '../../../src/model/observations/latency-shape.js';

/** A shape in which every quantile above the median is `tail` times the median. */
const shape = (tail: number, of: Pick<LatencyShape, 'system' | 'decade'>): LatencyShape => ({
  ...of,
  start: 'warm',
  cells: 4,
  samples: 40,
  ratios: shapeShares.map((share) => (share <= 0.5 ? 1 : tail)),
  differences: { p95: tail / 10 },
});

const p95 = (shapes: readonly LatencyShape[], medianMs: number): number | undefined => {
  const found = shapeOf(shapes, { system: 'aot', start: 'warm', medianMs: milliseconds(medianMs) });
  return found === undefined ? undefined : ratioAt(found, 0.95);
};

describe('the shape at a median', () => {
  const shapes = [
    shape(5, {}),
    shape(3, { system: 'aot' }),
    shape(6.4, { system: 'aot', decade: -2 }),
    shape(1.6, { decade: -1 }),
    shape(50, { system: 'native', decade: -1 }),
  ];

  it('is that of its magnitude in the middle of it, of the system before that of all', () => {
    expect(p95(shapes, 10 ** -1.5)).toBeCloseTo(6.4, 12);
    expect(p95(shapes, 10 ** -0.5)).toBeCloseTo(1.6, 12);
  });

  it('goes from one magnitude to the next without a jump', () => {
    expect(p95(shapes, 0.1)).toBeCloseTo(Math.sqrt(6.4 * 1.6), 12);
    expect(p95(shapes, 0.1 * (1 - 1e-9))).toBeCloseTo(p95(shapes, 0.1 * (1 + 1e-9)) ?? NaN, 6);
    const between = shapeOf(shapes, { system: 'aot', start: 'warm', medianMs: milliseconds(0.1) });
    expect(between?.differences.p95).toBeCloseTo(0.4, 12);
  });

  it('is that of the nearest magnitude beyond those that were measured', () => {
    expect(p95(shapes, 1e-6)).toBe(6.4);
    expect(p95(shapes, 1e6)).toBe(1.6);
  });

  it('is that of the system, or of all, where no magnitude has one; none for a start that was not measured', () => {
    expect(p95(shapes.slice(0, 2), 1)).toBe(3);
    expect(p95(shapes.slice(0, 1), 1)).toBe(5);
    expect(shapeOf(shapes, { system: 'aot', start: 'cold', medianMs: milliseconds(1) })).toBeUndefined();
  });
});
