import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  constants,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { runCli } from '../../../src/cli/program.js';
import { writeRun } from '../report/written-run.js';
import { collectPrinted, type Printed } from './printed.js';

// Only a bound: whole reports are made here, some of them ten times.
vi.setConfig({ testTimeout: 120_000 });

let folder: string;
let run: string;
let printed: Printed;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lumos-outputs-'));
  run = writeRun(folder, 'run');
  mkdirSync(join(run, 'logs'));
  writeFileSync(join(run, 'logs', 'run.ndjson'), '{}\n');
  printed = collectPrinted();
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

const formats = [
  ...['html', 'md', 'csv', 'json', 'parquet', 'junit', 'hyperfine', 'k6', 'rows-csv', 'k6-points'],
];

const report = (format: string, out: string, ...more: string[]): Promise<number> =>
  runCli(['report', run, '--format', format, '--out', out, ...more]);

const contentOfRun = (): Record<string, string> =>
  Object.fromEntries(
    readdirSync(run, { recursive: true, encoding: 'utf8' })
      .filter((name) => statSync(join(run, name)).isFile())
      .map((name) => [name, readFileSync(join(run, name), 'utf8')]),
  );

describe('an output that would replace a file of a run', () => {
  it.each([
    ...['manifest.json', 'measurements.ndjson', 'levels.ndjson', 'latency-sums.ndjson', 'summary.json'],
    ...['run.lock', 'logs/run.ndjson', '../run/logs/../measurements.ndjson'],
  ])('is refused: %s', async (name) => {
    const before = contentOfRun();
    for (const format of formats) expect(await report(format, `${run}/${name}`)).toBe(2);
    expect(printed.err).toContain('is a file of the run in');
    expect(printed.err).toContain('--force');
    expect(contentOfRun()).toEqual(before);
  });

  it('is refused under the name of a symbolic or a hard link too, and as --junit', async () => {
    const before = contentOfRun();
    symlinkSync(run, join(folder, 'other'));
    symlinkSync(join(run, 'measurements.ndjson'), join(folder, 'soft'));
    linkSync(join(run, 'measurements.ndjson'), join(folder, 'hard'));
    for (const path of ['other/measurements.ndjson', 'soft', 'hard'])
      expect(await report('rows-csv', join(folder, path))).toBe(2);
    expect(await report('csv', '-', '--junit', join(run, 'manifest.json'))).toBe(2);
    expect(contentOfRun()).toEqual(before);
  });

  it('is refused by every command that has an output', async () => {
    const before = contentOfRun();
    const rows = join(run, 'measurements.ndjson');
    const trace = join(folder, 'in.csv');
    writeFileSync(trace, 'seconds\n1\n2\n');
    for (const args of [
      ['model', 'fit', run, '--out', rows],
      ['model', 'validate', run, '--plot', rows],
      ['trace', 'sample', trace, '--out', rows],
      ['trace', 'synthesize', '--pattern', 'poisson', '--rate', '1', '--minutes', '1', '--out', rows],
      ['run', '--junit', rows, '--out', join(folder, 'new')],
    ])
      expect([args[0], await runCli(args)]).toEqual([args[0], 2]);
    expect(contentOfRun()).toEqual(before);
    expect(existsSync(join(folder, 'new'))).toBe(false);
  });

  it('is written when it is the report beside the rows, and a new name in the folder is no file of the run', async () => {
    for (const path of ['report.html', 'mine.html']) expect(await report('html', join(run, path))).toBe(0);
    expect(await report('md', join(run, 'report.html'))).toBe(2);
  });
});

