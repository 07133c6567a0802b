import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { runCli } from '../../../src/cli/program.js';
import type { Cell } from '../../../src/domain/factors.js';
import type { LevelRecord } from '../../../src/domain/level.js';
import type { Measurement } from '../../../src/domain/measurement.js';
import { SummarySchema, type Summary } from '../../../src/domain/summary/summary.js';
import { milliseconds } from '../../../src/domain/units.js';
import { encodeLevel } from '../../../src/records/level-store.js';
import { LatencyHistogram } from '../../../src/stats/latency-histogram.js';
import { rowOf } from '../records/rows.js';
import { fixtureManifest } from '../report/fixture.js';
import { writeRun } from '../report/written-run.js';
import { collectPrinted, type Printed } from './printed.js';

let folder: string;
let printed: Printed;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'load-validity-'));
  printed = collectPrinted();
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

// Generous: every report is made of the run.
const options = { timeout: 60_000 };

interface Served {
  readonly runtime: string;
  readonly class: Cell['class'];
  /** Of all requests, and of the rows that are an even sample of them. */
  readonly all: number;
  readonly sampled: number;
}

const servers: readonly Served[] = [
  { runtime: 'docker', class: 'container', all: 0.244, sampled: 0.218 },
  { runtime: 'wasmtime-aot', class: 'wasm-aot', all: 0.061, sampled: 0.05 },
];
const requests = 1000;
const rowsOfLevel = 40;
const why = 'the generator was the bottleneck: it used 99.0 % of a core';

const cellOf = ({ runtime, class: kind }: Served): Cell => ({
  ...{ function: 'echo', payload: 'small', runtime, class: kind },
  ...{ environment: 'local', start: 'warm', concurrency: 1 },
});

function levelOf(served: Served, index: number, valid: boolean): LevelRecord {
  const latency = new LatencyHistogram();
  for (let i = 0; i < requests; i += 1) latency.record(milliseconds(served.all));
  const none = new LatencyHistogram().toStored();
  return {
    ...cellOf(served),
    ...{ schema: 'lumos/level@1', index, round: 0, startedAt: '2026-01-01T00:00:00.000Z' },
    ...{ endedBy: 'time', sent: requests, succeeded: requests, errors: {}, reasons: {}, late: 0, unsent: 0 },
    ...{ makespanMs: milliseconds(1000), throughputPerSecond: requests, blockMs: milliseconds(100) },
    blockThroughputs: Array.from({ length: 10 }, () => requests),
    p50Ci95: [served.all * 0.98, served.all * 1.02],
    ...{ latency: latency.toStored(), service: latency.toStored(), queued: none, cold: 0, generator: {} },
    ...{ valid, why: valid ? [] : [why] },
    instances: {
      ...{ started: 1, startsFailed: 0, died: 0, stopsFailed: 0, rejected: 0 },
      ...{ instanceMs: milliseconds(1000), highest: 1 },
    },
  };
}

/** A load on two runtimes; those whose runtime is named are valid. */
function loadRun(name: string, valid: readonly string[]): string {
  const rows = servers.flatMap((served, index) =>
    Array.from({ length: rowsOfLevel }, (_, invocation): Measurement => {
      const changes = { sandbox: index, invocation, latencyMs: milliseconds(served.sampled) };
      return rowOf(index, { ...cellOf(served), ...changes });
    }),
  );
  const manifest = fixtureManifest();
  const run = writeRun(folder, name, rows, {
    cells: servers.map(cellOf),
    trials: servers.length,
    experiment: {
      ...manifest.experiment,
      baseline: 'docker',
      slo: ['p50 < 1s', 'mean < 1s', 'error rate < 50%', 'throughput > 1/s'],
    },
  });
  const levels = servers.map((served, index) => levelOf(served, index, valid.includes(served.runtime)));
  writeFileSync(join(run, 'levels.ndjson'), levels.map((level) => `${encodeLevel(level)}\n`).join(''));
  return run;
}

async function reported(run: string, format: string): Promise<string> {
  printed.out = '';
  expect(await runCli(['report', run, '--format', format])).toBe(0);
  return printed.out;
}

const summaryOf = async (run: string): Promise<Summary> =>
  SummarySchema.parse(JSON.parse(await reported(run, 'json')));

