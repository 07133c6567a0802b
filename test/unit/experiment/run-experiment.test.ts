import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeRuntime } from '../../../src/control-plane/runtimes/fake/fake-runtime.js';
import type { FakeScript } from '../../../src/control-plane/runtimes/fake/script.js';
import { VirtualClock } from '../../../src/control-plane/runtimes/fake/virtual-clock.js';
import { EnvironmentSchema } from '../../../src/domain/environment.js';
import type { Measurement } from '../../../src/domain/measurement.js';
import type { RunManifest } from '../../../src/domain/run-manifest.js';
import { thisMachine } from '../../../src/experiment/environments.js';
import { bytes } from '../../../src/domain/units.js';
import { planOf, runExperiment, type RunRequest } from '../../../src/experiment/run-experiment.js';
import type { RunEvent } from '../../../src/experiment/run-events.js';
import { RunDirectory } from '../../../src/records/run-directory.js';
import { RecordProblems } from '../../../src/records/record-problems.js';
import { readRows } from '../../../src/records/row-store.js';
import { faultyFiles } from '../files/faulty-files.js';
import { artifactSource, echoFunction, experimentOf, ms, gives } from './fixture.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lumos-run-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const experiment = experimentOf({
  runtimes: ['one', 'two'],
  repetitions: { cold: 2, warm: 3 },
  warm: { sandboxes: 2, invocationsPerSandbox: 2, warmups: 1 },
});
/** 2 runtimes, each with 2 cold and 3 warm rows. */
const rowsOfPlan = 10;

interface Bench {
  readonly request: RunRequest;
  readonly runtimes: readonly FakeRuntime[];
  readonly events: RunEvent[];
  stopAfter(rows: number): void;
}

let runs = 0;

function bench(changes: Partial<RunRequest> = {}, scripts: readonly Partial<FakeScript>[] = []): Bench {
  const clock = new VirtualClock();
  const runtimes = ['one', 'two'].map((id, index) => new FakeRuntime(clock, { id, ...scripts[index] }));
  const controller = new AbortController();
  const events: RunEvent[] = [];
  let stopAt = Infinity;
  let rows = 0;
  runs += 1;
  const directory = changes.directory ?? new RunDirectory(join(folder, `run-${runs}`));
  if (changes.resume === undefined) directory.create();
  const request: RunRequest = {
    runId: 'abc',
    experiment,
    selection: {
      functions: [{ definition: echoFunction(), payloads: ['small'] }],
      runtimes,
      baseline: 'one',
      gives,
    },
    runtimes: [],
    cgroupVersion: undefined,
    lumosVersion: '0',
    directory,
    source: artifactSource(),
    services: () => Promise.reject(new Error('no service was to be started')),
    clock,
    signal: controller.signal,
    onEvent: (event) => {
      events.push(event);
      if (event.type === 'row') rows += 1;
      if (event.type === 'row' && rows === stopAt) controller.abort();
    },
    ...changes,
  };
  return {
    request,
    runtimes,
    events,
    stopAfter: (count) => {
      stopAt = count;
      if (count === 0) controller.abort();
    },
  };
}

async function rowsIn({ measurementsPath }: RunDirectory): Promise<Measurement[]> {
  const rows: Measurement[] = [];
  for await (const row of readRows(measurementsPath)) rows.push(row);
  return rows;
}

const nameOf = (row: Measurement): string => `${row.trial}/${row.invocation}`;

/** What the plan wants of a directory: a row of each trial and invocation, and none twice. */
function plannedNames(request: RunRequest): string[] {
  const { trials } = planOf(request.experiment, request.selection);
  return trials
    .flatMap(({ index, invocations }) => Array.from({ length: invocations }, (_, i) => `${index}/${i}`))
    .sort();
}

function expectNothingLeft(runtimes: readonly FakeRuntime[]): void {
  for (const runtime of runtimes) {
    expect(runtime.count('removed')).toBe(runtime.count('launched'));
    expect(runtime.count('disposed')).toBe(runtime.count('prepared'));
    expect(runtime.journal.at(-1)).toMatchObject({ what: 'cleaned up', of: 'abc' });
  }
}

