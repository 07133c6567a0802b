/** A trace replayed on real sandboxes, from the command to the report. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { leftBehind, machineTraces } from '../../src/conformance/machine-traces.js';
import {
  during,
  ensureBuilt,
  lumos,
  repositoryRoot,
  startLumos,
  stopWithin,
  type Surroundings,
} from './lumos-command.js';
import { manifestIn, rowsIn, summaryIn } from './run-directory.js';

let scratch = '';
let here: Surroundings = { cwd: '' };

beforeAll(async () => {
  await ensureBuilt();
  scratch = await mkdtemp(join(tmpdir(), 'e2e-trace-of-lumos-'));
  here = { cwd: scratch };
});
afterAll(() => rm(scratch, { recursive: true, force: true }));

const fileOf = async (name: string, text: string): Promise<string> => {
  const path = join(scratch, name);
  await writeFile(path, text);
  return path;
};

/**
 * `quick` every 100 ms for a second and once more after two idle ones, `slow` once. Their durations lie far outside what any
 * machine takes for the stand-ins: the nearest is the quicker and the slower of the two, however fast it is here.
 */
const trace =
  'seconds,function,durationMs\n' +
  Array.from({ length: 11 }, (_, i) => `${i / 10},quick,0.001\n`).join('') +
  '0.5,slow,10000\n3.2,quick,0.001\n';

const experiment = (more = ''): string =>
  'name: replayed\nfunctions: [hello-world, matrix-multiplication]\npayloads: [medium]\nruntimes: [native, wasmtime-aot]\n' +
  `load: { trace: arrivals.csv, instances: { max: 2, keepAliveSeconds: 1 }${more} }\n`;

describe('lumos run with a trace', () => {
  it('replays the same arrivals on a process and on Wasm, to zero and cold again, and leaves nothing', async () => {
    const before = await machineTraces();
    await fileOf('arrivals.csv', trace);
    const file = await fileOf('replayed.yaml', experiment());
    const out = join(scratch, 'replayed');
    const { code, stdout, stderr } = await lumos(['run', file, '--out', out], here);
    expect(stderr).toContain('arrivals.csv: 13 invocations of 2 functions in 3.2 s');
    expect(code).toBe(0);
    expect(stdout).toContain('trace arrivals.csv');
    const { traces = [], levels = [], failures } = summaryIn(out);
    expect(failures).toBe(0);
    expect(traces.map(({ runtime }) => runtime).sort()).toEqual(['native', 'wasmtime-aot']);
    for (const one of traces) {
      expect(one).toMatchObject({ sent: 13, succeeded: 13, unsent: 0, rejected: 0, startsFailed: 0 });
      // The first of each, and quick after more than its keep-alive; a slow start may make a second instance of quick.
      const cold = (one.coldShare ?? 0) * 13;
      expect(cold).toBeGreaterThanOrEqual(3 - 1e-9);
      expect(cold).toBeLessThanOrEqual(6);
      expect(one.instanceSeconds).toBeGreaterThan(2);
      expect(one.instanceSeconds).toBeLessThan(12);
      expect(one.memoryGibSeconds).toBeGreaterThan(0);
      expect(one.timeline.reduce((sum, { ok }) => sum + ok, 0)).toBe(13);
      // At 2.5 s nobody has been there for a second: scaled to zero.
      expect(one.timeline.find(({ fromMs }) => fromMs === 2500)?.meanInstances).toBe(0);
    }
    expect(levels).toHaveLength(4);
    const { trace: recorded } = manifestIn(out);
    expect(recorded?.mapping.map((one) => `${one.name} ${one.function}`)).toEqual([
      'quick hello-world',
      'slow matrix-multiplication',
    ]);
    expect(
      recorded?.standIns.every(({ origin, durationMs }) => origin === 'measured' && durationMs > 0),
    ).toBe(true);
    const rows = rowsIn(out);
    expect(rows).toHaveLength(26);
    for (const row of rows) {
      expect(row.outcome).toBe('ok');
      expect(row.queuedMs).toBeLessThanOrEqual(row.latencyMs ?? 0);
      expect(row.traceFunction).toBe(row.function === 'hello-world' ? 'quick' : 'slow');
    }
    const report = readFileSync(join(out, 'report.html'), 'utf8');
    expect(report).toContain('Instances over time: wasmtime-aot');
    expect(await leftBehind(before, manifestIn(out).runId)).toEqual([]);
  });

  it('that is stopped leaves nothing, and goes on where it was', async () => {
    const before = await machineTraces();
    await fileOf('arrivals.csv', trace);
    const file = await fileOf(
      'stopped.yaml',
      experiment(', mapping: [{ function: hello-world, payload: medium, durationMs: 1 }]'),
    );
    const out = join(scratch, 'stopped');
    const running = startLumos(['run', file, '--out', out], here);
    await during(running, () => existsSync(join(out, 'levels.ndjson')));
    const { code } = await stopWithin(running, 'SIGINT', 5000);
    expect(code).toBe(130);
    expect(await leftBehind(before, manifestIn(out).runId)).toEqual([]);
    const kept = readFileSync(join(out, 'levels.ndjson'), 'utf8');
    expect((await lumos(['run', '--resume', out], here)).code).toBe(0);
    expect(readFileSync(join(out, 'levels.ndjson'), 'utf8').startsWith(kept)).toBe(true);
    expect(summaryIn(out).traces?.map(({ sent }) => sent)).toEqual([13, 13]);
    await fileOf('arrivals.csv', trace.replace('3.2', '3.3'));
    const other = await lumos(['run', '--resume', out], here);
    expect(other.code).toBe(2);
    expect(other.stderr).toContain('has other arrivals');
  });

  it('says before anything is made ready what is wrong with a trace', async () => {
    const broken = await fileOf('broken.csv', 'seconds\n0\nsoon\n1\n');
    const out = join(scratch, 'broken');
    const refused = await lumos(['run', '--trace', broken, '--runtimes', 'native', '--out', out], here);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('broken.csv:3: seconds: "soon" is no time');
    expect(refused.stderr).toContain('--skip-bad-rows');
    expect(existsSync(out)).toBe(false);
    const outside = await fileOf('outside.yaml', experiment().replace('arrivals.csv', '../arrivals.csv'));
    const { code, stderr } = await lumos(['run', outside], here);
    expect(code).toBe(2);
    expect(stderr).toContain('lies outside the folder');
  });
});

