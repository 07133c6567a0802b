import { describe, expect, test } from 'vitest';
import type { Cell } from '../../../src/domain/factors.js';
import { SummarySchema } from '../../../src/domain/summary/summary.js';
import { bytes } from '../../../src/domain/units.js';
import { accumulate } from '../../../src/report/summarize/accumulate.js';
import { summarize } from '../../../src/report/summarize/summarize.js';
import { around, cellOf, contextOf, rowOf, rowsOf, runOf } from './summarize-rows.js';

const docker = cellOf();
const aot = cellOf({ runtime: 'wasmtime-aot', class: 'wasm-aot' });

describe('a cell with samples', () => {
  test('has the quantiles, mean and spread of its latencies, and an interval around the p50', () => {
    const [cell] = summarize(runOf(rowsOf(docker, [10, 9, 8, 7, 6, 5, 4, 3, 2, 1])), contextOf()).cells;
    expect(cell).toMatchObject({ ...docker, n: 10, sandboxes: 10, failures: {}, payloadBytes: 64 });
    expect(cell?.latencyMs).toMatchObject({ p50: 5.5, mean: 5.5, min: 1, max: 10 });
    expect(cell?.latencyMs?.p90).toBeCloseTo(9.1, 12);
    expect(cell?.latencyMs?.p99).toBeCloseTo(9.91, 12);
    expect(cell?.latencyMs?.sd).toBeCloseTo(Math.sqrt(82.5 / 9), 12);
    expect(cell?.latencyMs?.ci95?.[0]).toBeCloseTo(2.45882, 4);
    expect(cell?.latencyMs?.ci95?.[1]).toBeCloseTo(8.54118, 4);
  });

  test('has the median of each phase and resource over the samples that measured it, and no others', () => {
    const rows = [
      rowOf(docker, { trial: 0, latencyMs: 5, launchMs: 1, computeMs: 2, transportMs: 2, readBytes: 10 }),
      rowOf(docker, { trial: 1, latencyMs: 6, launchMs: 2, computeMs: 3, transportMs: 1, cpuMs: 4 }),
      rowOf(docker, { trial: 2, latencyMs: 7, launchMs: 3, transportMs: 4, cpuMs: 6, readBytes: 13 }),
    ];
    const [cell] = summarize(runOf(rows), contextOf()).cells;
    expect(cell?.phasesMs).toEqual({ launch: 2, compute: 2.5, transport: 2 });
    expect(cell?.cpuMs).toBe(5);
    expect(cell?.readBytes).toBe(12); // 11.5, in whole bytes
    for (const absent of ['peakMemoryBytes', 'peakResidentBytes', 'writtenBytes', 'responseBytes'])
      expect(cell).not.toHaveProperty(absent);
  });

  test('a figure of 0 that was measured is 0, not absent', () => {
    const [cell] = summarize(runOf(rowsOf(docker, [1, 2, 3], { writtenBytes: 0 })), contextOf()).cells;
    expect(cell?.writtenBytes).toBe(0);
  });

  test('one sample has a p50 and neither spread nor interval', () => {
    const [cell] = summarize(runOf(rowsOf(docker, [4])), contextOf()).cells;
    expect(cell?.latencyMs).toEqual({ p50: 4, p90: 4, p99: 4, mean: 4, min: 4, max: 4 });
  });

  test('counts the sandboxes that its samples come from, and takes them as clusters', () => {
    const each = (trial: number, latencies: number[]) =>
      latencies.map((latencyMs, invocation) => rowOf(docker, { trial, invocation, latencyMs }));
    const alike = Array.from({ length: 10 }, (_, trial) => each(trial, around(10, 10))).flat();
    const apart = Array.from({ length: 10 }, (_, trial) => each(trial, around(10 + trial, 10))).flat();
    const [one] = summarize(runOf(alike), contextOf()).cells;
    const [other] = summarize(runOf(apart), contextOf()).cells;
    expect([one?.sandboxes, other?.sandboxes]).toEqual([10, 10]);
    const widthOf = (ci95: readonly number[] = []): number => (ci95[1] ?? NaN) - (ci95[0] ?? NaN);
    expect(widthOf(one?.latencyMs?.ci95)).toBeLessThan(0.1);
    expect(widthOf(other?.latencyMs?.ci95)).toBeGreaterThan(5);
    expect(other?.notes).toContain(
      'samples of one sandbox resemble each other: 100 count as 7 independent ones',
    );
  });

  test('knows the image size of its function on its runtime', () => {
    const imageBytes = (cell: Cell) =>
      cell.function === 'hashing' && cell.runtime === 'docker' ? bytes(123) : undefined;
    const run = runOf([...rowsOf(docker, [1]), ...rowsOf(aot, [1])]);
    const [first, second] = summarize(run, contextOf({ imageBytes, plannedCells: [docker, aot] })).cells;
    expect(first?.imageBytes).toBe(123);
    expect(second).not.toHaveProperty('imageBytes');
  });
});

