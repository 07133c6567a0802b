/** Run directories that somebody changed, given to the real command: nothing outside of them is touched. */
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { MeasurementSchema, type Measurement } from '../../src/domain/measurement.js';
import { ensureBuilt, lumos } from './lumos-command.js';

const experiment = `
name: hostile
functions: [hello-world]
runtimes: [native]
repetitions: { cold: 4, warm: 8 }
warm: { sandboxes: 2, invocationsPerSandbox: 4, warmups: 1 }
`;

let scratch = '';
let measured = '';
/** What the command takes for the folder of temporary files; beside it is what it must not touch. */
let temporary = '';
let victim = '';
let copies = 0;

beforeAll(async () => {
  await ensureBuilt();
  scratch = mkdtempSync(join(tmpdir(), 'hostile-'));
  measured = join(scratch, 'measured');
  temporary = join(scratch, 'tmp');
  victim = join(scratch, 'victim');
  mkdirSync(temporary);
  mkdirSync(join(victim, 'precious'), { recursive: true });
  const file = join(scratch, 'experiment.yaml');
  writeFileSync(file, experiment);
  expect((await run(['run', file, '--out', measured])).code).toBe(0);
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const run = (args: string[]): ReturnType<typeof lumos> =>
  lumos(args, { cwd: scratch, environment: { TMPDIR: temporary } });

/** A copy of the run whose manifest was changed. */
function copyWith(change: (text: string) => string): string {
  const copy = join(scratch, `copy-${++copies}`);
  cpSync(measured, copy, { recursive: true });
  const manifest = join(copy, 'manifest.json');
  writeFileSync(manifest, change(readFileSync(manifest, 'utf8')));
  return copy;
}

const rowsIn = (directory: string): Measurement[] =>
  readFileSync(join(directory, 'measurements.ndjson'), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => MeasurementSchema.parse(JSON.parse(line)));

it.each(['x/../../victim', '../victim', '/etc', '', 'ab'])(
  'the run id %j is refused with exit code 2, and nothing is removed',
  async (runId) => {
    mkdirSync(join(temporary, 'lumos-objects-x'), { recursive: true });
    const copy = copyWith((text) => text.replace(/"runId": "[^"]*"/, `"runId": ${JSON.stringify(runId)}`));
    const { code, stderr } = await run(['run', '--resume', copy]);
    expect([code, stderr]).toEqual([2, expect.stringContaining(`${join(copy, 'manifest.json')}: runId: `)]);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(readdirSync(victim)).toEqual(['precious']);
    expect(existsSync(join(temporary, 'lumos-objects-x'))).toBe(true);
    expect(readdirSync(copy)).not.toContain('run.lock');
  },
);

it('rows that are a link are not appended to, nor cut', async () => {
  const copy = copyWith((text) => text);
  const file = join(copy, 'measurements.ndjson');
  const target = join(scratch, 'somebody-elses');
  writeFileSync(target, 'no line feed at its end');
  rmSync(file);
  symlinkSync(target, file);
  const { code, stderr } = await run(['run', '--resume', copy]);
  expect([code, stderr]).toEqual([2, expect.stringContaining(`${file} is not a file of the run directory`)]);
  expect(readFileSync(target, 'utf8')).toBe('no line feed at its end');
});

it('a run whose first warm rows are missing is completed by them', async () => {
  const copy = copyWith((text) => text);
  const rows = rowsIn(copy);
  const kept = rows.filter(({ start, invocation }) => start !== 'warm' || invocation > 0);
  const text = kept.map((row) => `${JSON.stringify(row)}\n`).join('');
  writeFileSync(join(copy, 'measurements.ndjson'), text);
  expect(kept).toHaveLength(rows.length - 2);
  expect((await run(['run', '--resume', copy])).code).toBe(0);
  const names = (some: Measurement[]): string[] => some.map((row) => `${row.trial}/${row.invocation}`).sort();
  expect(names(rowsIn(copy))).toEqual(names(rows));
});

it.each([
  ['is empty', ''],
  ['names a process that has ended', '4194303\n'],
  ['has the number of another process', `${process.pid} 1`],
])('a lock that %s does not keep a run from being taken up again', async (_what, text) => {
  const copy = copyWith((manifest) => manifest);
  writeFileSync(join(copy, 'run.lock'), text);
  expect((await run(['run', '--resume', copy])).code).toBe(0);
  expect(readdirSync(copy).filter((name) => name.startsWith('run.lock'))).toEqual([]);
});
