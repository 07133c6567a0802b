import { describe, expect, it } from 'vitest';
import { milliseconds } from '../../../src/domain/units.js';
import { LatencyHistogram, largestMs } from '../../../src/stats/latency-histogram.js';
import { seededRandom } from '../../../src/stats/random.js';

const shares = [0, 0.001, 0.25, 0.5, 0.9, 0.99, 0.999, 0.9999, 1];

const recorded = (values: Iterable<number>): LatencyHistogram => {
  const histogram = new LatencyHistogram();
  for (const value of values) histogram.record(milliseconds(value));
  return histogram;
};

/** Over eight decades, from 1 ns on. */
const spread = (n: number, seed: number): Float64Array => {
  const random = seededRandom(seed);
  return Float64Array.from({ length: n }, () => Math.round(10 ** (8 * random.uniform())) / 1e6);
};

describe('LatencyHistogram', () => {
  it('is within 0.1 % of the exact quantiles', () => {
    const values = spread(20_001, 1);
    const histogram = recorded(values);
    const sorted = values.slice().sort();
    for (const share of shares) {
      const exact = sorted[Math.max(1, Math.ceil(share * sorted.length)) - 1] ?? NaN;
      expect(Math.abs((histogram.quantile(share) ?? NaN) / exact - 1)).toBeLessThan(1e-3);
    }
    expect(histogram.min).toBe(sorted[0]);
    expect(histogram.max).toBe(sorted.at(-1));
  });

  it('is right at the edges of its buckets, on both sides of 32 bits', () => {
    for (const ns of [
      0,
      1,
      2047,
      2048,
      2049,
      4095,
      4096,
      2 ** 31,
      2 ** 32 - 1,
      2 ** 32,
      2 ** 33 + 1,
      2 ** 43,
    ]) {
      const histogram = recorded([ns / 1e6, 1e7]);
      expect(Math.abs((histogram.quantile(0.5) ?? NaN) * 1e6 - ns)).toBeLessThanOrEqual(ns * 5e-4);
    }
  });

  it('takes the 99th of 100 for p99, not the 100th', () => {
    const histogram = recorded(Array.from({ length: 100 }, (_, i) => (i < 99 ? 1 : 1000)));
    expect(histogram.quantile(0.99)).toBeCloseTo(1, 3);
    expect(histogram.quantile(0.991)).toBe(1000);
  });

  it('gives the same merged as recorded in one', () => {
    const values = spread(9_000, 2);
    const whole = recorded(values);
    const merged = recorded(values.subarray(0, 10));
    merged.add(recorded(values.subarray(10, 4_000)));
    merged.add(new LatencyHistogram());
    merged.add(recorded(values.subarray(4_000)));
    expect([...merged.buckets()]).toEqual([...whole.buckets()]);
    expect(shares.map((share) => merged.quantile(share))).toEqual(
      shares.map((share) => whole.quantile(share)),
    );
    expect(merged.mean).toBeCloseTo(whole.mean ?? NaN, 9);
    expect(merged.count).toBe(9_000);
  });

  it('keeps what is beyond its range, and says so', () => {
    const histogram = recorded([1, largestMs * 2]);
    expect(histogram.beyondRange).toBe(1);
    expect(histogram.quantile(1)).toBe(largestMs * 2);
  });

  it('that was cleared is as a new one', () => {
    const used = new LatencyHistogram();
    for (const value of [0, 0.001, 3, 4567, 1e9]) used.record(milliseconds(value));
    used.clear();
    expect(used).toEqual(new LatencyHistogram());
    used.clear();
    used.record(milliseconds(2));
    expect(used.quantile(0.5)).toBe(2);
  });

  it('has nothing to say of nothing, and refuses what is no latency', () => {
    const histogram = new LatencyHistogram();
    expect([histogram.quantile(0.5), histogram.min, histogram.max, histogram.mean]).toEqual(
      Array.from({ length: 4 }, () => undefined),
    );
    expect(() => histogram.record(milliseconds(-1))).toThrow('cannot be recorded');
    expect(() => histogram.record(milliseconds(NaN))).toThrow('cannot be recorded');
    expect(() => histogram.quantile(2)).toThrow('share');
  });

  it('records 10 million in constant memory', () => {
    const histogram = new LatencyHistogram();
    for (let i = 0; i < 1000; i++) histogram.record(milliseconds((i % 997) * 0.1));
    const before = process.memoryUsage();
    for (let i = 0; i < 10_000_000; i++) histogram.record(milliseconds((i % 997) * 0.1));
    const after = process.memoryUsage();
    expect(histogram.count).toBe(10_001_000);
    expect(after.arrayBuffers - before.arrayBuffers).toBeLessThan(1e6);
    expect(after.heapUsed - before.heapUsed).toBeLessThan(20e6);
  }, 30_000);
});