describe('failures', () => {
  test('are counted by outcome and are no samples', () => {
    const rows = [
      ...rowsOf(docker, [1, 2, 3]),
      rowOf(docker, { trial: 3, outcome: 'timeout', latencyMs: 30_000 }),
      rowOf(docker, { trial: 4, outcome: 'crashed' }),
      rowOf(docker, { trial: 5, outcome: 'timeout' }),
    ];
    const summary = summarize(runOf(rows), contextOf());
    expect(summary).toMatchObject({ rows: 6, failures: 3, empty: 0 });
    expect(summary.cells[0]).toMatchObject({ n: 3, sandboxes: 3, failures: { crashed: 1, timeout: 2 } });
    expect(summary.cells[0]?.latencyMs?.max).toBe(3);
    expect(summary.cells[0]?.notes).toContain(
      '3 of 6 invocations failed (1 crashed, 2 timeout); the figures are of the others only',
    );
  });

  test('a cell of nothing but failures has no latency and no comparison, and says so', () => {
    const rows = [...rowsOf(docker, around(5, 10)), rowOf(aot, { outcome: 'not-cold' })];
    const summary = summarize(runOf(rows), contextOf({ plannedCells: [docker, aot] }));
    expect(summary.cells[1]).toEqual({
      ...aot,
      n: 0,
      sandboxes: 0,
      failures: { 'not-cold': 1 },
      phasesMs: {},
      payloadBytes: 64,
      notes: [
        'every invocation failed: there is nothing to take a figure of',
        '1 of 1 invocations failed (1 not-cold); the figures are of the others only',
      ],
    });
    expect(summary.comparisons).toEqual([]);
    expect(summary.empty).toBe(1);
  });
});

describe('the plan', () => {
  test('gives the order; cells not in it follow by name', () => {
    const [a, b, c, d] = ['d', 'c', 'b', 'a'].map((runtime) => cellOf({ runtime }));
    if (!a || !b || !c || !d) throw new Error('four cells');
    const run = runOf([c, d, b, a].flatMap((cell) => rowsOf(cell, [1])));
    const summary = summarize(run, contextOf({ plannedCells: [b, a, b] }));
    expect(summary.cells.map((cell) => cell.runtime)).toEqual(['c', 'd', 'a', 'b']);
  });

  test('a planned cell without a row is there, with the payload size another runtime measured', () => {
    const summary = summarize(runOf(rowsOf(docker, [1])), contextOf({ plannedCells: [aot, docker] }));
    expect(summary.cells[0]).toEqual({
      ...aot,
      n: 0,
      sandboxes: 0,
      failures: {},
      phasesMs: {},
      payloadBytes: 64,
      notes: ['planned, but no invocation was made'],
    });
    expect(summary.empty).toBe(1);
  });

  test('only where no row tells a payload size is the plan asked for it', () => {
    const large = cellOf({ payload: 'large' });
    const asked: string[] = [];
    const payloadBytes = (name: string, payload: string) => {
      asked.push(`${name} ${payload}`);
      return bytes(1_048_576);
    };
    const context = contextOf({ plannedCells: [docker, aot, large], payloadBytes });
    const summary = summarize(runOf(rowsOf(docker, [1])), context);
    expect(summary.cells.map((cell) => cell.payloadBytes)).toEqual([64, 64, 1_048_576]);
    expect(asked).toEqual(['hashing large']);
  });

  test('no row and no plan: a summary of nothing', () => {
    expect(summarize(runOf([]), contextOf())).toMatchObject({ rows: 0, failures: 0, empty: 0, cells: [] });
  });
});

describe('notes', () => {
  const notesOf = (latencies: readonly number[], more: { trial?: number } = {}) =>
    summarize(runOf(rowsOf(docker, latencies, more)), contextOf()).cells[0]?.notes;

  test('100 samples of separate sandboxes need none', () => {
    expect(notesOf(around(5, 100))).toEqual([]);
  });

  test('from 10 to 99 samples the p99 is near the maximum', () => {
    expect(notesOf(around(5, 99))).toEqual(['n = 99: the p99 is the largest sample or just below it']);
  });

  test('below 10 the sample is small, below 6 it has no interval, and nobody is sent to one', () => {
    expect(notesOf(around(5, 9))?.[0]).toBe(
      'n = 9: a small sample, go by the interval and not by the median',
    );
    expect(notesOf(around(5, 5))).toEqual([
      'n = 5: the p99 is the largest sample or just below it',
      'no interval: n = 5, and 6 are needed',
    ]);
  });

  test('one sandbox has no interval, however many its samples', () => {
    expect(notesOf(around(5, 100), { trial: 3 })).toEqual([
      'no interval: all 100 samples come from one sandbox, another may behave differently',
    ]);
  });

  test('an outlier is told and kept', () => {
    const cell = summarize(runOf(rowsOf(docker, [...around(5, 100), 50])), contextOf()).cells[0];
    expect(cell?.notes).toEqual(['outliers: 1 of 101 samples; something else may have run']);
    expect(cell?.latencyMs?.max).toBe(50);
  });

  test('an ordinary long tail is not called outliers', () => {
    expect(notesOf(Array.from({ length: 100 }, (_, i) => Math.exp(i / 25)))).toEqual([]);
  });
});

test('the summary fits its schema and is the same, letter for letter, in whatever order the rows came', async () => {
  const rows = [docker, aot].flatMap((cell, which) =>
    Array.from({ length: 60 }, (_, i) =>
      rowOf(cell, {
        trial: Math.floor(i / 5),
        invocation: i % 5,
        outcome: i % 20 === 7 ? 'crashed' : i % 30 === 11 ? 'wrong-output' : 'ok',
        latencyMs: (1 + which) * (3 + Math.sin(i)) + Math.floor(i / 5) / 7,
        cpuMs: 1 + Math.cos(i) / 3,
        peakMemoryBytes: 1_000_000 + i,
      }),
    ),
  );
  const forwards = summarize(await accumulate(rows), contextOf());
  const backwards = summarize(await accumulate([...rows].reverse()), contextOf());
  expect(JSON.stringify(backwards)).toBe(JSON.stringify(forwards));
  expect(SummarySchema.parse(JSON.parse(JSON.stringify(forwards)))).toEqual(forwards);
  expect(forwards.comparisons).toHaveLength(3);
});
