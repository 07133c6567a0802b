/** One suite over every runtime of the registry, on the real engines and the real daemon. */
import { randomBytes } from 'node:crypto';
import { cpus } from 'node:os';
import { join } from 'node:path';
import Docker from 'dockerode';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createWorkbench } from '../../src/cli/workbench.js';
import { functionPhases } from '../../src/domain/factors.js';
import { MeasurementSchema, type Measurement } from '../../src/domain/measurement.js';
import { monotonicClock } from '../../src/data-plane/probes/monotonic-clock.js';
import { ExperimentSchema } from '../../src/domain/experiment.js';
import { StorageBench } from '../../src/experiment/storage-bench.js';
import { hasObjects } from '../../src/experiment/storage-factors.js';
import { leftBehind, machineTraces, type Trace } from './machine-traces.js';
import { TrialBench } from './trial-bench.js';

const workbench = await createWorkbench();
const catalogue = await workbench.catalogue([join(import.meta.dirname, '../functions')]);
const functions = catalogue.all.map(({ manifest }) => manifest.name);
const runtimeIds = workbench.registry.map(({ id }) => id);
const mebibyte = 1024 * 1024;

/** The slowest timer of a kernel ticks 100 times a second; a group's CPU time may be told a tick late. */
const tickMs = 10;
/** The function's clock is not the harness's: what differs between the two over one invocation. */
const clockToleranceMs = 0.5;

let runId = '';
let before: Trace[] = [];
let benches: TrialBench[] = [];

beforeEach(async () => {
  runId = `test${randomBytes(5).toString('hex')}`;
  before = await machineTraces();
  benches = [];
});

afterEach(async () => {
  for (const bench of benches) await bench.prepared.dispose();
  for (const runtime of workbench.registry) await runtime.cleanUpAfter(runId);
  expect(await leftBehind(before, runId)).toEqual([]);
});

it('the registry has every runtime that the first issue asks for', () => {
  const asked = ['native', 'docker', 'wasmtime-aot', 'wasmtime-interpreted', 'wasmtime-jit'];
  expect(asked.filter((id) => !runtimeIds.includes(id))).toEqual([]);
});

const noServices = (): Promise<never> => Promise.reject(new Error('no service is needed'));