describe('a run', () => {
  it('on a device of its own is named after it and held to nothing; its file’s content is recorded', async () => {
    const device = EnvironmentSchema.parse({ name: 'my-device', cpu: { cores: 4 }, storage: 'SD card' });
    const { request, runtimes } = bench();
    const limits: unknown[] = [];
    for (const runtime of runtimes) {
      const prepare = runtime.prepare.bind(runtime);
      runtime.prepare = (asked) => {
        limits.push(asked.limits);
        return prepare(asked);
      };
    }
    const selection = { ...request.selection, environments: [device] };
    const manifest = await runExperiment({ ...request, selection });
    expect(manifest.environments).toEqual([{ environment: device, applied: {} }]);
    expect(limits).toEqual([{}, {}]);
    const rows = await rowsIn(request.directory);
    expect(rows).toHaveLength(rowsOfPlan);
    for (const row of rows) {
      expect(row.environment).toBe('my-device');
      expect(row).not.toHaveProperty('emulated');
    }
  });

  it('makes a function ready in each of its environments, with the limits of each', async () => {
    const edge = EnvironmentSchema.parse({
      name: 'edge',
      emulated: true,
      cpu: { cores: 1 },
      memory: { limitMiB: 64 },
    });
    const { request, runtimes } = bench();
    const [one] = runtimes;
    const limits: unknown[] = [];
    if (one !== undefined) {
      const prepare = one.prepare.bind(one);
      one.prepare = (asked) => {
        limits.push(asked.limits);
        return prepare(asked);
      };
    }
    const environmentParts = {
      machine: { cpus: [0, 1], memoryBytes: bytes(2 ** 30) },
      cgroupVersion: 1 as const,
      shimPath: () => Promise.reject(new Error('whole cores need no process beside them')),
      networks: () => Promise.reject(new Error('no network was to be made')),
    };
    const selection = { ...request.selection, environments: [thisMachine, edge] };
    const manifest = await runExperiment({ ...request, selection, environmentParts });
    expect(manifest.state).toBe('complete');
    expect(limits).toEqual([{}, { cpu: { cores: 1, cpus: [1] }, memoryBytes: 64 * 2 ** 20 }]);
    const rows = await rowsIn(request.directory);
    expect(rows).toHaveLength(2 * rowsOfPlan);
    expect(rows.filter(({ emulated }) => emulated === true).map(({ environment }) => environment)).toEqual(
      Array.from({ length: rowsOfPlan }, () => 'edge'),
    );
    expectNothingLeft(runtimes);
  });

  it('has a row of every planned invocation, and a manifest that says so', async () => {
    const { request, runtimes } = bench();
    const manifest = await runExperiment(request);
    const rows = await rowsIn(request.directory);
    expect(rows.map(nameOf).sort()).toEqual(plannedNames(request));
    expect(rows).toHaveLength(rowsOfPlan);
    expect(new Set(rows.map((row) => row.outcome))).toEqual(new Set(['ok']));
    expect(manifest).toMatchObject({ state: 'complete', resumed: 0, runId: 'abc', trials: 8, seed: 1 });
    expect(manifest.cells.map((cell) => cell.payloadBytes)).toEqual([4, 4, 4, 4]);
    expect(manifest.artifacts).toEqual(
      ['one', 'two'].map((runtime) => ({
        function: 'echo',
        runtime,
        language: 'rust',
        kind: 'native-binary',
        digest: 'sha256:aa',
        sizeBytes: 1000,
        imageDigest: 'sha256:bb',
        imageCompressedBytes: 600,
        imageUncompressedBytes: 1200,
      })),
    );
    expect(manifest).not.toHaveProperty('floor');
    expect(request.directory.readManifest()).toEqual(manifest);
    expectNothingLeft(runtimes);
  });

  it('ends with one sentence when the disk is full, takes everything down, and is finished once there is room', async () => {
    const whole = faultyFiles();
    await runExperiment(bench({ directory: new RunDirectory(join(folder, 'whole'), whole.calls) }).request);
    for (let tenths = 1; tenths < 10; tenths += 1) {
      const path = join(folder, `full-${tenths}`);
      const { calls } = faultyFiles({ room: Math.floor((whole.written() * tenths) / 10) });
      const { request, runtimes } = bench({ directory: new RunDirectory(path, calls) });
      await expect(runExperiment(request)).rejects.toMatchObject({
        kind: 'missing-dependency',
        message: expect.stringContaining('cannot be written: no space is left on the disk') as string,
      });
      for (const runtime of runtimes) expect(runtime.count('removed')).toBe(runtime.count('launched'));
      const directory = new RunDirectory(path);
      if (!existsSync(directory.manifestPath)) continue;
      const before = existsSync(directory.measurementsPath) ? await rowsIn(directory) : [];
      const again = bench({ directory, resume: directory.readManifest() });
      expect((await runExperiment(again.request)).state).toBe('complete');
      const rows = await rowsIn(directory);
      expect(rows.map(nameOf).sort()).toEqual(plannedNames(request));
      expect(rows.slice(0, before.length)).toEqual(before);
    }
  });

  it('has its rows on disk as they come about, while the manifest says that it is running', async () => {
    const seen: [number, string][] = [];
    const base = bench();
    const { directory } = base.request;
    await runExperiment({
      ...base.request,
      onEvent: (event) => {
        if (event.type !== 'row') return;
        const lines = readFileSync(directory.measurementsPath, 'utf8').split('\n').length - 1;
        seen.push([lines, directory.readManifest().state]);
      },
    });
    expect(seen).toEqual(Array.from({ length: rowsOfPlan }, (_, index) => [index + 1, 'running']));
  });

  it('tells how far it is', async () => {
    const { request, events } = bench();
    await runExperiment(request);
    expect(events.filter((event) => event.type === 'started')).toEqual([
      { type: 'started', trials: 8, alreadyDone: 0 },
    ]);
    const done = events.flatMap((event) => (event.type === 'trial-done' ? [event.done] : []));
    expect(done).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it('goes on after a failure, and counts it', async () => {
    const crashing: Partial<FakeScript> = {
      sandbox: (nth) => ({
        invocation: () => (nth === 0 ? { does: 'hang', takes: ms(1) } : { does: 'answer', takes: ms(1) }),
      }),
    };
    const { request, runtimes } = bench({}, [crashing]);
    const manifest = await runExperiment(request);
    const rows = await rowsIn(request.directory);
    expect(rows.filter((row) => row.outcome === 'timeout')).toHaveLength(1);
    expect(rows.filter((row) => row.runtime === 'two' && row.outcome === 'ok')).toHaveLength(5);
    expect(manifest.state).toBe('complete');
    expectNothingLeft(runtimes);
  });

  it('reads the artefacts and serves once on each before it measures, when the page cache is to be warm', async () => {
    const path = join(folder, 'artefact');
    writeFileSync(path, 'x');
    const warm = {
      experiment: { ...experiment, pageCache: 'warm' as const },
      source: artifactSource('sha256:aa', path),
    };
    const { request, runtimes, events } = bench(warm);
    await runExperiment(request);
    const plain = bench();
    await runExperiment(plain.request);
    expect(runtimes.map((runtime) => runtime.count('launched'))).toEqual(
      plain.runtimes.map((runtime) => runtime.count('launched') + 1),
    );
    expect(await rowsIn(request.directory)).toHaveLength(rowsOfPlan);
    expect(events).toContainEqual({ type: 'step', text: 'reading every artefact into the page cache' });
  });

  it('starts from a snapshot on an artefact of its own, made ready and primed beside the usual one', async () => {
    const path = join(folder, 'artefact');
    writeFileSync(path, 'x');
    const asked: RunRequest['experiment'] = {
      ...experiment,
      starts: ['cold', 'snapshot'],
      pageCache: 'warm',
    };
    const changes = { experiment: asked, source: artifactSource('sha256:aa', path) };
    const { request, runtimes } = bench(changes, [{ starts: ['cold', 'snapshot', 'warm'] }]);
    const { artifacts } = await runExperiment(request);
    expect(artifacts.map(({ runtime, kind, start }) => [runtime, kind, start])).toEqual([
      ['one', 'native-binary', undefined],
      ['two', 'native-binary', undefined],
      ['one', 'fake:snapshot', 'snapshot'],
    ]);
    const rows = await rowsIn(request.directory);
    expect(rows.map(({ start, runtime, outcome }) => `${runtime} ${start} ${outcome}`).sort()).toEqual([
      ...Array<string>(2).fill('one cold ok'),
      ...Array<string>(2).fill('one snapshot ok'),
      ...Array<string>(2).fill('two cold ok'),
    ]);
    // Two of each, and one before that brings everything into the page cache.
    expect(runtimes.map((runtime) => runtime.count('launched'))).toEqual([6, 3]);
    expectNothingLeft(runtimes);
  });

  it('measures its own floor with the runtime and function it is given', async () => {
    const clock = new VirtualClock();
    const native = new FakeRuntime(clock, {
      id: 'native',
      sandbox: () => ({ ready: ms(2), invocation: () => ({ does: 'answer', takes: ms(3) }) }),
    });
    const { request } = bench({ clock, floorOf: { native, helloWorld: echoFunction('hello-world') } });
    const runtimes = ['one', 'two'].map((id) => new FakeRuntime(clock, { id }));
    const manifest = await runExperiment({ ...request, selection: { ...request.selection, runtimes } });
    expect(manifest.floor).toEqual({ n: { cold: 20, warm: 200 }, coldP50Ms: 5, warmP50Ms: 3, clockMs: 0 });
    expect(native.count('cleaned up')).toBe(1);
    expect(native.standingSandboxes).toBe(0);
  });

  it('goes on without a runtime on which a function cannot be made ready: each of its trials says why', async () => {
    const { request, runtimes } = bench({}, [{}, { prepareFails: 'unknown import: `env::oops`' }]);
    expect((await runExperiment(request)).state).toBe('complete');
    const rows = await rowsIn(request.directory);
    const ofTwo = rows.filter((row) => row.runtime === 'two');
    expect(ofTwo.length).toBeGreaterThan(0);
    for (const row of ofTwo) {
      expect(row).toMatchObject({
        outcome: 'crashed',
        reason: 'could not be made ready: unknown import: `env::oops`',
      });
      expect(row).not.toHaveProperty('latencyMs');
    }
    expect(rows.filter((row) => row.runtime === 'one').every((row) => row.outcome === 'ok')).toBe(true);
    expectNothingLeft(runtimes);
  });

  it('takes everything down when nothing can be made ready, and throws what was wrong', async () => {
    const fails = { prepareFails: 'no such engine' };
    const { request, runtimes } = bench({}, [fails, fails]);
    await expect(runExperiment(request)).rejects.toThrow('no such engine');
    expect(request.directory.readManifest().state).toBe('interrupted');
    expectNothingLeft(runtimes);
  });

  it('goes on when a runtime cannot say what stands, and counts it', async () => {
    const { request, runtimes } = bench({}, [{ sandbox: () => ({ existingFails: 'the daemon is gone' }) }]);
    expect((await runExperiment(request)).state).toBe('complete');
    const failed = (await rowsIn(request.directory)).filter((row) => row.outcome !== 'ok');
    expect(failed.map((row) => [row.runtime, row.start, row.outcome])).toEqual([
      ['one', 'cold', 'crashed'],
      ['one', 'cold', 'crashed'],
    ]);
    expectNothingLeft(runtimes);
  });

  it('removes before the next trial what could not be removed, and every cold start is one', async () => {
    const { request, runtimes } = bench({}, [
      { sandbox: (nth) => (nth === 0 ? { removeFails: 'the daemon is gone' } : {}) },
    ]);
    expect((await runExperiment(request)).state).toBe('complete');
    expect((await rowsIn(request.directory)).map(({ outcome }) => outcome)).toEqual(
      Array<string>(rowsOfPlan).fill('ok'),
    );
    expectNothingLeft(runtimes);
  });

  it('waits for the daemon after a removal that failed, and loses no trial that was not in flight', async () => {
    const { request, runtimes } = bench({}, [
      { sandbox: (nth) => (nth === 0 ? { removeFails: 'the daemon is gone', removeFailures: 3 } : {}) },
    ]);
    const [first] = runtimes;
    if (first === undefined) throw new Error('there is no first runtime');
    const waited: number[] = [];
    Object.assign(first, { awaitDaemon: (limit: number) => Promise.resolve(void waited.push(limit)) });
    expect((await runExperiment(request)).state).toBe('complete');
    expect(waited.length).toBeGreaterThan(0);
    // Here it comes back without being able to remove: the trials until it can fail for that reason, and none is called cold.
    const failed = (await rowsIn(request.directory)).filter(({ outcome }) => outcome !== 'ok');
    expect(failed).toHaveLength(2);
    for (const { outcome, reason } of failed)
      expect([outcome, reason]).toEqual(['crashed', 'the sandbox could not be staged: the daemon is gone']);
    expectNothingLeft(runtimes);
  });

  it('writes its manifest even when taking down fails', async () => {
    const { request, runtimes } = bench();
    const [first] = runtimes;
    if (first === undefined) throw new Error('there is no first runtime');
    first.cleanUpAfter = () => Promise.reject(new Error('cannot be removed'));
    await expect(runExperiment(request)).rejects.toThrow('cannot be removed');
    expect(request.directory.readManifest()).toMatchObject({ state: 'complete' });
    expect(runtimes[1]?.count('cleaned up')).toBe(1);
  });
});

/** Runs until `rows` rows are there. */
async function interrupted(
  rows: number,
  scripts: readonly Partial<FakeScript>[] = [],
): Promise<{ directory: RunDirectory; manifest: RunManifest }> {
  const stopped = bench({}, scripts);
  const { request, runtimes } = stopped;
  stopped.stopAfter(rows);
  const manifest = await runExperiment(request);
  expectNothingLeft(runtimes);
  return { directory: request.directory, manifest };
}

describe('a run taken up again', () => {
  it.each(Array.from({ length: rowsOfPlan }, (_, rows) => rows))(
    'after an interrupt behind row %i has every row once',
    async (stopped) => {
      const { directory, manifest } = await interrupted(stopped);
      expect(manifest.state).toBe('interrupted');
      const before = stopped === 0 ? '' : readFileSync(directory.measurementsPath, 'utf8');
      expect(before.split('\n')).toHaveLength(stopped + 1);

      const second = bench({ directory, resume: directory.readManifest() });
      const finished = await runExperiment(second.request);
      expect(finished).toMatchObject({
        state: 'complete',
        resumed: 1,
        runId: 'abc',
        startedAt: manifest.startedAt,
      });
      expect((await rowsIn(directory)).map(nameOf).sort()).toEqual(plannedNames(second.request));
      expect(readFileSync(directory.measurementsPath, 'utf8').startsWith(before)).toBe(true);
      expectNothingLeft(second.runtimes);
    },
  );

  it('stopped after each single row has every row once', async () => {
    const { directory } = await interrupted(1);
    for (let i = 0; i < rowsOfPlan; i += 1) {
      const next = bench({ directory, resume: directory.readManifest() });
      next.stopAfter(1);
      await runExperiment(next.request);
    }
    const { request } = bench();
    expect((await rowsIn(directory)).map(nameOf).sort()).toEqual(plannedNames(request));
    const done = bench({ directory, resume: directory.readManifest() });
    expect(await runExperiment(done.request)).toMatchObject({ state: 'complete', resumed: rowsOfPlan + 1 });
    expect(done.runtimes.map((runtime) => runtime.count('staged'))).toEqual([0, 0]);
    expect(await rowsIn(directory)).toHaveLength(rowsOfPlan);
  });

  it('drops a last line that was never finished, and measures it again', async () => {
    const { directory } = await interrupted(4);
    const whole = readFileSync(directory.measurementsPath, 'utf8');
    appendFileSync(directory.measurementsPath, '{"schema":"lumos/measurement@1","trial":3,"invo');
    const second = bench({ directory, resume: directory.readManifest() });
    await runExperiment(second.request);
    expect(readFileSync(directory.measurementsPath, 'utf8').startsWith(whole)).toBe(true);
    expect((await rowsIn(directory)).map(nameOf).sort()).toEqual(plannedNames(second.request));
  });

  it('measures the trial again whose row cannot be read, and says which line that is', async () => {
    const { directory } = await interrupted(4);
    const lines = readFileSync(directory.measurementsPath, 'utf8').split('\n');
    lines[1] = JSON.stringify({ ...JSON.parse(lines[1] ?? ''), sequence: 0 });
    writeFileSync(directory.measurementsPath, lines.join('\n'));
    const second = bench({ directory, resume: directory.readManifest() });
    await runExperiment(second.request);
    const readable: Measurement[] = [];
    for await (const row of readRows(directory.measurementsPath, new RecordProblems())) readable.push(row);
    expect(readable.map(nameOf).sort()).toEqual(plannedNames(second.request));
    const told = second.events.flatMap((event) => (event.type === 'step' ? event.text : []));
    expect(told.find((text) => text.includes('measured again'))).toContain(
      'measurements.ndjson:2: sequence: ',
    );
  });

  /** The rows of a run that is done, those kept for which `isKept` holds. */
  async function withRowsMissing(isKept: (row: Measurement) => boolean): Promise<RunDirectory> {
    const { request } = bench();
    await runExperiment(request);
    const kept = (await rowsIn(request.directory)).filter(isKept);
    const text = kept.map((row) => `${JSON.stringify(row)}\n`).join('');
    writeFileSync(request.directory.measurementsPath, text);
    return request.directory;
  }

  it.each<[string, (row: Measurement) => boolean]>([
    ['the first of each warm trial', (row) => row.start !== 'warm' || row.invocation > 0],
    ['the last of each warm trial', (row) => row.start !== 'warm' || row.invocation === 0],
    ['every other row', ({ trial, invocation }) => (trial + invocation) % 2 === 0],
    ['all of one trial', ({ trial }) => trial !== 0],
  ])('with rows missing (%s) measures them and no others', async (_which, isKept) => {
    const directory = await withRowsMissing(isKept);
    const kept = await rowsIn(directory);
    expect(kept.length).toBeLessThan(rowsOfPlan);
    const second = bench({ directory, resume: directory.readManifest() });
    expect(await runExperiment(second.request)).toMatchObject({ state: 'complete' });
    const rows = await rowsIn(directory);
    expect(rows.map(nameOf).sort()).toEqual(plannedNames(second.request));
    expect(rows.slice(0, kept.length)).toEqual(kept);
    // Rows that were measured later are never taken for rows of the first sandbox.
    const before = new Set(kept.map(({ sandbox }) => sandbox));
    expect(rows.slice(kept.length).filter(({ sandbox }) => before.has(sandbox))).toEqual([]);
    expect(rows.filter(({ outcome }) => outcome !== 'ok')).toEqual([]);
    expectNothingLeft(second.runtimes);
  });

  it('with a row in it twice is finished, and has the others once', async () => {
    const { directory } = await interrupted(4);
    const text = readFileSync(directory.measurementsPath, 'utf8');
    appendFileSync(directory.measurementsPath, text);
    const second = bench({ directory, resume: directory.readManifest() });
    expect(await runExperiment(second.request)).toMatchObject({ state: 'complete' });
    const rows = (await rowsIn(directory)).slice(4);
    expect(rows.map(nameOf).sort()).toEqual(plannedNames(second.request));
  });

  it('with a failure behind missing rows makes those before it and none behind it', async () => {
    const directory = await withRowsMissing(({ start, invocation }) => start === 'cold' || invocation === 1);
    const failures = (await rowsIn(directory)).map((row) =>
      row.start === 'cold' ? row : { ...row, outcome: 'crashed' as const, reason: 'it ended' },
    );
    writeFileSync(directory.measurementsPath, failures.map((row) => `${JSON.stringify(row)}\n`).join(''));
    const second = bench({ directory, resume: directory.readManifest() });
    await runExperiment(second.request);
    expect((await rowsIn(directory)).map(nameOf).sort()).toEqual(plannedNames(second.request));
  });

  it('does not ask again what has failed', async () => {
    const crashing: Partial<FakeScript> = {
      sandbox: () => ({ invocation: () => ({ does: 'hang', takes: ms(1) }) }),
    };
    const { directory } = await interrupted(7, [crashing, crashing]);
    const second = bench({ directory, resume: directory.readManifest() });
    await runExperiment(second.request);
    const rows = await rowsIn(directory);
    expect(rows.slice(0, 7).map((row) => row.outcome)).toEqual(Array.from({ length: 7 }, () => 'timeout'));
    const failed = new Set(rows.slice(0, 7).map((row) => row.trial));
    expect(rows.slice(7).some((row) => failed.has(row.trial))).toBe(false);
    expect(new Set(rows.map(nameOf)).size).toBe(rows.length);
  });

  it('first removes what the dead run left behind, before anything is made', async () => {
    const { directory } = await interrupted(2);
    const second = bench({ directory, resume: directory.readManifest() });
    await runExperiment(second.request);
    for (const { journal } of second.runtimes)
      expect(journal[0]).toMatchObject({ what: 'cleaned up', of: 'abc' });
    expect(second.events[0]?.type).toBe('cleaned');
    expect(second.events.find((event) => event.type === 'started')).toMatchObject({ alreadyDone: 2 });
  });

  it('numbers its sandboxes apart from those of its earlier parts, so that no two are taken for one', async () => {
    const { directory } = await interrupted(1);
    for (let i = 0; i < rowsOfPlan; i += 1) {
      const next = bench({ directory, resume: directory.readManifest() });
      next.stopAfter(1);
      await runExperiment(next.request);
    }
    // Every part had one row, and so every row a sandbox of its own.
    expect(new Set((await rowsIn(directory)).map((row) => row.sandbox)).size).toBe(rowsOfPlan);
  });

  it('is refused on another machine, before anything is touched', async () => {
    const { directory, manifest } = await interrupted(2);
    const elsewhere = { ...manifest, host: { ...manifest.host, cpuModel: 'another' } };
    const second = bench({ directory, resume: elsewhere });
    await expect(runExperiment(second.request)).rejects.toThrow(
      'this run began on another machine: its cpuModel was another',
    );
    expect(second.runtimes.flatMap((runtime) => runtime.journal)).toEqual([]);
    expect(directory.readManifest()).toEqual(manifest);
  });

  it('is refused with another artefact, however often it is tried', async () => {
    const { directory } = await interrupted(2);
    for (let attempt = 0; attempt < 2; attempt += 1) {
      const second = bench({
        directory,
        resume: directory.readManifest(),
        source: artifactSource('sha256:other'),
      });
      await expect(runExperiment(second.request)).rejects.toThrow(
        'echo on one is another artefact now than when this run began',
      );
      expect(second.runtimes.map((runtime) => runtime.count('staged'))).toEqual([0, 0]);
      expectNothingLeft(second.runtimes);
    }
    expect(await rowsIn(directory)).toHaveLength(2);
    const right = bench({ directory, resume: directory.readManifest() });
    expect((await runExperiment(right.request)).state).toBe('complete');
  });
});
