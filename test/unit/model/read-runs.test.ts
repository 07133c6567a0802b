import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { runCli } from '../../../src/cli/program.js';
import type { Measurement } from '../../../src/domain/measurement.js';
import { milliseconds } from '../../../src/domain/units.js';
import { readRuns } from '../../../src/model/observations/read-runs.js';
import { collectPrinted, type Printed } from '../cli/printed.js';
import { fixtureManifest, fixtureRows } from '../report/fixture.js';
import { writeRun } from '../report/written-run.js';

let folder: string;
let printed: Printed;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'model-'));
  printed = collectPrinted();
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

const noLadders = () => undefined;

describe('cells of run directories', () => {
  it('have the medians of their verified rows, and count the others', async () => {
    const [row] = fixtureRows().filter(({ outcome, start }) => outcome === 'ok' && start === 'warm');
    if (row === undefined) throw new Error('no row');
    const rows = [10, 30, 20].map((latency, i) => ({
      ...row,
      trial: i,
      sandbox: i,
      latencyMs: milliseconds(latency),
    }));
    const failed = { ...row, trial: 9, outcome: 'timeout' as const, latencyMs: undefined };
    const { cells } = await readRuns([writeRun(folder, 'a', [...rows, failed])], noLadders);
    expect(cells).toHaveLength(1);
    expect(cells[0]).toMatchObject({ n: 3, failed: 1, latencyMs: { p50: 20 }, runs: ['a'] });
    expect(cells[0]?.latencyMs.p90).toBeUndefined();
    expect(cells[0]?.medianError).toBeGreaterThan(0);
  });

  it('take a size from the ladder that the manifest has, before any other', async () => {
    const functions = [
      { name: 'hashing', class: 'compute' as const, payloads: [{ label: 'medium', size: 77 }] },
    ];
    const rows = fixtureRows().filter((row) => row.function === 'hashing');
    const label = rows[0]?.payload ?? '';
    functions[0]?.payloads.splice(0, 1, { label, size: 77 });
    const path = writeRun(folder, 'a', rows, { functions });
    const { cells } = await readRuns([path], () => [{ label, size: 5 }]);
    expect(new Set(cells.map(({ size }) => size))).toEqual(new Set([77]));
    const older = await readRuns([writeRun(folder, 'b', rows)], () => [{ label, size: 5 }]);
    expect(older.cells[0]).toMatchObject({ size: 5, sizeUnit: 'steps' });
  });

  it('leave rows under load out, and say so', async () => {
    const rows = fixtureRows().map((row, i) => (i % 2 === 0 ? { ...row, concurrency: 20 } : row));
    const planned = fixtureManifest().cells;
    const manifest = { cells: [...planned, ...planned.map((cell) => ({ ...cell, concurrency: 20 }))] };
    const { cells, notes } = await readRuns([writeRun(folder, 'a', rows, manifest)], noLadders);
    expect(cells.every(({ cell }) => cell.concurrency === 1)).toBe(true);
    expect(notes.join()).toMatch(/\d+ rows under load/);
  });

  it('of runs that contradict each other are kept, with a note that names them', async () => {
    const slow = fixtureRows().map((row) =>
      row.latencyMs === undefined ? row : { ...row, latencyMs: milliseconds(row.latencyMs * 4) },
    );
    const { notes } = await readRuns([writeRun(folder, 'a'), writeRun(folder, 'b', slow)], noLadders);
    expect(notes.join('\n')).toMatch(/run b measured (3\.\d|4\.\d|4) times the latency of run a/);
  });

  it('of two machines under one environment are refused', async () => {
    const { host } = fixtureManifest();
    const other = writeRun(folder, 'b', fixtureRows(), {
      host: { ...host, cpuModel: 'Cortex-A72', cores: 4 },
    });
    await expect(readRuns([writeRun(folder, 'a'), other], noLadders)).rejects.toThrow(
      'is two machines: run a',
    );
  });

  it('of a run given twice are refused', async () => {
    const path = writeRun(folder, 'a');
    await expect(readRuns([path, path], noLadders)).rejects.toThrow('Run a is given twice');
  });
});

describe('lumos model', () => {
  it('fits, shows, predicts and validates what a run directory holds', async () => {
    const model = join(folder, 'model.json');
    expect(await runCli(['model', 'fit', writeRun(folder, 'a'), '--out', model])).toBe(0);
    expect(printed.err).toContain(`wrote ${model}: `);
    const file = JSON.parse(readFileSync(model, 'utf8')) as {
      schema: string;
      cells: { cell: Measurement }[];
    };
    expect(file.schema).toBe('lumos/model@2');
    expect(await runCli(['model', 'show', model])).toBe(0);
    expect(printed.out).toMatch(/wasmtime-aot *│ 3\.91 ms launch/u);
    const { function: name = '', payload = '' } = file.cells[0]?.cell ?? {};
    printed.out = '';
    const asked = [
      'model',
      'predict',
      '--model',
      model,
      '--function',
      name,
      '--payload',
      payload,
      '--runtime',
      'docker',
    ];
    expect(await runCli([...asked, '--start', 'cold', '--json'])).toBe(0);
    const { predictions } = JSON.parse(printed.out) as {
      predictions: { latencyMs: { p50: { ms: number } } }[];
    };
    expect(predictions[0]?.latencyMs.p50.ms).toBeGreaterThan(100);
    printed.out = '';
    expect(await runCli(['model', 'validate', '--model', model, '--json'])).toBe(0);
    const { schemes } = JSON.parse(printed.out) as {
      schemes: { scheme: string; medianApe: number; baselines: object }[];
    };
    expect(schemes[0]?.scheme).toBe('leave-one-cell-out');
    expect(Object.keys(schemes[0]?.baselines ?? {})).toContain('runtime mean');
    expect(schemes[0]?.medianApe).toBeLessThan(0.5);
    expect(await runCli([...asked, '--rate', '0.0001', '--slo', 'p95 < 1us'])).toBe(1);
  }, 60_000);

  it('ends with 2 and says what to do for what is no run, no model, another version', async () => {
    expect(await runCli(['model', 'fit', join(folder, 'nowhere')])).toBe(2);
    expect(printed.err).toContain('is no run directory');
    expect(await runCli(['model', 'show', join(folder, 'nowhere.json')])).toBe(2);
    expect(printed.err).toContain('lumos model fit DIR... --out model.json');
    writeFileSync(join(folder, 'old.json'), '{"schema":"lumos/model@0"}');
    expect(await runCli(['model', 'validate', '--model', join(folder, 'old.json')])).toBe(2);
    expect(printed.err).toContain('this Lumos reads "lumos/model@2"');
  });

  it('ends with 2 for a run of one runtime, and names one with more', async () => {
    const rows = fixtureRows().filter(({ runtime }) => runtime === 'docker');
    const run = writeRun(folder, 'a', rows);
    expect(await runCli(['model', 'fit', run, '--out', join(folder, 'm.json')])).toBe(2);
    expect(printed.err).toContain('Every cell is of one runtime, docker');
    expect(printed.err).toContain('lumos run --functions');
  });
});
