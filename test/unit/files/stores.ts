/** Every store of Lumos as a test of faults sees it: what it has before and after one thing is written to it. */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Cache } from '../../../src/control-plane/build/cache.js';
import { LatencySumSchema } from '../../../src/domain/latency-sum.js';
import { LevelRecordSchema, type LevelRecord } from '../../../src/domain/level.js';
import { milliseconds } from '../../../src/domain/units.js';
import type { FileCalls } from '../../../src/files/file-calls.js';
import { writeOutput } from '../../../src/files/output-file.js';
import { outputPlace } from '../../../src/files/output-place.js';
import { writeImport } from '../../../src/import/write-import.js';
import { readLatencySums, writeLatencySums } from '../../../src/records/latency-sum-store.js';
import { appendLevels, readLevels } from '../../../src/records/level-store.js';
import { readRows, RowWriter } from '../../../src/records/row-store.js';
import { RunDirectory } from '../../../src/records/run-directory.js';
import { appendToLog } from '../../../src/records/run-log.js';
import { readVerifiedMark, writeVerifiedMark } from '../../../src/records/verified-marks.js';
import { LatencyHistogram } from '../../../src/stats/latency-histogram.js';
import { writePlainTrace } from '../../../src/user-plane/traces/write-plain.js';
import { rowOf } from '../records/rows.js';
import { faultyFiles } from './faulty-files.js';
import { fixtureManifest, fixtureSummary } from '../report/fixture.js';

export interface Store {
  readonly name: string;
  /** What it has before, written with nothing in the way. */
  readonly seed: (folder: string) => unknown;
  readonly write: (folder: string, calls: FileCalls) => unknown;
  /** What a reader finds in it. */
  readonly read: (folder: string) => unknown;
}

/** To seed with: waiting for the disk takes most of the time of a write. */
const withoutSync = faultyFiles().calls;
const manifest = fixtureManifest();
const summary = fixtureSummary();
const emptyHistogram = new LatencyHistogram().toStored();

const level = (index: number, name = 'echo'): LevelRecord =>
  LevelRecordSchema.parse({
    ...{ schema: 'lumos/level@1', function: name, payload: 'small', runtime: 'native', class: 'process' },
    ...{ environment: 'local', start: 'warm', concurrency: 1, index, round: 0, startedAt: 'then' },
    ...{ endedBy: 'time', sent: 3, succeeded: 3, errors: {}, reasons: {}, late: 0, unsent: 0 },
    ...{ makespanMs: 1000, throughputPerSecond: 3, blockMs: 100, blockThroughputs: [10, 10], cold: 0 },
    ...{ generator: {}, valid: true, why: [] },
    ...{ latency: emptyHistogram, service: emptyHistogram, queued: emptyHistogram },
    instances: {
      ...{ started: 1, startsFailed: 0, died: 0, stopsFailed: 0, rejected: 0, instanceMs: 2000, highest: 1 },
    },
  });

const sum = (run: number): ReturnType<typeof LatencySumSchema.parse> =>
  LatencySumSchema.parse({
    ...{ schema: 'lumos/latency-sum@1', function: 'sum', payload: '10', runtime: 'one', class: 'process' },
    ...{ environment: 'local', clients: 10, run, sumMs: 5 },
  });

const mark = (passed: number): Parameters<typeof writeVerifiedMark>[1] => ({
  ...{ schema: 'lumos/verified@1', runtime: 'one', version: '1', lumosVersion: '0' },
  ...{ at: '2026-11-24T04:00:00.000Z', passed, failed: [], skipped: [] },
});

async function trialsIn(path: string): Promise<number[]> {
  const trials: number[] = [];
  if (!existsSync(path)) return trials;
  for await (const row of readRows(path)) trials.push(row.trial);
  return trials;
}

function appendRows(path: string, trials: readonly number[], calls?: FileCalls): void {
  const writer = RowWriter.open(path, calls);
  let isClosed = false;
  try {
    for (const trial of trials) writer.append(rowOf(trial));
    isClosed = true;
    writer.close();
  } finally {
    if (!isClosed) writer.close();
  }
}

const levelsIn = async (folder: string): Promise<string[]> =>
  (await readLevels(new RunDirectory(folder).levelsPath)).map((one) => `${one.index} ${one.function}`);

const textIn = (path: string): string | undefined =>
  existsSync(path) ? readFileSync(path, 'utf8') : undefined;

const imported = (folder: string, calls?: FileCalls): RunDirectory =>
  new RunDirectory(join(folder, 'imported'), calls);

async function importInto(directory: RunDirectory): Promise<void> {
  rmSync(directory.path, { recursive: true, force: true });
  directory.create();
  await writeImport(
    directory,
    {
      rows: [rowOf(0), rowOf(1)],
      facts: () => ({
        ...{ name: 'elsewhere', description: 'of elsewhere', runtimes: [], probes: {}, findings: [] },
        latencySums: [sum(0)],
      }),
    },
    {
      ...{ format: 'csv', source: 'rows.csv', importedAt: '2026-01-01T00:00:00.000Z', lumosVersion: '0' },
      digestOf: () => Promise.resolve('0'.repeat(64)),
    },
  );
}