describe('a load of which no level is valid', options, () => {
  const invalid = (): string => loadRun('invalid', []);

  it('has no figure, ratio or verdict, and says first how many levels are not valid and why', async () => {
    const { cells, comparisons, objectives, validity, knees, empty } = await summaryOf(invalid());
    for (const cell of cells) {
      expect(cell).toMatchObject({ n: 0, notValid: why });
      expect(cell).not.toHaveProperty('latencyMs');
      expect(cell).not.toHaveProperty('throughputPerSecond');
    }
    expect({ comparisons, knees, empty }).toEqual({ comparisons: [], knees: [], empty: 0 });
    expect(objectives).toHaveLength(8);
    for (const { verdict, measured, why: reason } of objectives ?? [])
      expect({ verdict, measured, reason }).toEqual({
        verdict: 'unsure',
        measured: undefined,
        reason: `n = 0: the level is not valid: ${why}`,
      });
    expect(validity?.[0]).toMatchObject({ id: 'invalid-levels', severity: 'serious' });
    expect(validity?.[0]?.text).toContain(`2 of 2 levels are not valid: ${why} (2)`);
  });

  it('has no answer but that in its headline', async () => {
    const text = await reported(invalid(), 'md');
    expect(text).toContain(`- 2 of 2 levels are not valid: ${why} (2). They have no part in any answer.`);
    expect(text).not.toMatch(/faster|as long/);
  });

  it('is neither passed nor failed in JUnit, and in no statistics of hyperfine or k6', async () => {
    const run = invalid();
    expect(await reported(run, 'junit')).toContain('tests="10" failures="0" errors="0" skipped="10"');
    expect(JSON.parse(await reported(run, 'hyperfine'))).toEqual({ results: [] });
    expect(await reported(run, 'k6')).not.toContain('http_req_duration');
    expect(await reported(run, 'k6-points')).not.toContain('"Point"');
    expect(printed.err).toContain('left out: 80 rows of levels that are not valid');
  });

  it.each(['rows-csv', 'parquet'])('gives no row as %s, and says how many are left out', async (format) => {
    const file = join(folder, 'rows');
    printed.err = '';
    expect(
      await runCli(['report', loadRun('half', ['docker']), '--format', format, '--out', file, '--force']),
    ).toBe(0);
    expect(printed.err).toContain('left out: 40 rows of levels that are not valid');
    const source = format === 'parquet' ? 'parquet' : 'csv';
    const back = join(folder, 'back');
    expect(await runCli(['import', source, file, '--out', back])).toBe(0);
    const { cells } = await summaryOf(back);
    expect(cells.map(({ runtime, n }) => `${runtime} ${n}`)).toEqual([`docker ${rowsOfLevel}`]);
  });

  it('has no part in a comparison of runs, nor in a model', async () => {
    const [base, candidate] = [invalid(), loadRun('valid', ['docker', 'wasmtime-aot'])];
    printed.out = '';
    expect(await runCli(['compare', base, candidate, '--json'])).toBe(0);
    expect(JSON.parse(printed.out)).toMatchObject({ cells: [], onlyInBase: [], onlyInCandidate: [] });
    expect((JSON.parse(printed.out) as { withoutRatio: unknown[] }).withoutRatio).toHaveLength(2);
    await runCli(['model', 'fit', base, '--out', join(folder, 'model.json')]);
    expect(printed.err).toContain('80 rows of levels of load that are not valid are left out.');
  });
});

describe('a load with a valid level and one that is not', options, () => {
  it('compares nothing with the one that is not', async () => {
    const { cells, comparisons, validity } = await summaryOf(loadRun('half', ['docker']));
    expect(cells.map(({ runtime, latencyMs }) => [runtime, latencyMs !== undefined])).toEqual([
      ['docker', true],
      ['wasmtime-aot', false],
    ]);
    expect(comparisons).toEqual([]);
    expect(validity?.[0]?.text).toContain('1 of 2 levels is not valid');
  });
});

describe('a load of which rows are a sample', options, () => {
  const valid = (): string => loadRun('valid', ['docker', 'wasmtime-aot']);

  it('has one p50 of a cell: that of all requests', async () => {
    const summary = await summaryOf(valid());
    const { cells, levels = [], comparisons } = summary;
    for (const cell of cells) {
      expect(cell).toMatchObject({ n: requests, sampledRows: rowsOfLevel });
      expect(cell.notes.join()).toContain(`a sample of ${rowsOfLevel} of its ${requests} responses`);
    }
    const medians = cells.map(({ latencyMs }) => latencyMs?.p50 ?? 0);
    expect(medians).toEqual(levels.map(({ latencyMs }) => latencyMs?.p50));
    expect(medians.map((p50) => p50.toFixed(3))).toEqual(['0.244', '0.061']);
    expect(comparisons).toMatchObject([
      { metric: 'latencyMs', verdict: 'lower', n: { baseline: requests, candidate: requests } },
    ]);
    const [docker = 0, aot = 0] = medians;
    expect(comparisons[0]?.ratio).toBe(aot / docker);
    const onQuantiles = (summary.objectives ?? []).filter(({ metric }) => metric === 'quantile');
    expect(onQuantiles).toMatchObject([
      { verdict: 'met', measured: docker },
      { verdict: 'met', measured: aot },
    ]);
  });

  it.each(['md', 'csv', 'k6', 'junit'])('shows no p50 of the sample as %s', async (format) => {
    expect(await reported(valid(), format)).not.toMatch(/218 us|0\.218|50\.0 us|0\.000218/);
  });

  it('gives hyperfine the figures of all requests, and says of how many they are', async () => {
    const { results } = JSON.parse(await reported(valid(), 'hyperfine')) as {
      results: { median: number; times: number[]; lumos: { requests: number } }[];
    };
    expect(results.map(({ median }) => Math.round(median * 1e6))).toEqual([244, 61]);
    expect(results.map(({ times, lumos }) => [times.length, lumos.requests])).toEqual([
      [rowsOfLevel, requests],
      [rowsOfLevel, requests],
    ]);
  });

  it('is compared with another run by the same figures', async () => {
    printed.out = '';
    const [base, candidate] = [valid(), loadRun('again', ['docker', 'wasmtime-aot'])];
    expect(await runCli(['compare', base, candidate, '--json'])).toBe(0);
    const { cells } = JSON.parse(printed.out) as {
      cells: { p50: { base: number }; n: { base: number }; verdict: string }[];
    };
    expect(cells).toHaveLength(2);
    expect(cells[0]).toMatchObject({ n: { base: requests }, verdict: 'same' });
    expect(cells[0]?.p50.base).toBeCloseTo(0.244, 3);
  });
});
