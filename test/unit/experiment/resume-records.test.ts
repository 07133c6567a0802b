/** Runs taken up again whose files were cut or changed: every planned row is there once, and no other. */
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { analyse } from '../../../src/cli/analysis.js';
import { FakeRuntime } from '../../../src/control-plane/runtimes/fake/fake-runtime.js';
import { VirtualClock } from '../../../src/control-plane/runtimes/fake/virtual-clock.js';
import type { Experiment } from '../../../src/domain/experiment.js';
import type { Measurement } from '../../../src/domain/measurement.js';
import type { RunManifest } from '../../../src/domain/run-manifest.js';
import type { Summary } from '../../../src/domain/summary/summary.js';
import { planOf, runExperiment, type RunRequest } from '../../../src/experiment/run-experiment.js';
import { readRuns } from '../../../src/model/observations/read-runs.js';
import { readLevels } from '../../../src/records/level-store.js';
import { RecordProblems } from '../../../src/records/record-problems.js';
import { RunDirectory } from '../../../src/records/run-directory.js';
import { artifactSource, echoFunction, experimentOf, gives, ms } from './fixture.js';

let folder: string;
let directory: RunDirectory;
let told: string[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lumos-resume-'));
  directory = new RunDirectory(join(folder, 'run'));
  told = [];
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function requestOf(experiment: Experiment, resume?: RunManifest): RunRequest {
  const clock = new VirtualClock();
  const sandbox = () => ({ invocation: () => ({ does: 'answer' as const, takes: ms(2) }) });
  const runtimes = ['one', 'two'].map((id) => new FakeRuntime(clock, { id, sandbox }));
  const functions = [{ definition: echoFunction(), payloads: ['small'] }];
  return {
    ...{ runId: 'abc', experiment, runtimes: [], cgroupVersion: undefined, lumosVersion: '0' },
    selection: { functions, runtimes, baseline: 'one', gives },
    ...{ directory, source: artifactSource(), clock, signal: new AbortController().signal },
    services: () => Promise.reject(new Error('no service was to be started')),
    onEvent: (event) => {
      if (event.type === 'step') told.push(event.text);
    },
    ...(resume === undefined ? {} : { resume }),
  };
}

async function measured(experiment: Experiment): Promise<void> {
  directory.create();
  await runExperiment(requestOf(experiment));
}

const resumed = (experiment: Experiment): Promise<RunManifest> =>
  runExperiment(requestOf(experiment, directory.readManifest()));

const linesOf = (path: string): string[] =>
  readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '');
const writeLines = (path: string, lines: readonly string[]): void =>
  writeFileSync(path, lines.map((line) => `${line}\n`).join(''));
const rows = (): Measurement[] =>
  linesOf(directory.measurementsPath).map((line) => JSON.parse(line) as Measurement);

const summaryNow = async (): Promise<Summary> => (await analyse(directory, { quiet: true })).summary;
const findings = ({ validity = [] }: Summary): string[] => validity.map(({ id }) => id);
const countsOf = ({ cells }: Summary): string[] =>
  cells.map(({ runtime, start, n }) => `${runtime} ${start} ${n}`).sort();

