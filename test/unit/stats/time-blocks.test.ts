import { describe, expect, it } from 'vitest';
import { milliseconds } from '../../../src/domain/units.js';
import { batchMean } from '../../../src/stats/batch-means.js';
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
