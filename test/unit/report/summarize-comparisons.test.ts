import { describe, expect, test } from 'vitest';
import type { Cell } from '../../../src/domain/factors.js';
import type { Measurement } from '../../../src/domain/measurement.js';
import { groupCells, groupExtras } from '../../../src/report/cell-groups.js';
import { renderComparisonTable } from '../../../src/report/compare.js';
import { headlineOf } from '../../../src/report/headline.js';
import { compareRuns } from '../../../src/report/summarize/compare-runs.js';
import { summarize } from '../../../src/report/summarize/summarize.js';
import { around, cellOf, contextOf, rowOf, rowsOf, runOf } from './summarize-rows.js';

const docker = cellOf();
const aot = cellOf({ runtime: 'wasmtime-aot', class: 'wasm-aot' });
const interpreted = cellOf({ runtime: 'wasmtime-interpreted', class: 'wasm-interpreted' });

describe('against the baseline', () => {
  test('every other runtime has a ratio, an interval and a verdict', () => {
    const run = runOf([
      ...rowsOf(docker, around(10, 30)),
      ...rowsOf(aot, around(5, 30)),
      ...rowsOf(interpreted, around(300, 40)),
    ]);
    const plannedCells = [interpreted, docker, aot];
    const { comparisons } = summarize(run, contextOf({ plannedCells }));
    expect(comparisons.map(({ candidate, verdict, n }) => ({ candidate, verdict, n }))).toEqual([
      { candidate: 'wasmtime-interpreted', verdict: 'higher', n: { baseline: 30, candidate: 40 } },
      { candidate: 'wasmtime-aot', verdict: 'lower', n: { baseline: 30, candidate: 30 } },
    ]);
    expect(comparisons[1]).toMatchObject({
      function: 'hashing',
      payload: 'small',
      environment: 'local',
      start: 'warm',
      concurrency: 1,
      metric: 'latencyMs',
      baseline: 'docker',
    });
    expect(comparisons[1]?.ratio).toBeCloseTo(0.5, 12);
    const [low, high] = comparisons[1]?.ci95 ?? [NaN, NaN];
    expect(low).toBeGreaterThan(0.49);
    expect(low).toBeLessThan(0.5);
    expect(high).toBeGreaterThan(0.5);
    expect(high).toBeLessThan(0.51);
  });

  test('CPU time and memory are compared where both sides have them', () => {
    const run = runOf([
      ...rowsOf(docker, around(10, 30), { cpuMs: 4, peakMemoryBytes: 1000 }),
      ...rowsOf(aot, around(10, 30), { cpuMs: 4, peakResidentBytes: 1000 }),
    ]);
    const { comparisons } = summarize(run, contextOf());
    expect(comparisons.map(({ metric, verdict }) => [metric, verdict])).toEqual([
      ['latencyMs', 'same'],
      ['cpuMs', 'same'],
    ]);
    expect(comparisons[1]).toMatchObject({ ratio: 1, ci95: [1, 1] });
  });

  test('a metric whose median is 0 on either side is left out', () => {
    const metricsOf = (baseline: number, candidate: number) =>
      summarize(
        runOf([
          ...rowsOf(docker, around(10, 10), { cpuMs: baseline }),
          ...rowsOf(aot, around(10, 10), { cpuMs: candidate }),
        ]),
        contextOf(),
      ).comparisons.map(({ metric }) => metric);
    expect(metricsOf(0, 4)).toEqual(['latencyMs']);
    expect(metricsOf(4, 0)).toEqual(['latencyMs']);
    expect(metricsOf(4, 4)).toEqual(['latencyMs', 'cpuMs']);
  });

  test('too few samples: a ratio without an interval, and unsure', () => {
    const run = runOf([...rowsOf(docker, around(10, 30)), ...rowsOf(aot, [1, 1, 1])]);
    const [comparison] = summarize(run, contextOf()).comparisons;
    expect(comparison?.ratio).toBeCloseTo(0.1, 12);
    expect(comparison?.verdict).toBe('unsure');
    expect(comparison).not.toHaveProperty('ci95');
  });

  test.each([{ payload: 'large' }, { start: 'cold' as const }, { concurrency: 4 }, { environment: 'edge' }])(
    'cells that differ in %j as well are not compared',
    (factor) => {
      const run = runOf([...rowsOf(docker, [1, 2]), ...rowsOf({ ...aot, ...factor }, [1, 2])]);
      expect(summarize(run, contextOf()).comparisons).toEqual([]);
    },
  );

  test('no baseline, or one without samples: no comparison', () => {
    const run = runOf([...rowsOf(aot, [1, 2]), ...rowsOf(interpreted, [1, 2])]);
    expect(summarize(run, contextOf({ baseline: undefined })).comparisons).toEqual([]);
    expect(summarize(run, contextOf({ plannedCells: [docker] })).comparisons).toEqual([]);
  });

  test('other cells of the run change nothing, another seed only the draws', () => {
    const pair = [...rowsOf(docker, around(10, 30)), ...rowsOf(aot, around(9, 30))];
    const alone = summarize(runOf(pair), contextOf()).comparisons;
    const among = summarize(
      runOf([...rowsOf(interpreted, around(90, 30)), ...pair]),
      contextOf(),
    ).comparisons;
    expect(among.filter((one) => one.candidate === 'wasmtime-aot')).toEqual(alone);
    const [reseeded] = summarize(runOf(pair), contextOf({ seed: 2 })).comparisons;
    expect(reseeded?.ratio).toBe(alone[0]?.ratio);
    expect(reseeded?.ci95).not.toEqual(alone[0]?.ci95);
    expect(reseeded?.ci95?.[0]).toBeCloseTo(alone[0]?.ci95?.[0] ?? NaN, 2);
  });
});