describe.each(workbench.registry)('$id', (runtime) => {
  const open = async (name: string, memoryMiB?: number, run = runId): Promise<TrialBench> => {
    const [definition] = catalogue.select([name]);
    if (definition === undefined) throw new Error(`no function ${name}`);
    const bench = await TrialBench.open(workbench, runtime, definition, run, { memoryMiB });
    if (run === runId) benches.push(bench);
    return bench;
  };
  const cold = async (name: string, label: string): Promise<Measurement> =>
    only(await (await open(name)).trial(label));

  it('is usable here, in a version it names', async () => {
    const availability = await runtime.probe();
    expect(availability).toMatchObject({ usable: true });
    expect(availability.usable && availability.version).toMatch(/\d+\.\d+/);
  });

  it.each([
    ['hello-world', 'empty', 0, 13],
    ['hello-world', 'small', 64, 72],
    ['hello-world', 'huge', 16 * mebibyte, 16 * mebibyte + 8],
    ['hashing', 'empty', 0, 64],
    ['hashing', 'medium', 65_536, 64],
    ['hashing', 'huge', 16 * mebibyte, 64],
  ])('%s takes the payload %s of %i bytes and answers %i bytes as the oracle says', async (...asked) => {
    const [name, label, payloadBytes, responseBytes] = asked;
    const bench = await open(name);
    const row = only(await bench.trial(label));
    expect(row).toMatchObject({ outcome: 'ok', payloadBytes });
    expect(row.responseBytes).toBe(responseBytes);
  });

  it.each(functions)('%s answers a small payload exactly as the oracle does', async (name) => {
    const [definition] = catalogue.select([name]);
    if (definition === undefined) throw new Error(`no function ${name}`);
    const labels = definition.manifest.payloads.map((step) => step.label);
    const label = labels.includes('small') ? 'small' : (labels[1] ?? '');
    // With its objects in the payload, if it has any; test/conformance/storage.test.ts has the other ways.
    const experiment = ExperimentSchema.parse({ name: 'test', functions: [name], runtimes: [runtime.id] });
    const storage = new StorageBench(runId, experiment, noServices, monotonicClock);
    const settings = hasObjects(definition) ? { factors: { storage: 'inline' as const }, storage } : {};
    const bench = await TrialBench.open(workbench, runtime, definition, runId, settings);
    benches.push(bench);
    const row = only(await bench.trial(label));
    expect([row.outcome, row.reason]).toEqual(['ok', undefined]);
  });

  it('one sandbox serves 200 warm invocations, and counts them from 2 on after one warm-up', async () => {
    const rows = await (await open('hello-world')).trial('small', { start: 'warm', invocations: 200 });
    expect(rows.map((row) => row.outcome)).toEqual(Array<string>(200).fill('ok'));
    expect(rows.map((row) => row.sequence)).toEqual(Array.from({ length: 200 }, (_, i) => i + 2));
    expect(rows.map((row) => row.invocation)).toEqual(Array.from({ length: 200 }, (_, i) => i));
  });

  it('a cold row fits the schema; its launch and phases add up to its latency', async () => {
    const row = await cold('matrix-multiplication', 'small');
    expect(MeasurementSchema.parse(row)).toEqual(row);
    expect(row).toMatchObject({ outcome: 'ok', sequence: 1, invocation: 0 });
    const { latencyMs = 0, launchMs = 0 } = row;
    expect(launchMs).toBeGreaterThan(0);
    expect(launchMs).toBeLessThanOrEqual(latencyMs);
    expect(Math.abs(latencyMs - phaseSum(row))).toBeLessThanOrEqual(clockToleranceMs);
    expect(row.computeMs).toBeGreaterThan(0);
  });

  it('phases a function never enters, and the launch of a warm start, are absent', async () => {
    const bench = await open('hello-world');
    const row = only(await bench.trial('small', { start: 'warm' }));
    expect(row.outcome).toBe('ok');
    for (const key of ['launchMs', 'fetchMs', 'storeMs']) expect(row).not.toHaveProperty(key);
    expect(Math.abs((row.latencyMs ?? 0) - phaseSum(row))).toBeLessThanOrEqual(clockToleranceMs);
  });

  it('a cold start beside a sandbox that stands is refused as not cold', async () => {
    const bench = await open('hello-world');
    const standing = await bench.launch();
    expect(await standing.ask('small')).toMatchObject({ state: 'answered' });
    const staged = await bench.prepared.stage();
    expect(await staged.existing()).toBe(1);
    await staged.discard();
    const row = only(await bench.trial('small'));
    expect(row.outcome).toBe('not-cold');
    expect(row.reason).toContain('existed before the request');
    await standing.sandbox.remove();
    expect(only(await bench.trial('small'))).toMatchObject({ outcome: 'ok', sequence: 1 });
  });

  it('a staged sandbox that is given back leaves nothing and was none', async () => {
    const bench = await open('hello-world');
    const staged = await bench.prepared.stage();
    expect(await staged.existing()).toBe(0);
    await staged.discard();
    await bench.prepared.dispose();
    await runtime.cleanUpAfter(runId);
    expect(await leftBehind(before, runId)).toEqual([]);
  });

  it('CPU time is above nothing, within what the cores could give, and the sum of its modes', async () => {
    const bench = await open('hashing');
    const begun = performance.now();
    const row = only(await bench.trial('huge'));
    const wall = performance.now() - begun;
    const { cpuMs = 0, cpuUserMs, cpuSystemMs } = row;
    expect(cpuMs).toBeGreaterThan(0);
    expect(cpuMs).toBeLessThanOrEqual(wall * cpus().length + tickMs);
    expect(cpuUserMs === undefined).toBe(cpuSystemMs === undefined);
    expect(Math.abs((cpuUserMs ?? cpuMs) + (cpuSystemMs ?? 0) - cpuMs)).toBeLessThanOrEqual(tickMs);
  });

  it('bytes read and written hold at least the payload and the response, cold and warm', async () => {
    const bench = await open('hello-world');
    for (const start of ['cold', 'warm'] as const) {
      const row = only(await bench.trial('large', { start }));
      expect(row.outcome).toBe('ok');
      expect(row.readBytes).toBeGreaterThanOrEqual(mebibyte);
      expect(row.writtenBytes).toBeGreaterThanOrEqual(row.responseBytes ?? Infinity);
      expect(row.writtenBytes).toBeLessThan(2 * mebibyte);
    }
  });

  it('peak memory holds the 256 MiB that the function touched, and is not absurd', async () => {
    const row = await cold('misbehaving', 'allocate');
    expect(row.outcome).toBe('ok');
    for (const peak of [row.peakMemoryBytes, row.peakResidentBytes]) {
      expect(peak).toBeGreaterThanOrEqual(256 * mebibyte);
      expect(peak).toBeLessThanOrEqual(4096 * mebibyte);
    }
  });

  describe('on a bad day', () => {
    it.each([
      // Process 1 of a container cannot be ended by its own SIGABRT: abort() then ends it by a fault, 139.
      ['crash', 'crashed', /^(exited with code 13[49]|ended by SIGABRT) before its answer/],
      ['exit', 'crashed', /^exited with code 3 before its answer/],
      ['garbage', 'wrong-output', /^answered garbage: a frame of kind 0x74/],
      ['flood', 'wrong-output', /^answered too much: 83886080 bytes, and at most 67108864 are taken/],
      ['error', 'wrong-output', /^the function reports an error: refused by the function$/],
      ['wrong', 'wrong-output', /^answer of 22 bytes, expected 5, differs at byte 0/],
    ])('%s is a row of outcome %s that says why', async (label, outcome, reason) => {
      const bench = await open('misbehaving');
      const row = only(await bench.trial(label));
      expect(MeasurementSchema.parse(row)).toEqual(row);
      expect(row.outcome).toBe(outcome);
      expect(row.reason).toMatch(reason);
      // The next trial is none the worse for it.
      expect(only(await bench.trial('small'))).toMatchObject({ outcome: 'ok', sequence: 1 });
    });

    it('a hang is ended at the time limit, as timeout without a latency', async () => {
      const row = only(await (await open('misbehaving')).trial('hang', { timeLimit: 1500 }));
      expect(row).toMatchObject({ outcome: 'timeout', reason: 'no answer within the time limit' });
      expect(row).not.toHaveProperty('latencyMs');
    });

    it('a hang after a good answer ends the warm trial with one row', async () => {
      const bench = await open('misbehaving');
      const asked = { start: 'warm', invocations: 5, timeLimit: 1500 } as const;
      const rows = await bench.trial('hang-after-answer', asked);
      expect(rows.map((row) => row.outcome)).toEqual(['timeout']);
    });

    it('a slow answer within the time limit is a sample', async () => {
      const row = await cold('misbehaving', 'slow');
      expect(row.outcome).toBe('ok');
      expect(row.latencyMs).toBeGreaterThanOrEqual(300);
    });

    it('words on standard error disturb nothing', async () => {
      expect((await cold('misbehaving', 'stderr')).outcome).toBe('ok');
    });

    it('more memory than the limit of 64 MiB is a crash for memory', async () => {
      const bench = await open('misbehaving', 64);
      const row = only(await bench.trial('allocate'));
      expect(row.outcome).toBe('crashed');
      expect(row.reason).toContain('killed for memory');
      expect(only(await bench.trial('small')).outcome).toBe('ok');
    });
  });

  it('dispose takes down what stands and gives the image name back', async () => {
    const bench = await open('hello-world');
    const { sandbox, ask } = await bench.launch();
    expect(await ask('small')).toMatchObject({ state: 'answered' });
    const images = (await machineTraces()).filter(
      ({ what, run }) => what.startsWith('image') && run === runId,
    );
    expect(images).toHaveLength(runtime.id === 'docker' ? 1 : 0);
    await bench.prepared.dispose();
    await sandbox.exited;
    const left = await leftBehind(before, runId, 500);
    // A command runtime's group of the run is shared by all its functions and goes with the run.
    expect(left.filter((what) => !/^control group .*\/lumos-[^/]+$/.test(what))).toEqual([]);
  });

  it('cleaning up after a run takes its sandboxes and no other run’s', async () => {
    const otherRun = `${runId}x`;
    const ours = await (await open('hello-world')).launch();
    const other = await open('hello-world', undefined, otherRun);
    try {
      const theirs = await other.launch();
      expect(await ours.ask('small')).toMatchObject({ state: 'answered' });
      const removed = await runtime.cleanUpAfter(runId);
      expect(removed.length).toBeGreaterThan(0);
      expect(removed.filter((what) => what.includes(otherRun))).toEqual([]);
      await ours.sandbox.exited;
      expect(await leftBehind(before, runId)).toEqual([]);
      expect(await theirs.ask('small')).toMatchObject({ state: 'answered', head: { sequence: 1 } });
      expect(await runtime.cleanUpAfter(runId)).toEqual([]);
    } finally {
      await other.prepared.dispose();
      await runtime.cleanUpAfter(otherRun);
    }
    expect(await leftBehind(before, otherRun)).toEqual([]);
  });
});

