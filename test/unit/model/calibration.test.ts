import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { EnvironmentSchema } from '../../../src/domain/environment.js';
import type { Measurement } from '../../../src/domain/measurement.js';
import type { RunManifest } from '../../../src/domain/run-manifest.js';
import { loadExperiment } from '../../../src/experiment/experiment-file.js';
import { fitModel } from '../../../src/model/fit/fit-model.js';
import { calibrationFunctions } from '../../../src/model/hold-out/schemes.js';
import { readRuns } from '../../../src/model/observations/read-runs.js';
import { predictLatency } from '../../../src/model/predict/predict-latency.js';
import { fixtureManifest, fixtureRows } from '../report/fixture.js';
import { writeRun } from '../report/written-run.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lumos-calibration-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const noLadders = () => undefined;

/** The same rows on a device on which everything takes `factor` times as long. */
const slowed = (rows: readonly Measurement[], environment: string, factor: number): Measurement[] =>
  rows.map((row) => {
    const times = Object.entries(row).map(([key, value]) => [
      key,
      key.endsWith('Ms') && typeof value === 'number' ? value * factor : value,
    ]);
    return { ...(Object.fromEntries(times) as Measurement), environment };
  });

it('the experiment calibration measures what stays when an environment is left out, and nothing else', () => {
  expect(loadExperiment('calibration', 'experiments').functions).toEqual(calibrationFunctions);
});

it('the experiment environments has the calibration functions, and others to be predicted from them', () => {
  const { functions, environments } = loadExperiment('environments', 'experiments');
  expect(functions).toEqual(expect.arrayContaining([...calibrationFunctions]));
  expect(functions).toHaveLength(12);
  expect(environments).toEqual(['local', 'edge', 'edge-small']);
});

it('a device that has run the calibration alone is predicted for a function that it has not run', async () => {
  const rows = fixtureRows().filter(({ outcome }) => outcome === 'ok');
  const experiment = { ...fixtureManifest().experiment, environment: 'my-device' };
  const host = { ...fixtureManifest().host, cpuModel: 'Cortex-A72', architecture: 'arm64' };
  const cells = fixtureManifest().cells.map((cell) => ({ ...cell, environment: 'my-device' }));
  const environments = [{ environment: EnvironmentSchema.parse({ name: 'my-device' }), applied: {} }];
  const calibration = slowed(
    rows.filter((row) => calibrationFunctions.includes(row.function)),
    'my-device',
    3,
  );
  const runs = [
    writeRun(folder, 'whole', rows),
    writeRun(folder, 'device', calibration, { experiment, host, environments, cells }),
  ];
  const { file } = fitModel(await readRuns(runs, noLadders), '0');
  const asked = {
    function: 'json-transform',
    payload: 'small',
    runtime: 'wasmtime-aot',
    start: 'warm',
  } as const;
  const at = (environment: string): number =>
    predictLatency(file, { ...asked, environment }).quantile(0.5)?.ms ?? NaN;
  expect(at('my-device') / at('local')).toBeGreaterThan(2.5);
  expect(at('my-device') / at('local')).toBeLessThan(3.5);
  expect(predictLatency(file, { ...asked, environment: 'my-device' }).beyond).toContain(
    'json-transform was not measured in my-device',
  );
});

it('two environments under one name, made of different shares of one machine, are refused', async () => {
  const made = (cores: number): Pick<RunManifest, 'environments' | 'experiment'> => ({
    experiment: { ...fixtureManifest().experiment, environment: 'mine' },
    environments: [
      { environment: EnvironmentSchema.parse({ name: 'mine', emulated: true, cpu: { cores } }), applied: {} },
    ],
  });
  const rows = slowed(fixtureRows(), 'mine', 1);
  const runs = [writeRun(folder, 'a', rows, made(0.5)), writeRun(folder, 'b', rows, made(1))];
  await expect(readRuns(runs, noLadders)).rejects.toThrow('The environment "mine" is two machines: run a');
});
