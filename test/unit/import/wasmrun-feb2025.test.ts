import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Measurement } from '../../../src/domain/measurement.js';
import type { RunManifest } from '../../../src/domain/run-manifest.js';
import type { CellSummary } from '../../../src/domain/summary/cell-summary.js';
import type { Summary } from '../../../src/domain/summary/summary.js';
import { importWasmrun } from '../../../src/import/wasmrun/import-wasmrun.js';
import { writeImport } from '../../../src/import/write-import.js';
import { fitModel } from '../../../src/model/fit/fit-model.js';
import { readRuns } from '../../../src/model/observations/read-runs.js';
import { validateModel } from '../../../src/model/validate/validate-model.js';
import { readRows } from '../../../src/records/row-store.js';
import { RunDirectory } from '../../../src/records/run-directory.js';
import { analyse } from '../../../src/cli/analysis.js';
import { datasetPath, whyAbsent } from '../../datasets.js';

const path = datasetPath('wasmrun-feb2025');

describe.skipIf(path === undefined)(`wasmrun-feb2025${path === undefined ? ` (${whyAbsent})` : ''}`, () => {
  let folder: string;
  let manifest: RunManifest;
  let summary: Summary;
  const rows: Measurement[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'lumos-feb2025-'));
    const directory = new RunDirectory(join(folder, 'run'));
    directory.create();
    await writeImport(directory, importWasmrun(path ?? ''), {
      ...{ format: 'wasmrun', source: 'wasmrun-feb2025', importedAt: '2026-01-01T00:00:00.000Z' },
      lumosVersion: 'test',
      digestOf: () => Promise.resolve('0'.repeat(64)),
    });
    ({ manifest, summary } = await analyse(directory));
    for await (const row of readRows(directory.measurementsPath)) rows.push(row);
  }, 60_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const cellOf = (runtime: string, name: string, payload: string, start: string): CellSummary => {
    const found = summary.cells.find(
      (cell) =>
        cell.runtime === runtime &&
        cell.function === name &&
        cell.payload === payload &&
        cell.start === start,
    );
    if (found === undefined) throw new Error(`no cell ${runtime} ${name} ${payload} ${start}`);
    return found;
  };
  const findings = (id: string): NonNullable<Summary['validity']> =>
    (summary.validity ?? []).filter((finding) => finding.id === id);
  const textOf = (id: string): string =>
    findings(id)
      .map(({ text }) => text)
      .join('\n');

  it('has 919 answers and the one failure that is in a log', () => {
    expect(rows.filter(({ outcome }) => outcome === 'ok')).toHaveLength(919);
    expect(rows.filter(({ outcome }) => outcome !== 'ok')).toMatchObject([
      {
        function: 'image-resize',
        payload: '1.5',
        runtime: 'wasmrun-wasmedge',
        start: 'cold',
        outcome: 'timeout',
      },
    ]);
    expect(summary).toMatchObject({ rows: 920, failures: 1, empty: 0 });
    expect(summary.cells).toHaveLength(184);
  });

  it.each([
    ['fibonacci', '2500000', 'warm', 23, 297, 12.9],
    ['audio-generation', '2048', 'warm', 155, 12124, 78.2],
    ['create-mandelbrot-bitmap', '2048', 'warm', 124, 63108, 509],
    ['planet-system-simulation', '2500000', 'warm', 1029, 195086, 190],
    ['fibonacci', '10000', 'cold', 3568, 2801, 0.79],
  ])('gives %s %s %s: %f ms native, %f ms Wasm, %f times', (name, payload, start, native, wasm, ratio) => {
    expect(cellOf('wasmrun-native', name, payload, start).latencyMs?.p50).toBe(native);
    expect(cellOf('wasmrun-wasmedge', name, payload, start).latencyMs?.p50).toBe(wasm);
    const compared = summary.comparisons.find(
      (one) =>
        one.metric === 'latencyMs' && one.function === name && one.payload === payload && one.start === start,
    );
    expect(compared).toMatchObject({ baseline: 'wasmrun-native', candidate: 'wasmrun-wasmedge' });
    // The ratios are given to two or three digits.
    expect(Math.abs((compared?.ratio ?? 0) / ratio - 1)).toBeLessThan(0.007);
  });

  it('gives a geometric mean of 45.1 over the 46 warm ratios', () => {
    const ratios = summary.comparisons.flatMap(({ metric, start, ratio }) =>
      metric === 'latencyMs' && start === 'warm' ? [ratio] : [],
    );
    expect(ratios).toHaveLength(46);
    const logs = ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0);
    expect(Math.exp(logs / 46)).toBeCloseTo(45.1, 1);
  });

  it('has nodes and resources from the telemetry: interpreted work takes its latency in CPU time', () => {
    expect(manifest.imported?.nodes).toEqual([
      { name: 'raspberrypi1', invocations: 1 },
      { name: 'raspberrypi2', invocations: expect.any(Number) as number },
    ]);
    const cell = cellOf('wasmrun-wasmedge', 'create-mandelbrot-bitmap', '1024', 'warm');
    expect((cell.cpuMs ?? 0) / (cell.latencyMs?.p50 ?? 1)).toBeCloseTo(1, 1);
    expect(cell.peakMemoryBytes).toBeGreaterThan(1e6);
  });

  it('keeps throughput as sums: no cell has a rate', () => {
    expect(summary.levels).toBeUndefined();
    expect(summary.cells.every(({ throughputPerSecond }) => throughputPerSecond === undefined)).toBe(true);
    const sums = summary.latencySums ?? [];
    expect(sums).toHaveLength(21 * 10);
    expect(sums.every(({ runs }) => runs === 5)).toBe(true);
    const fibonacci = sums.find(
      (sum) => sum.function === 'fibonacci' && sum.runtime === 'wasmrun-wasmedge' && sum.clients === 10,
    );
    expect(JSON.stringify(sums)).not.toContain('sWXK');
    expect(fibonacci?.sumMs).toEqual({ p50: 750, min: 624, max: 801 });
  });

  it('reports every known oddity', () => {
    expect(textOf('odd-node')).toContain(
      'image-resize 2.0, cold, on wasmrun-wasmedge: 1 of 5 requests on raspberrypi1',
    );
    expect(textOf('spliced')).toMatch(/^9 arms are spliced from deployments or times up to 26 h apart/);
    expect(findings('spliced')[0]?.cells).toHaveLength(9);
    expect(
      findings('spliced')[0]?.cells.every(
        ({ start, runtime }) => start === 'cold' && runtime === 'wasmrun-wasmedge',
      ),
    ).toBe(true);
    expect(textOf('duplicate-inputs')).toContain('fuzzy-search 512 takes as long as 50');
    expect(textOf('duplicate-inputs')).toContain('fuzzy-search 2048 takes as long as 1024');
    expect(textOf('duplicate-inputs')).toContain('warm on wasmrun-native, warm on wasmrun-wasmedge');
    expect(textOf('incomplete-source')).toBe('');
    expect(
      findings('duplicate-inputs')
        .flatMap(({ cells }) => cells)
        .every((cell) => cell.function === 'fuzzy-search'),
    ).toBe(true);
    expect(textOf('missing-arm')).toBe(
      'throughput/image-resize/wasm is missing: image-resize has no sums of latencies on wasmrun-wasmedge.',
    );
    expect(findings('foreign-telemetry').map(({ cells }) => cells)).toEqual([
      [{ function: 'fibonacci', runtime: 'wasmrun-wasmedge', start: 'warm' }],
    ]);
  });

  it('reports what FIELD says of the artefact: n = 5, arms one after the other, a floor, dropped failures', () => {
    expect(textOf('small-sample')).toContain('184 cells have n = 4 to 5');
    expect(findings('not-interleaved')).toHaveLength(1);
    expect(textOf('floor')).toContain('estimated from the smallest medians');
    expect(textOf('failures-dropped')).toContain('image-resize/wasm/cold, payload 1.5: 1 request (HTTP 504)');
    expect(textOf('misnamed-figure')).toContain('no rate follows');
  });

  it('is predicted within 20 % in the median, warm, leaving one cell out', async () => {
    const runs = await readRuns([join(folder, 'run')], () => undefined);
    const { schemes } = validateModel(fitModel(runs, 'test').fitted);
    const scheme = schemes.find((one) => one.scheme === 'leave-one-cell-out');
    const errors = (scheme?.predictions ?? [])
      .filter(({ cell }) => cell.cell.start === 'warm')
      .map(({ cell, predictedMs }) => Math.abs(predictedMs / cell.latencyMs.p50 - 1))
      .sort((a, b) => a - b);
    expect(errors).toHaveLength(92);
    expect(errors[46]).toBeLessThanOrEqual(0.2);
    for (const { medianApe } of Object.values(scheme?.baselines ?? {}))
      expect(scheme?.medianApe).toBeLessThan(medianApe);
  }, 120_000);
});