describe('docker', () => {
  it('leaves containers alone that carry no label of the run, whatever image they have', async () => {
    const docker = new Docker();
    const runtime = workbench.registry.find(({ id }) => id === 'docker');
    const [definition] = catalogue.select(['hello-world']);
    if (runtime === undefined || definition === undefined) throw new Error('no docker or no hello-world');
    const bench = await TrialBench.open(workbench, runtime, definition, runId);
    const Image = `lumos/hello-world:run-${runId}`;
    const strange = await docker.createContainer({ Image, OpenStdin: true });
    try {
      await bench.prepared.dispose();
      await runtime.cleanUpAfter(runId);
      expect(await strange.inspect()).toMatchObject({ Id: strange.id });
    } finally {
      await strange.remove({ force: true });
      await runtime.cleanUpAfter(runId);
    }
  });
});

function only(rows: readonly Measurement[]): Measurement {
  expect(rows).toHaveLength(1);
  const [row] = rows;
  if (row === undefined) throw new Error('no row');
  return row;
}

/** Launch, the function's phases and transport. */
const phaseSum = (row: Measurement): number =>
  functionPhases.reduce(
    (sum, phase) => sum + (row[`${phase}Ms`] ?? 0),
    (row.launchMs ?? 0) + (row.transportMs ?? 0),
  );