describe('a load with levels that have no record', () => {
  const load = {
    ...{ rates: [100], arrivals: 'constant', warmUpSeconds: 0, seconds: 0.2 },
    ...{ rounds: 2, rowsPerLevel: 1000 },
  };
  const experiment = experimentOf({ runtimes: ['one', 'two'], load });
  const rowsOfTrial = (trial: number): Measurement[] => rows().filter((row) => row.trial === trial);

  /** Takes the last level's record away, all of it or from its middle on. Gives back the level's number. */
  function cutLastLevel(isTorn: boolean): number {
    const lines = linesOf(directory.levelsPath);
    const last = lines.pop() ?? '';
    writeLines(directory.levelsPath, lines);
    if (isTorn) appendFileSync(directory.levelsPath, last.slice(0, 100));
    return (JSON.parse(last) as { index: number }).index;
  }

  it('has their rows in no figure, and says how many levels and rows that are', async () => {
    await measured(experiment);
    const whole = await summaryNow();
    const gone = linesOf(directory.levelsPath).filter((line) => line.includes('"runtime":"two"'));
    expect(gone).toHaveLength(2);
    writeLines(
      directory.levelsPath,
      linesOf(directory.levelsPath).filter((line) => !gone.includes(line)),
    );
    const lost = rows().filter(({ runtime }) => runtime === 'two').length;
    const { summary } = await analyse(directory, { quiet: true });
    expect(whole.cells.map(({ n }) => n)).toEqual([expect.any(Number), expect.any(Number)]);
    expect(findings(whole)).not.toContain('failures-dropped');
    expect(summary.cells.find(({ runtime }) => runtime === 'two')).toMatchObject({ n: 0 });
    expect(summary.cells.find(({ runtime }) => runtime === 'two')).not.toHaveProperty('latencyMs');
    expect(summary.cells.find(({ runtime }) => runtime === 'one')).toEqual(
      whole.cells.find(({ runtime }) => runtime === 'one'),
    );
    expect(summary.validity?.find(({ id }) => id === 'failures-dropped')?.text).toBe(
      'The run says that it is complete, and 2 of its 4 levels have no record, not even of a failure.',
    );
    expect(summary.validity?.find(({ id }) => id === 'unplanned-records')?.text).toContain(
      `${lost} of the ${rows().length} rows of measurements.ndjson are of no trial or level of this run`,
    );
    const problems = new RecordProblems();
    await readRuns([directory.path], () => undefined, problems);
    expect(problems.of(directory.measurementsPath, 'row').unplanned).toBe(lost);
  });

  it.each([
    ['taken away', false],
    ['torn', true],
  ])('has the rows of the level measured again and no others, its record %s', async (_how, isTorn) => {
    await measured(experiment);
    const before = rows();
    const level = cutLastLevel(isTorn);
    const old = rowsOfTrial(level);
    expect(old.length).toBeGreaterThan(10);
    expect((await resumed(experiment)).state).toBe('complete');
    const after = rowsOfTrial(level);
    expect(after.map(({ startedAt }) => startedAt)).not.toEqual(old.map(({ startedAt }) => startedAt));
    expect(new Set(after.map(({ invocation }) => invocation)).size).toBe(after.length);
    const levels = await readLevels(directory.levelsPath);
    expect(levels.map(({ index }) => index).sort()).toEqual([0, 1, 2, 3]);
    expect(levels.find(({ index }) => index === level)?.sent).toBe(after.length);
    expect(rows().filter(({ trial }) => trial !== level)).toEqual(
      before.filter(({ trial }) => trial !== level),
    );
    expect(linesOf(directory.removedPath).map((line) => JSON.parse(line) as Measurement)).toEqual(old);
    expect(told.filter((text) => text.includes('removed and kept in'))).toEqual([
      expect.stringMatching(`^${old.length} rows are removed .*the level ${level} of echo small`),
    ]);
    const ids = findings(await summaryNow());
    for (const id of ['repeated-records', 'unplanned-records', 'failures-dropped'])
      expect(ids).not.toContain(id);
  });

  it('with the record of another runtime in place of a level measures that level', async () => {
    await measured(experiment);
    const lines = linesOf(directory.levelsPath);
    const at = lines.findIndex((line) => line.includes('"runtime":"one"'));
    lines[at] = (lines[at] ?? '').replace('"runtime":"one"', '"runtime":"docker"');
    writeLines(directory.levelsPath, lines);
    expect(findings(await summaryNow())).toEqual(
      expect.arrayContaining(['unplanned-records', 'failures-dropped']),
    );
    await resumed(experiment);
    const levels = await readLevels(directory.levelsPath);
    expect(levels.map(({ runtime }) => runtime).sort()).toEqual(['one', 'one', 'two', 'two']);
    expect(findings(await summaryNow())).not.toContain('unplanned-records');
  });

  it('removes nothing where every level has its record', async () => {
    await measured(experiment);
    const before = readFileSync(directory.measurementsPath);
    await resumed(experiment);
    expect(readFileSync(directory.measurementsPath)).toEqual(before);
    expect(existsSync(directory.removedPath)).toBe(false);
  });
});