describe('lumos trace', () => {
  it('makes a trace, describes it, takes a sample of it, and prints nothing but JSON when asked to', async () => {
    const make = [
      'trace',
      'synthesize',
      '--pattern',
      'mmpp',
      '--rate',
      '20',
      '--minutes',
      '2',
      '--functions',
      '9',
    ];
    const made = await lumos([...make, '--seed', '7', '--out', 'made.csv', '--json'], here);
    expect(made.code).toBe(0);
    const { invocations } = JSON.parse(made.stdout) as { invocations: number };
    const info = await lumos(['trace', 'info', 'made.csv', '--json'], here);
    expect(JSON.parse(info.stdout)).toMatchObject({ format: 'plain', functions: 9, invocations, badRows: 0 });
    const sample = await lumos(
      ['trace', 'sample', 'made.csv', '--functions', '3', '--out', 'small.csv', '--json'],
      here,
    );
    expect(JSON.parse(sample.stdout)).toMatchObject({ functionsThere: 9, share: 1 });
    const small = await lumos(['trace', 'info', 'small.csv'], here);
    expect(small.stdout).toContain('busiest functions');
    expect((await lumos([...make, '--seed', '7', '--out', 'again.csv'], here)).code).toBe(0);
    expect(readFileSync(join(scratch, 'again.csv'))).toEqual(readFileSync(join(scratch, 'made.csv')));
    expect(readdirSync(scratch).filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  it.each([
    ['a pipe', 'cat times.csv | "$0" "$@"'],
    ['a pipe that is compressed', 'gzip -c times.csv | "$0" "$@"'],
    ['a file', '"$0" "$@" < times.csv'],
  ])('reads standard input, %s, where the name is -', async (_what, command) => {
    await fileOf('times.csv', 'seconds,function\n5,a\n6,b\n8,a\n');
    const read = (...args: readonly string[]): string =>
      execFileSync(
        'bash',
        ['-c', command, process.execPath, join(repositoryRoot, 'dist/cli/main.js'), 'trace', ...args],
        { cwd: scratch, encoding: 'utf8' },
      );
    expect(JSON.parse(read('info', '-', '--json'))).toMatchObject({ functions: 2, invocations: 3 });
    expect(read('sample', '-', '--out', '-').split('\n').slice(1, 4)).toEqual(['0,a,,', '1,b,,', '3,a,,']);
  });

  it('counts broken rows, and has an example in every help', async () => {
    await fileOf('rows.csv', 'seconds\n1\nx\n2\n');
    const skipped = await lumos(['trace', 'info', 'rows.csv', '--skip-bad-rows', '--json'], here);
    expect(JSON.parse(skipped.stdout)).toMatchObject({ invocations: 2, badRows: 1 });
    for (const command of ['info', 'sample', 'synthesize']) {
      const { code, stdout } = await lumos(['trace', command, '--help'], here);
      expect(code).toBe(0);
      expect(stdout).toContain('Example:');
    }
    expect((await lumos(['trace', 'synthesize', '--pattern', 'waves'], here)).code).toBe(2);
  });
});