const options = { margin: 0.05, seed: 1 };

describe('two runs', () => {
  test('a cell in both has candidate over base', () => {
    const base = runOf(rowsOf(docker, around(10, 30)));
    const candidate = runOf(rowsOf(docker, around(20, 40)));
    const { cells } = compareRuns(base, candidate, options);
    expect(cells).toHaveLength(1);
    expect(cells[0]).toMatchObject({
      cell: docker,
      metric: 'latencyMs',
      verdict: 'higher',
      n: { base: 30, candidate: 40 },
    });
    expect(cells[0]?.ratio).toBeCloseTo(2, 12);
    expect(cells[0]?.p50.base).toBeCloseTo(10, 12);
    expect(cells[0]?.p50.candidate).toBeCloseTo(20, 12);
    expect(compareRuns(base, candidate, options).cells).toEqual(cells);
  });

  test('a run against itself is the same', () => {
    const run = runOf(rowsOf(docker, around(10, 30)));
    const [cell] = compareRuns(run, run, options).cells;
    expect(cell).toMatchObject({ ratio: 1, verdict: 'same' });
    expect(cell?.ci95?.[0]).toBeLessThan(1);
    expect(cell?.ci95?.[1]).toBeGreaterThan(1);
  });

  test('cells of one run only, and cells without a ratio, are listed', () => {
    const base = runOf([...rowsOf(docker, [1, 2]), rowOf(aot, { outcome: 'crashed' })]);
    const candidate = runOf([...rowsOf(interpreted, [1, 2]), ...rowsOf(aot, [1, 2])]);
    expect(compareRuns(base, candidate, options)).toEqual({
      troubles: [{ cell: aot, base: '1 of 1 failed (1 crashed)' }],
      cells: [],
      withoutRatio: [aot],
      onlyInBase: [docker],
      onlyInCandidate: [interpreted],
    });
  });

  test('the order is the one asked for, planned cells in neither run left out', () => {
    const run = runOf([docker, aot].flatMap((cell) => rowsOf(cell, [1, 2])));
    const plannedCells = [aot, interpreted, docker];
    const { cells, onlyInBase, onlyInCandidate } = compareRuns(run, run, { ...options, plannedCells });
    expect(cells.map(({ cell }) => cell.runtime)).toEqual(['wasmtime-aot', 'docker']);
    expect([...onlyInBase, ...onlyInCandidate]).toEqual([]);
  });

  test('no verdict rests on a cell of which most failed, and what failed is told', () => {
    const failures = (count: number): Measurement[] =>
      Array.from({ length: count }, (_, trial) => rowOf(docker, { trial: 100 + trial, outcome: 'timeout' }));
    const base = runOf(rowsOf(docker, around(10, 30)));
    const mostly = runOf([...rowsOf(docker, around(5, 30)), ...failures(31)]);
    const half = runOf([...rowsOf(docker, around(5, 30)), ...failures(30)]);
    const compared = compareRuns(base, mostly, options);
    expect(compared.cells[0]).toMatchObject({ verdict: 'unsure', n: { base: 30, candidate: 30 } });
    expect(compared.troubles).toEqual([{ cell: docker, candidate: '31 of 61 failed (31 timeout)' }]);
    expect(compareRuns(mostly, base, options).cells[0]?.verdict).toBe('unsure');
    expect(compareRuns(base, half, options).cells[0]?.verdict).toBe('lower');
    expect(compareRuns(base, half, options).troubles[0]?.candidate).toBe('30 of 60 failed (30 timeout)');
  });
});

describe('a run in which most invocations of a cell failed', () => {
  test('has no verdict on it, and says so before any answer', () => {
    const failed = Array.from({ length: 40 }, (_, trial) =>
      rowOf(aot, { trial: 100 + trial, outcome: 'crashed' }),
    );
    const rows = [...rowsOf(docker, around(10, 30)), ...rowsOf(aot, around(5, 30)), ...failed];
    const summary = summarize(runOf(rows), contextOf());
    expect(summary.comparisons.map(({ verdict }) => verdict)).toEqual(['unsure']);
    const { lead, details } = headlineOf(summary);
    expect(lead[0]).toBe('In 1 cell more than half of the invocations failed: no verdict rests on them.');
    expect(lead.join(' ')).not.toContain('faster');
    expect(details[0]?.sentences).toContain(
      '40 of 70 invocations of wasmtime-aot failed (40 crashed), and its figures are of the others',
    );
  });
});

describe('the rate of a load', () => {
  test('is in the name of its cells, the lower rate first', () => {
    const at = (rate: number): Cell => ({ ...docker, arrivals: `poisson ${rate}/s` });
    const rows = [100, 50].flatMap((rate) => rowsOf(at(rate), around(10, 30)));
    const groups = groupCells(summarize(runOf(rows), contextOf()));
    expect(groups.map((group) => groupExtras(group, groups))).toEqual([['poisson 50/s'], ['poisson 100/s']]);
    const runs = compareRuns(runOf(rows), runOf(rows), options);
    const text = renderComparisonTable(runs, { margin: 0.05 });
    expect(text).toContain('hashing \u00b7 small \u00b7 warm \u00b7 poisson 50/s');
    expect(text).toContain('hashing \u00b7 small \u00b7 warm \u00b7 poisson 100/s');
  });
});