describe('a run with rows that its plan does not have', () => {
  const experiment = experimentOf({
    ...{ runtimes: ['one', 'two'], repetitions: { cold: 6, warm: 8 } },
    warm: { sandboxes: 2, invocationsPerSandbox: 4, warmups: 1 },
  });
  const planned = ['one cold 6', 'one warm 8', 'two cold 6', 'two warm 8'];

  /** The names of all rows, and those of the plan. */
  const names = (): string[] => rows().map((row) => `${row.trial}/${row.invocation}/${row.runtime}`);
  const plannedNames = (): string[] =>
    planOf(experiment, requestOf(experiment).selection).trials.flatMap(({ index, invocations, cell }) =>
      Array.from({ length: invocations }, (_, i) => `${index}/${i}/${cell.runtime}`),
    );

  /** Changes the first cold row of `one`. */
  function changed(change: Partial<Measurement>): void {
    const all = rows();
    const at = all.findIndex(({ runtime, start }) => runtime === 'one' && start === 'cold');
    all[at] = { ...all[at], ...change } as Measurement;
    writeLines(
      directory.measurementsPath,
      all.map((row) => JSON.stringify(row)),
    );
  }

  it.each<[string, Partial<Measurement>, string]>([
    ['trial', { trial: 999 }, 'the plan has no trial 999: they are numbered 0 to 15'],
    [
      'invocation',
      { invocation: 7 },
      'no trial of echo small, cold, on one has an invocation 7: they are numbered 0 to 0',
    ],
    ['runtime', { runtime: 'docker' }, 'the plan does not have echo small, cold, on docker'],
  ])('counts and leaves out one of another %s, and measures its trial again', async (_what, change, why) => {
    await measured(experiment);
    changed(change);
    const summary = await summaryNow();
    expect(countsOf(summary)).toEqual(planned.with(0, 'one cold 5'));
    const finding = summary.validity?.find(({ id }) => id === 'unplanned-records');
    expect(finding).toMatchObject({ severity: 'warning' });
    expect(finding?.text).toContain(`1 of the 28 rows of measurements.ndjson is of no trial or level`);
    expect(finding?.text).toContain(why);
    await expect(analyse(directory, { quiet: true, strict: true })).rejects.toThrow(why);

    expect((await resumed(experiment)).state).toBe('complete');
    expect(names().sort()).toEqual(plannedNames().sort());
    const after = await summaryNow();
    expect(countsOf(after)).toEqual(planned);
    expect(findings(after)).not.toContain('unplanned-records');
    expect(told).toEqual(expect.arrayContaining([expect.stringContaining('1 row is removed and kept in')]));
  });

  it('takes a row with the cell of another trial for none of its own when it is resumed', async () => {
    await measured(experiment);
    changed({ runtime: 'two' });
    await resumed(experiment);
    expect(names().sort()).toEqual(plannedNames().sort());
    expect(countsOf(await summaryNow())).toEqual(planned);
  });

  it('that was imported has no plan: every row counts', async () => {
    await measured(experiment);
    changed({ trial: 999 });
    const imported = { format: 'csv', source: 'a.csv', importedAt: '', nodes: [], findings: [] };
    directory.writeManifest({ ...directory.readManifest(), imported });
    expect(countsOf(await summaryNow())).toEqual(planned);
  });

  it('is not resumed with another plan, and keeps its rows', async () => {
    await measured(experiment);
    const before = readFileSync(directory.measurementsPath);
    const other = { ...experiment, repetitions: { cold: 7, warm: 8 } };
    await expect(resumed(other)).rejects.toThrow(
      'this run began with 4 cells and 16 trials, and its experiment now has 4 cells and 18 trials',
    );
    expect(readFileSync(directory.measurementsPath)).toEqual(before);
  });
});
