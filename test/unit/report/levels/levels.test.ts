import { mkdtempSync, appendFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pc from 'picocolors';
import { describe, expect, it } from 'vitest';
import { StoredHistogramSchema, type LevelRecord } from '../../../../src/domain/level.js';
import type { Summary } from '../../../../src/domain/summary/summary.js';
import { appendLevels, readLevels } from '../../../../src/records/level-store.js';
import { levelGroups } from '../../../../src/report/levels/level-lines.js';
import { kneesOf } from '../../../../src/report/levels/knees-of-run.js';
import { levelsOf } from '../../../../src/report/levels/levels-of-run.js';
import { levelTable, levelsText } from '../../../../src/report/levels/levels-text.js';
import { histogram, levelRecord as record } from './level-fixture.js';
import { LatencyHistogram } from '../../../../src/stats/latency-histogram.js';
import { milliseconds } from '../../../../src/domain/units.js';

describe('a stored histogram', () => {
  it('answers as the one that was stored, and merges without loss', () => {
    const one = histogram(0.0001, 1, 2.5, 2.5, 1e6);
    const back = LatencyHistogram.fromStored(
      StoredHistogramSchema.parse(JSON.parse(JSON.stringify(one.toStored()))),
    );
    for (const share of [0, 0.2, 0.5, 0.9, 1]) expect(back.quantile(share)).toBe(one.quantile(share));
    expect([back.count, back.mean, back.min, back.max]).toEqual([one.count, one.mean, one.min, one.max]);
    const other = histogram(4, 0.5);
    back.add(other);
    one.add(other);
    expect(back.toStored()).toEqual(one.toStored());
  });

  it('of nothing is empty, and a bucket there is not is refused', () => {
    expect(LatencyHistogram.fromStored(new LatencyHistogram().toStored()).quantile(0.5)).toBeUndefined();
    const stored = { ...histogram(1).toStored(), counts: [[1e9, 1] as [number, number]] };
    expect(() => LatencyHistogram.fromStored(stored)).toThrow('no bucket');
  });
});

describe('the levels of a run', () => {
  it('merges rounds: counts add up, quantiles are of all requests, throughput is over all the time', () => {
    const [level, ...others] = levelsOf([
      record({ latencies: [1, 1, 1], errors: { timeout: 2 } }),
      record({
        index: 1,
        round: 1,
        latencies: [9, 9, 9, 9, 9],
        makespanMs: milliseconds(3000),
        // Over 3 s; one of them, say, had been sent in the warm-up.
        throughputPerSecond: 2,
        errors: { timeout: 1, reset: 1 },
      }),
    ]);
    expect(others).toEqual([]);
    expect(level).toMatchObject({
      rounds: 2,
      succeeded: 8,
      // 3 in 1 s and 6 in 3 s.
      throughputPerSecond: 2.25,
      errors: { timeout: 3, reset: 1 },
    });
    expect(level?.latencyMs).toMatchObject({ min: 1, max: 9, mean: 6 });
    expect(level?.latencyMs?.p50).toBeCloseTo(9, 1);
    expect(level).toMatchObject({ valid: true, why: 'ended by time', instanceSeconds: 4 });
  });

  it('is not valid when a round is not, and says why once', () => {
    const why = ['the generator was the bottleneck'];
    const [level] = levelsOf([record(), record({ index: 1, valid: false, why })]);
    expect(level).toMatchObject({ valid: false, why: 'the generator was the bottleneck' });
  });

  it('says what a level was measured until, with the interval of that quantile, and how starts waited', () => {
    const precision = (low: number, high: number) =>
      ({ quantile: 'p90', width: 0.1, ci95: [low, high] }) as const;
    const instances = { ...record().instances, startsDelayed: 5, startsWaiting: 3, startsAtOnce: 2 };
    const cold = { cold: 1 };
    const rounds = [
      record({
        ...cold,
        endedBy: 'precision',
        precision: { ...precision(2.9, 3), ci95: [2.9, 3] },
        instances,
      }),
      record({
        ...{ index: 1, endedBy: 'time', precision: { ...precision(2.8, 3.2), ci95: [2.8, 3.2] } },
        instances: { ...instances, startsWaiting: 4 },
      }),
    ];
    const [level] = levelsOf(rounds);
    expect(level).toMatchObject({
      precision: { quantile: 'p90', ci95: [2.8, 3.2] },
      startsDelayed: 10,
      startsWaiting: 4,
      why: "ended by the p90's interval being narrower than 10 % of it; ended by time",
    });
    expect(level?.precision?.valueMs).toBeCloseTo(3, 2);
    const text = levelsText(
      { levels: [level], knees: [] } as unknown as Summary,
      200,
      pc.createColors(false),
    );
    expect(text.join('\n')).toContain('1 client: p90 3.00 ms [2.80 ms, 3.20 ms]');
    expect(text.join('\n')).toContain('10 starts of instances waited for others, at most 4 at once');
  });

  it('has the throughput’s interval from the rounds, which differ more than the blocks of one', () => {
    const rounds = (...throughputs: number[]): (readonly [number, number] | undefined)[] =>
      levelsOf(
        throughputs.map((one, round) =>
          record({
            ...{ index: round, round, throughputPerSecond: one },
            blockThroughputs: Array.from({ length: 8 }, () => one),
          }),
        ),
      ).map(({ ci95 }) => ci95);
    expect(rounds(100)).toEqual([[100, 100]]);
    expect(rounds(100, 110)).toEqual([[100, 110]]);
    // Student's t on 2 degrees of freedom, 4.303, times 10 / sqrt(3).
    const [[low, high] = [NaN, NaN]] = rounds(100, 110, 90);
    expect(low).toBeCloseTo(100 - (4.3027 * 10) / Math.sqrt(3), 3);
    expect(high).toBeCloseTo(100 + (4.3027 * 10) / Math.sqrt(3), 3);
    const none = levelsOf([0, 1, 2].map((round) => record({ index: round, round, blockThroughputs: [] })));
    expect(none[0]).not.toHaveProperty('ci95');
  });

  it('has no interval of throughput from few responses, and one that holds the throughput from more', () => {
    const interval = (throughputPerSecond: number, ...blockThroughputs: number[]) =>
      levelsOf([record({ throughputPerSecond, blockThroughputs })])[0]?.ci95;
    // The only response came after the last whole block.
    expect(interval(1, 0, 0, 0, 0, 0, 0, 0, 0, 0)).toBeUndefined();
    expect(interval(2, 0, 0, 0, 10, 0, 0, 0, 10, 0)).toBeUndefined();
    // Ten in 500 ms, and one after them.
    expect(interval(22, 20, 20, 20, 20, 20)).toEqual([20, 22]);
    expect(interval(19, 20, 20, 20, 20, 20)).toEqual([19, 20]);
  });

  it('names the columns that a narrow terminal does without', () => {
    const levels = levelsOf([record({ generator: { cpuShare: 0.5 }, cpuMs: milliseconds(6) })]);
    const textAt = (width: number): string =>
      levelTable({ levels }, width, pc.createColors(false)).join('\n');
    expect(textAt(80)).toContain('Left out at 80 columns: queued p50, instances, generator.');
    expect(textAt(200)).not.toContain('Left out');
  });

  it('has a p99 with a remark below 100 responses, and no p99.9 below 1000', () => {
    const rowAndRemarks = (n: number) => {
      const levels = levelsOf([record({ latencies: Array.from({ length: n }, () => 2) })]);
      const [group] = levelGroups({ levels });
      return [group?.rows[0]?.slice(3, 5), group?.remarks];
    };
    expect(rowAndRemarks(21)).toEqual([
      ['2.00 ms', '-'],
      ['1 client: n = 21: the p99 is the largest sample or just below it'],
    ]);
    expect(rowAndRemarks(100)).toEqual([['2.00 ms', '-'], []]);
    expect(rowAndRemarks(1000)).toEqual([['2.00 ms', '2.00 ms'], []]);
  });

  it('leaves a figure out that a round lacks, and a latency nobody has', () => {
    const [level] = levelsOf([
      record({ cpuMs: milliseconds(6), latencies: [] }),
      record({ index: 1, latencies: [] }),
    ]);
    expect(level).not.toHaveProperty('cpuMsPerRequest');
    expect(level).not.toHaveProperty('latencyMs');
    expect(levelsOf([record({ cpuMs: milliseconds(6) })])[0]).toMatchObject({ cpuMsPerRequest: 2 });
  });
});

describe('the knee of a ladder', () => {
  const ladder = (valid = true): LevelRecord[] =>
    [1, 2, 4, 8, 16].map((concurrency, index) => {
      const throughput = Math.min(100 * concurrency, 400);
      return record({
        concurrency,
        index,
        valid,
        blockThroughputs: Array.from({ length: 8 }, () => throughput),
      });
    });

  it('is where the line of one client meets the capacity', () => {
    const [knee] = kneesOf(ladder(), 1);
    expect(knee).toMatchObject({ function: 'echo', runtime: 'native', levels: 5, why: '' });
    expect(knee?.concurrency).toBeCloseTo(4, 9);
    expect(knee?.throughputPerSecond).toBeCloseTo(400, 9);
    expect(knee).not.toHaveProperty('valid');
  });

  it('of one round says that its intervals are of that round, of two that of none', () => {
    const textOf = (rounds: number): string => {
      const records = Array.from({ length: rounds }, (_, round) =>
        ladder().map((one) => ({ ...one, index: one.index + 10 * round, round })),
      ).flat();
      return levelGroups({ levels: levelsOf(records), knees: kneesOf(records, 1) })[0]?.knee ?? '';
    };
    expect(textOf(1)).toContain('400 requests/s [400, 400] at saturation (intervals of one round');
    expect(textOf(2)).toMatch(/400 requests\/s \[400, 400\] at saturation$/);
  });

  it('is not found from levels that are not valid, nor looked for in one level or an open load', () => {
    expect(kneesOf(ladder(false), 1)[0]?.why).toContain('fewer than two levels are valid');
    expect(kneesOf(ladder(false), 1)[0]).not.toHaveProperty('concurrency');
    expect(kneesOf(ladder().slice(0, 1), 1)).toEqual([]);
    expect(
      kneesOf(
        ladder().map((one) => ({ ...one, arrivals: 'poisson 5/s' })),
        1,
      ),
    ).toEqual([]);
  });
});

describe('levels in a terminal', () => {
  const summary = {
    levels: levelsOf([record({ errors: { rejected: 4 }, valid: false, why: ['nothing was sent'] })]),
    knees: [],
  } as unknown as Summary;

  it.each([40, 60, 100, 200])('fits %i columns', (width) => {
    const lines = levelsText(summary, width, pc.createColors(false));
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(Math.max(width, 60));
    expect(lines.join(' ').replaceAll(/\s+/g, ' ')).toContain('not valid: nothing was sent');
    expect(lines.join('\n')).toContain('4 rejected');
  });

  it('explain the columns that are shown, and none that was left out', () => {
    const explained = (width: number): string => levelsText(summary, width, pc.createColors(false)).join(' ');
    expect(explained(200)).toMatch(/Cold:\s+an\s+instance/);
    expect(explained(40)).not.toMatch(/Cold:\s+an\s+instance/);
  });

  it('has nothing to say of a run without a load', () => {
    expect(levelsText({ ...summary, levels: undefined }, 80, pc.createColors(false))).toEqual([]);
  });
});

describe('the file of levels', () => {
  it('gives back what was appended, and names the line that is no level', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'lumos-levels-'));
    const path = join(folder, 'levels.ndjson');
    try {
      expect(await readLevels(path)).toEqual([]);
      appendLevels(path, [record()]);
      appendLevels(path, [record({ index: 1 })]);
      expect((await readLevels(path)).map(({ index }) => index)).toEqual([0, 1]);
      appendFileSync(path, '{"half":');
      expect(await readLevels(path)).toHaveLength(2);
      appendFileSync(path, '1}\n');
      await expect(readLevels(path)).rejects.toThrow(`${path}:3: no level`);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
