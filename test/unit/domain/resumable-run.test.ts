import { describe, expect, it } from 'vitest';
import { checkForResume } from '../../../src/domain/resumable-run.js';
import { RunManifestSchema, type RunManifest } from '../../../src/domain/run-manifest.js';

const cell = {
  function: 'hello-world',
  payload: 'small',
  runtime: 'wasmtime-aot',
  class: 'wasm-aot',
  environment: 'local',
  start: 'warm',
  concurrency: 1,
};

const digest = `sha256:${'a'.repeat(64)}`;

const manifestWith = (changes: Record<string, unknown> = {}): RunManifest =>
  RunManifestSchema.parse({
    schema: 'lumos/run@1',
    runId: '0123456789ab',
    experiment: { name: 'test', functions: ['hello-*'], runtimes: ['wasmtime-*'] },
    seed: 1,
    startedAt: '2026-11-24T04:00:00.000Z',
    state: 'interrupted',
    resumed: 0,
    cells: [cell],
    functions: [{ name: 'hello-world', class: 'compute', payloads: [{ label: 'small', bytes: 64 }] }],
    trials: 10,
    host: { lumosVersion: '0' },
    runtimes: [
      { id: 'wasmtime-aot', engine: 'wasmtime', class: 'wasm-aot', version: '1', details: {}, options: {} },
    ],
    artifacts: [
      {
        ...{ function: 'hello-world', runtime: 'wasmtime-aot', kind: 'wasmtime:aot', digest, sizeBytes: 1 },
        ...{ imageDigest: digest, imageCompressedBytes: 1, imageUncompressedBytes: 1 },
      },
    ],
    probes: {},
    ...changes,
  });

const experimentWith = (changes: Record<string, unknown>): Record<string, unknown> => ({
  experiment: { name: 'test', functions: ['hello-world'], runtimes: ['native'], ...changes },
});

describe('a manifest from which a run is taken up again', () => {
  it('is fine as lumos run writes it', () => {
    expect(() => checkForResume(manifestWith(), 'manifest.json')).not.toThrow();
  });

  it.each<[string, Record<string, unknown>]>([
    ['runId', { runId: 'abc' }],
    ['cells.0.function', { cells: [{ ...cell, function: '../hello' }] }],
    ['cells.0.payload', { cells: [{ ...cell, payload: '../../small' }] }],
    ['cells.0.runtime', { cells: [{ ...cell, runtime: '/bin/sh' }] }],
    ['cells.0.environment', { cells: [{ ...cell, environment: '..' }] }],
    ['experiment.environment', experimentWith({ environment: '/etc/passwd' })],
    ['experiment.environments.1', experimentWith({ environments: ['local', '../x.yaml'] })],
    ['experiment.runtimes.0', experimentWith({ runtimes: ['../native'] })],
    ['experiment.functions.0', experimentWith({ functions: ['-rf'] })],
    ['experiment.payloads.0', experimentWith({ payloads: ['../small'] })],
    ['experiment.load.trace', experimentWith({ load: { trace: 'a\u0000b' } })],
    ['runtimes.0.id', { runtimes: [{ ...manifestWith().runtimes[0], id: 'a/b' }] }],
    ['artifacts.0.digest', { artifacts: [{ ...manifestWith().artifacts[0], digest: 'sha256:../x' }] }],
    ['functions.0.name', { functions: [{ name: '..' }] }],
    ['trials', { trials: Number.MAX_SAFE_INTEGER }],
  ])('is refused where %s is nothing that Lumos writes', (key, changes) => {
    expect(() => checkForResume(manifestWith(changes), 'run/manifest.json')).toThrow(
      `run/manifest.json: ${key}: `,
    );
  });

  it.each(['x/../../victim', '..', '', 'a b', '0123456789AB'])(
    'with the run id %j is no manifest at all, for any command',
    (runId) => {
      expect(RunManifestSchema.safeParse({ ...manifestWith(), runId }).success).toBe(false);
    },
  );
});