const output = (folder: string, calls: FileCalls, count: number): Promise<number> =>
  writeOutput(
    outputPlace(join(folder, 'trace.csv')),
    { standardOutput: () => Promise.resolve(), calls },
    (sink) =>
      writePlainTrace(
        sink,
        Array.from({ length: count }, (_, index) => [{ atMs: milliseconds(index), function: 'a' }]),
      ),
  );

export const stores: readonly Store[] = [
  {
    name: 'rows',
    seed: (folder) => appendRows(new RunDirectory(folder).measurementsPath, [0], withoutSync),
    write: (folder, calls) => appendRows(new RunDirectory(folder).measurementsPath, [1], calls),
    read: (folder) => trialsIn(new RunDirectory(folder).measurementsPath),
  },
  {
    name: 'rows of one level',
    seed: (folder) => appendRows(new RunDirectory(folder).measurementsPath, [0], withoutSync),
    write: (folder, calls) => {
      const writer = RowWriter.open(new RunDirectory(folder).measurementsPath, calls);
      try {
        writer.appendTogether([rowOf(1), rowOf(2)]);
      } finally {
        writer.close();
      }
    },
    read: (folder) => trialsIn(new RunDirectory(folder).measurementsPath),
  },
  {
    name: 'levels',
    seed: (folder) => appendLevels(new RunDirectory(folder).levelsPath, [level(0)], withoutSync),
    write: (folder, calls) => appendLevels(new RunDirectory(folder).levelsPath, [level(1)], calls),
    read: levelsIn,
  },
  {
    name: 'levels that were measured together',
    seed: (folder) => appendLevels(new RunDirectory(folder).levelsPath, [level(0)], withoutSync),
    write: (folder, calls) =>
      appendLevels(new RunDirectory(folder).levelsPath, [level(1, 'a'), level(1, 'b')], calls),
    read: levelsIn,
  },
  {
    name: 'sums of latencies',
    seed: (folder) => writeLatencySums(new RunDirectory(folder).latencySumsPath, [sum(0)], withoutSync),
    write: (folder, calls) =>
      writeLatencySums(new RunDirectory(folder).latencySumsPath, [sum(0), sum(1)], calls),
    read: async (folder) =>
      (await readLatencySums(new RunDirectory(folder).latencySumsPath)).map(({ run }) => run),
  },
  {
    name: 'the manifest',
    seed: (folder) => new RunDirectory(folder, withoutSync).writeManifest({ ...manifest, state: 'running' }),
    write: (folder, calls) =>
      new RunDirectory(folder, calls).writeManifest({ ...manifest, state: 'complete' }),
    read: (folder) => new RunDirectory(folder).readManifest().state,
  },
  {
    name: 'the summary',
    seed: (folder) => new RunDirectory(folder, withoutSync).writeSummary({ ...summary, runId: 'old' }),
    write: (folder, calls) => new RunDirectory(folder, calls).writeSummary({ ...summary, runId: 'new' }),
    read: (folder) => new RunDirectory(folder).readSummary().runId,
  },
  {
    name: 'the report',
    seed: (folder) => new RunDirectory(folder, withoutSync).writeReport('old'),
    write: (folder, calls) => new RunDirectory(folder, calls).writeReport('new report'),
    read: (folder) => textIn(new RunDirectory(folder).reportPath),
  },
  {
    name: 'the log',
    seed: (folder) => appendToLog(folder, new Date(0), { type: 'old' }, withoutSync),
    write: (folder, calls) => appendToLog(folder, new Date(0), { type: 'new' }, calls),
    read: (folder) => textIn(join(folder, 'run.ndjson'))?.split('\n').slice(0, -1),
  },
  {
    name: 'a cache entry',
    seed: () => undefined,
    write: (folder, calls) =>
      new Cache(folder, calls).get({ a: '1' }, async (draft) => {
        await writeFile(join(draft, 'thing'), 'made');
        return { size: 4 };
      }),
    read: async (folder) => {
      const { found } = await new Cache(folder)
        .get({ a: '1' }, () => Promise.reject(new Error('not there')))
        .catch(() => ({ found: false }));
      return found;
    },
  },
  {
    name: 'the mark of a verified runtime',
    seed: (folder) => writeVerifiedMark(folder, mark(1), withoutSync),
    write: (folder, calls) => writeVerifiedMark(folder, mark(2), calls),
    read: (folder) => readVerifiedMark(folder, 'one')?.passed,
  },
  {
    name: 'a trace that is written',
    seed: (folder) => writeFileSync(join(folder, 'trace.csv'), 'old'),
    write: (folder, calls) => output(folder, calls, 20),
    read: (folder) => textIn(join(folder, 'trace.csv')),
  },
  {
    name: 'an imported run',
    seed: () => undefined,
    write: (folder, calls) => importInto(imported(folder, calls)),
    read: async (folder) => {
      const { manifestPath, measurementsPath, latencySumsPath } = imported(folder);
      if (!existsSync(manifestPath)) return undefined;
      return [await trialsIn(measurementsPath), await readLatencySums(latencySumsPath)];
    },
  },
];