describe('an output that is there already', () => {
  it.each(formats)('is replaced when Lumos wrote it as %s, and only then', async (format) => {
    const out = join(folder, 'out');
    expect(await report(format, out)).toBe(0);
    const first = readFileSync(out);
    expect(await report(format, out)).toBe(0);
    expect(readFileSync(out).equals(first)).toBe(true);
    const other = format === 'json' ? 'csv' : 'json';
    expect(await report(other, out)).toBe(2);
    expect(readFileSync(out).equals(first)).toBe(true);
    writeFileSync(out, 'not ours');
    expect(await report(format, out)).toBe(2);
    expect(readFileSync(out, 'utf8')).toBe('not ours');
    expect(await report(format, out, '--force')).toBe(0);
    expect(readFileSync(out).equals(first)).toBe(true);
    expect(readdirSync(folder).sort()).toEqual(['out', 'run']);
  });

  it('keeps its permissions, and an empty one is taken', async () => {
    const out = join(folder, 'out.json');
    writeFileSync(out, '');
    chmodSync(out, 0o640);
    expect(await report('json', out)).toBe(0);
    expect(statSync(out).mode & 0o777).toBe(0o640);
  });

  it('is the trace that is read: refused', async () => {
    const path = join(folder, 'trace.csv');
    const synthesize = ['trace', 'synthesize', '--pattern', 'poisson', '--rate', '2', '--minutes', '1'];
    expect(await runCli([...synthesize, '--out', path])).toBe(0);
    const before = readFileSync(path, 'utf8');
    expect(await runCli(['trace', 'sample', path, '--out', path])).toBe(2);
    expect(printed.err).toContain('this is the file that is read');
    expect(readFileSync(path, 'utf8')).toBe(before);
    expect(await runCli([...synthesize, '--out', path])).toBe(0);
  });

  it('is a symbolic link: what it leads to is written, there or not, and the link stays', async () => {
    symlinkSync('target.json', join(folder, 'link.json'));
    for (let times = 0; times < 2; times += 1) {
      expect(await report('json', join(folder, 'link.json'))).toBe(0);
      expect(lstatSync(join(folder, 'link.json')).isSymbolicLink()).toBe(true);
      expect(readFileSync(join(folder, 'target.json'), 'utf8')).toContain('lumos/summary@1');
    }
  });
});

describe('an output that is no regular file', () => {
  it('stays what it is when it is a device', async () => {
    for (const format of formats) expect(await report(format, '/dev/null')).toBe(0);
    expect(statSync('/dev/null').isCharacterDevice()).toBe(true);
  });

  it.each(formats)('is written into when it is a FIFO, as %s', async (format) => {
    const path = join(folder, 'fifo');
    execFileSync('mkfifo', [path]);
    const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const pieces: Buffer[] = [];
    const buffer = Buffer.alloc(1 << 16);
    const drain = (): void => {
      try {
        const count = readSync(reader, buffer);
        pieces.push(Buffer.from(buffer.subarray(0, count)));
      } catch {
        // nothing in it yet
      }
    };
    const reading = setInterval(drain, 1);
    try {
      expect(await report(format, path)).toBe(0);
      drain();
      expect(lstatSync(path).isFIFO()).toBe(true);
      await report(format, join(folder, 'file'));
      expect(Buffer.concat(pieces).equals(readFileSync(join(folder, 'file')))).toBe(true);
    } finally {
      clearInterval(reading);
      closeSync(reader);
    }
  });

  it('is written into when it is a socket', async () => {
    const path = join(folder, 'socket');
    let received = '';
    const server = createServer((socket) => socket.on('data', (chunk) => (received += chunk.toString())));
    await new Promise<void>((resolve) => server.listen(path, () => resolve()));
    try {
      expect(await report('json', path)).toBe(0);
      expect(received).toContain('lumos/summary@1');
      expect(lstatSync(path).isSocket()).toBe(true);
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
  });

  it.each(['-', '/dev/stdout', '/proc/self/fd/1'])('is standard output: %s', async (path) => {
    expect(await report('json', path)).toBe(0);
    expect(JSON.parse(printed.out)).toMatchObject({ schema: 'lumos/summary@1' });
    expect(existsSync('-')).toBe(false);
    printed.out = '';
    const synthesize = ['trace', 'synthesize', '--pattern', 'poisson', '--rate', '2', '--minutes', '1'];
    expect(await runCli([...synthesize, '--out', path])).toBe(0);
    expect(printed.out.split('\n')[0]).toBe('seconds,function,durationMs,memoryMiB');
    expect(printed.out).not.toContain('invocations of');
    expect(await runCli([...synthesize, '--out', path, '--json'])).toBe(2);
    expect(await report('csv', '-', '--junit', path)).toBe(2);
  });

  it.each([
    ['a folder', '.', 'it is a folder', 2],
    ['in no folder', 'no/where', 'its folder does not exist', 2],
    ['below a file', 'run/manifest.json/x', 'a part of the path is a file', 2],
    ['a link to itself', 'loop', 'its symbolic links lead in a circle', 2],
    ['too long a name', 'x'.repeat(300), 'the name is too long', 2],
    ['a full device', '/dev/full', 'no space is left on the disk', 3],
  ] as const)('is refused in one sentence when it is %s', async (_what, path, says, code) => {
    symlinkSync('loop', join(folder, 'loop'));
    const out = path.startsWith('/') ? path : join(folder, path);
    for (const format of ['html', 'rows-csv', 'parquet']) {
      printed.err = '';
      expect(await report(format, out)).toBe(code);
      expect(printed.err.split('\n')[0]).toContain(says);
      expect(printed.err).not.toContain('    at ');
    }
    expect(readdirSync(folder).sort()).toEqual(['loop', 'run']);
  });
});
