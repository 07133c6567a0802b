import { describe, expect, it } from 'vitest';
import { milliseconds } from '../../../src/domain/units.js';
import { batchMean, rateInterval } from '../../../src/stats/batch-means.js';
import { seededRandom } from '../../../src/stats/random.js';
import { TimeBlocks } from '../../../src/stats/time-blocks.js';

describe('TimeBlocks', () => {
  it('leaves out the block that is not over, and joins neighbours at 32', () => {
    const blocks = new TimeBlocks(milliseconds(1000), milliseconds(100));
    for (let at = 1000; at < 1250; at += 10) blocks.record(milliseconds(at), milliseconds(2));
    expect(blocks.blocks().map(({ completions }) => completions)).toEqual([10, 10]);
    blocks.advance(milliseconds(1000 + 3200));
    expect(blocks.blockMs).toBe(200);
    expect(blocks.blocks().map(({ completions }) => completions)).toEqual([
      20,
      5,
      ...Array.from({ length: 14 }, () => 0),
    ]);
    expect(blocks.blocks()[0]?.p50).toBeCloseTo(2, 2);
    expect(blocks.blocks()[2]?.p50).toBeUndefined();
  });

  it('closes a block that ends where its times add up to a little less', () => {
    const start = milliseconds(24.1);
    const end = milliseconds(start + 1000);
    expect(end - start).toBeLessThan(1000);
    const blocks = new TimeBlocks(start, milliseconds(100));
    blocks.advance(end);
    expect(blocks.blocks()).toHaveLength(10);
  });
});

describe('batchMean', () => {
  it('is the interval worked by hand', () => {
    // Mean 12, sd sqrt(2.5), t(0.975, 4) = 2.776445.
    const { mean, ci95 } = batchMean([10, 11, 12, 13, 14]) ?? { mean: NaN, ci95: undefined };
    expect(mean).toBe(12);
    expect(ci95?.[0]).toBeCloseTo(12 - 2.776445 * Math.sqrt(2.5 / 5), 5);
    expect(ci95?.[1]).toBeCloseTo(12 + 2.776445 * Math.sqrt(2.5 / 5), 5);
  });

  it('has no interval of four, and nothing of none', () => {
    expect(batchMean([1, 2, 3, 4])).toEqual({ mean: 2.5, ci95: undefined });
    expect(batchMean([])).toBeUndefined();
  });
});

describe('rateInterval', () => {
  it('holds the rate, never goes below 0, and is none of fewer than ten events', () => {
    expect(rateInterval(5, 10, [6, 8])).toEqual([5, 8]);
    expect(rateInterval(9, 10, [6, 8])).toEqual([6, 9]);
    expect(rateInterval(1, 10, [-2, 8])).toEqual([0, 8]);
    expect(rateInterval(5, 9.999_999, [4, 8])).toEqual([4, 8]);
    expect(rateInterval(1, 9, [0, 0])).toBeUndefined();
    expect(rateInterval(1, 10, undefined)).toBeUndefined();
  });

  /** The share of Poisson processes, of `expected` events in ten blocks, whose rate is in the interval of the blocks. */
  const coverage = (expected: number): number => {
    const random = seededRandom(1, `poisson ${expected}`);
    const runs = 4000;
    let covered = 0;
    for (let run = 0; run < runs; run++) {
      const counts = Array.from({ length: 10 }, () => 0);
      for (let at = 0; ;) {
        at -= Math.log(1 - random.uniform()) / expected;
        if (at >= 1) break;
        const block = Math.floor(at * 10);
        counts[block] = (counts[block] ?? 0) + 1;
      }
      const [low, high] = batchMean(counts)?.ci95 ?? [NaN, NaN];
      if (low <= expected / 10 && expected / 10 <= high) covered += 1;
    }
    return covered / runs;
  };

  it('is of so many events as let the blocks cover the rate of a Poisson process', () => {
    expect(coverage(2)).toBeLessThan(0.88);
    expect(coverage(10)).toBeGreaterThan(0.92);
    expect(coverage(30)).toBeGreaterThan(0.93);
  });
});
