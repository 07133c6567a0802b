import { describe, expect, it } from 'vitest';
import { milliseconds } from '../../../src/domain/units.js';
import {
  ratioAt,
  shapeOf,
  shapeShares,
  type LatencyShape,
} from '../../../src/model/observations/latency-shape.js';

const shape = (decade: number | undefined, ratio: number, system?: string): LatencyShape => ({
  ...(decade === undefined ? {} : { decade }),
  ...(system === undefined ? {} : { system }),
  start: 'warm',
  cells: 9,
  samples: 90,
  ratios: shapeShares.map((share) => (share > 0.5 ? ratio : 1)),
  differences: { p95: ratio / 10 },
});
const shapes = [shape(-2, 8), shape(-1, 2), shape(undefined, 100)];
const at = (medianMs: number, among: readonly LatencyShape[] = shapes) =>
  shapeOf(among, { system: 'native', start: 'warm', medianMs: milliseconds(medianMs) });
const p95 = (medianMs: number, among?: readonly LatencyShape[]): number => {
  const found = at(medianMs, among);
  return found === undefined ? NaN : ratioAt(found, 0.95);
};

describe('the shape of latencies at a median', () => {
  it('is a decade’s own at its centre, and between two centres by the logarithm of the median', () => {
    expect(p95(10 ** -1.5)).toBeCloseTo(8, 9);
    expect(p95(10 ** -0.5)).toBeCloseTo(2, 9);
    expect(p95(0.1)).toBeCloseTo(4, 9);
    expect(at(0.1)?.differences.p95).toBeCloseTo(0.5, 9);
  });
  it('does not jump where one decade ends and the next begins', () => {
    expect(p95(0.1001) / p95(0.0999)).toBeCloseTo(1, 2);
    const times = Array.from({ length: 400 }, (_, i) => 0.005 * 1.02 ** i).map(
      (median) => median * p95(median),
    );
    expect(times.every((time, i) => i === 0 || time > (times[i - 1] as number))).toBe(true);
  });
  it('stays as it is beyond the outermost decades, and needs none', () => {
    expect(p95(1e-6)).toBe(8);
    expect(p95(1e6)).toBe(2);
    expect(p95(1, [shape(undefined, 3), shape(undefined, 5, 'native')])).toBe(5);
    expect(at(1, [])).toBeUndefined();
  });
  it('is the system’s own of a decade before that of all', () => {
    expect(p95(10 ** -0.5, [...shapes, shape(-1, 3, 'native'), shape(-1, 7, 'docker')])).toBeCloseTo(3, 9);
  });
});
