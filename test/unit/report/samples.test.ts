import { describe, expect, it } from 'vitest';
import { collectSamples, isSampled } from '../../../src/report/samples.js';
import { milliseconds } from '../../../src/domain/units.js';
import type { Measurement } from '../../../src/domain/measurement.js';
import { deadCell, fixtureRows } from './fixture.js';

const template = fixtureRows().find((row) => row.outcome === 'ok');
if (template === undefined) throw new Error('the fixture has an ok row');

const numbered = (count: number): Measurement[] =>
  Array.from({ length: count }, (_, index) => ({
    ...template,
    invocation: index,
    latencyMs: milliseconds(index),
  }));

async function* slowly(rows: readonly Measurement[]): AsyncGenerator<Measurement> {
  for (const row of rows) yield await Promise.resolve(row);
}

describe('collectSamples', () => {
  it('keeps every point in the order of the rows up to the limit', async () => {
    const [samples] = await collectSamples(slowly(numbered(10)), 10);
    expect(samples?.latencyMs).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(samples?.seen).toBe(10);
    expect(samples === undefined || isSampled(samples)).toBe(false);
  });

  it('keeps a sample of different rows in their order beyond the limit, and says so', async () => {
    const [samples] = await collectSamples(numbered(1000), 50);
    expect(samples?.latencyMs).toHaveLength(50);
    expect(samples?.seen).toBe(1000);
    expect(samples !== undefined && isSampled(samples)).toBe(true);
    expect(samples?.latencyMs).toEqual([...new Set(samples?.latencyMs)].sort((a, b) => a - b));
  });

  it('gives the same sample for the same seed and another for another', async () => {
    const points = async (seed: number) => (await collectSamples(numbered(1000), 50, seed))[0]?.latencyMs;
    expect(await points(7)).toEqual(await points(7));
    expect(await points(7)).not.toEqual(await points(8));
  });

  it('keeps every row equally often over many seeds', async () => {
    const kept = new Array<number>(40).fill(0);
    for (let seed = 1; seed <= 2000; seed++) {
      const [samples] = await collectSamples(numbered(40), 10, seed);
      for (const value of samples?.latencyMs ?? []) kept[value] = (kept[value] ?? 0) + 1;
    }
    // Binomial(2000, 1/4): mean 500, standard deviation 19.4; five of them for 40 rows.
    for (const count of kept) expect(Math.abs(count - 500)).toBeLessThan(97);
  });

  it('counts no failure as a sample', async () => {
    const cells = await collectSamples(fixtureRows());
    expect(cells).toHaveLength(31);
    expect(
      cells.some(
        ({ cell }) =>
          cell.function === deadCell.function &&
          cell.runtime === deadCell.runtime &&
          cell.start === deadCell.start,
      ),
    ).toBe(false);
  });

  it('refuses a limit that is none', async () => {
    await expect(collectSamples([], 0)).rejects.toThrow(RangeError);
  });
});
