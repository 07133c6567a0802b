/** Traces that were read wrongly once, through the command line. */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { runCli } from '../../../src/cli/program.js';
import type { TraceDescription } from '../../../src/user-plane/traces/describe-trace.js';
import { collectPrinted, type Printed } from './printed.js';

const cases = fileURLToPath(new URL('../../cases', import.meta.url));
const hourOfADay = join(cases, 'trace', 'az2021-window.csv');

let folder = '';
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'lumos-trace-cases-'))));
afterAll(() => rmSync(folder, { recursive: true }));

let printed: Printed;
beforeEach(() => {
  printed = collectPrinted();
});
afterEach(() => {
  vi.restoreAllMocks();
});

let files = 0;
function fileOf(text: string | Uint8Array, name = `trace-${(files += 1)}.csv`): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
}

type Info = TraceDescription & {
  readonly format: string;
  readonly originSeconds: number;
  readonly badRows: number;
  readonly notes?: readonly string[];
};

async function info(path: string, ...options: string[]): Promise<Info> {
  printed.out = '';
  expect(await runCli(['trace', 'info', path, '--json', ...options]), printed.err).toBe(0);
  return JSON.parse(printed.out) as Info;
}

interface Sample {
  readonly invocations: number;
  readonly fromMinute: number;
  readonly notes?: readonly string[];
}

async function sample(path: string, ...options: string[]): Promise<Sample> {
  printed.out = '';
  const out = join(folder, 'sample.csv');
  expect(await runCli(['trace', 'sample', path, ...options, '--json', '--out', out]), printed.err).toBe(0);
  return JSON.parse(printed.out) as Sample;
}

async function refusal(...command: string[]): Promise<string> {
  printed.out = '';
  expect(await runCli(command)).toBe(2);
  expect(printed.out).toBe('');
  return printed.err;
}

describe('two rows for one function and app of the 2019 data set', () => {
  it('are weighted by their counts, and that is said', async () => {
    const found = await info(join(cases, 'az2019dup'));
    expect(found.durationMs).toMatchObject({ p50: expect.closeTo(100, -1) as number, mean: 190 });
    expect(found.memoryMiB).toMatchObject({ p50: 190, max: 190 });
    expect(found.notes).toEqual([
      expect.stringContaining('1 function has more than one row, which are weighted by Count'),
      expect.stringContaining('1 app has more than one row, which are weighted by SampleCount'),
    ]);
  });

  it('in two apps are two functions, each with its own durations', async () => {
    const names = 'HashOwner,HashApp,HashFunction';
    const percentiles = [0, 1, 25, 50, 75, 99, 100].map((one) => `percentile_Average_${one}`).join(',');
    fileOf(`${names},Trigger,1\no,a,f,http,3\no,b,f,http,2\n`, 'apps/invocations.csv');
    fileOf(
      `${names},Count,${percentiles}\no,a,f,9${',5'.repeat(7)}\no,b,f,9${',7'.repeat(7)}\n`,
      'apps/d.csv',
    );
    const found = await info(join(folder, 'apps'));
    expect(found.busiest.map((one) => [one.name, one.invocations, one.meanDurationMs])).toEqual([
      ['f', 3, 5],
      ['o/b/f', 2, 7],
    ]);
  });

  it('of counts are added, and that is said', async () => {
    const text = 'HashOwner,HashApp,HashFunction,Trigger,1\no,a,f,http,3\no,a,f,timer,2\n';
    const found = await info(fileOf(text, 'rows/invocations.csv'));
    expect(found.invocations).toBe(5);
    expect(found.notes).toEqual([expect.stringContaining('their counts are added')]);
  });
});

describe('a trace whose clock does not begin at 0', () => {
  it('begins at its first arrival', async () => {
    expect(await info(hourOfADay)).toMatchObject({
      ...{ originSeconds: 36_000, firstSeconds: 0, lastSeconds: 3599, invocations: 3600 },
    });
  });

  it('is sampled at the rate that was asked for', async () => {
    expect((await sample(hourOfADay, '--rate', '0.05')).invocations).toBe(180);
    expect((await sample(hourOfADay, '--rate', '0.05', '--seed', '7')).invocations).toBe(180);
    expect(Math.abs((await sample(hourOfADay, '--rate', '0.5')).invocations - 1800)).toBeLessThan(150);
  });

  it('has a window of so many minutes with all that is in them', async () => {
    expect(await sample(hourOfADay, '--minutes', '10')).toMatchObject({ invocations: 600 });
    const written = readFileSync(join(folder, 'sample.csv'), 'utf8').trim().split('\n');
    expect(written.at(1)).toMatch(/^0,/);
    expect(written.at(-1)).toMatch(/^599,/);
  });

  it('keeps the rate that was asked for where the window is longer than the trace', async () => {
    const { invocations } = await sample(hourOfADay, '--minutes', '600', '--rate', '0.5');
    expect(Math.abs(invocations - 1800)).toBeLessThan(150);
  });

  it('may have dates for times', async () => {
    const rows = Array.from({ length: 120 }, (_, i) => 1_700_000_000 + i).join('\n');
    expect(await sample(fileOf(`seconds\n${rows}\n`), '--minutes', '1')).toMatchObject({ invocations: 60 });
  });
});

describe('a window of a sparse trace', () => {
  it.each(['sparse.csv', 'day.csv'])('of %s is the nearest with invocations', async (name) => {
    expect((await sample(join(cases, 'trace', name), '--minutes', '1')).invocations).toBeGreaterThan(0);
  });

  it('that was asked for and is empty is refused with the nearest that is not', async () => {
    const path = join(cases, 'trace', 'sparse.csv');
    const out = join(folder, 'none.csv');
    const said = await refusal(
      ...['trace', 'sample', path, '--minutes', '1', '--from-minute', '5', '--out', out],
    );
    expect(said).toContain('no invocation from minute 5 on in 1 minute');
    expect(said).toContain('0 before, and after it 10');
  });
});

describe('the columns of a trace', () => {
  it('count by their names, in any order', async () => {
    const rows = 'duration,func,end_timestamp,app\n0.25,f,5160.5,p\n10,f,5161,q\n';
    expect((await info(fileOf(rows))).busiest.map(({ name }) => name)).toEqual(['p/f', 'q/f']);
    const plain = await info(fileOf('function,durationMs,seconds\na,5,1\nb,7,3\n'));
    expect(plain).toMatchObject({ lastSeconds: 2, durationMs: { mean: 6 } });
    const header = '3,HashFunction,1,HashApp,Trigger,HashOwner\n';
    const counts = await info(fileOf(`${header}0,f,2,a,http,o\n4,g,0,a,http,o\n`, 'names/invocations.csv'));
    expect(counts.busiest.map(({ name, invocations }) => [name, invocations])).toEqual([
      ['g', 4],
      ['f', 2],
    ]);
    expect(counts.lastSeconds).toBeGreaterThan(60);
  });

  it('that have no meaning here are said', async () => {
    const found = await info(fileOf('app,func,end_timestamp,duration,region\np,f,2,1,eu\n'));
    expect(found.notes).toEqual([expect.stringContaining('region')]);
  });

  it.each([
    [
      'seconds,durationMs,durationMs\n1,2,3\n',
      ':1: the column "durationMs" is there twice, as columns 2 and 3',
    ],
    ['app,func,end_timestamp,duration,duration\na,f,1,1,1\n', ':1: the column "duration" is there twice'],
    ['HashOwner,HashApp,HashFunction,Trigger,1,1\no,a,f,http,1,1\n', ':1: the column "1" is there twice'],
    ['seconds,durationMs\n1,0x10\n', ':2: durationMs: "0x10"'],
    ['seconds,memoryMiB\n1,1e\n', ':2: memoryMiB: "1e"'],
    ['app,func,end_timestamp,duration\na,f,0b11,1\n', ':2: end_timestamp: "0b11"'],
  ])('are refused in %j', async (text, why) => {
    expect(await refusal('trace', 'info', fileOf(text))).toContain(why);
  });

  it('of tables beside a trace have decimal numbers', async () => {
    fileOf('HashOwner,HashApp,HashFunction,Trigger,1\no,a,f,http,3\n', 'hex/invocations.csv');
    fileOf('HashOwner,HashApp,SampleCount,AverageAllocatedMb\no,a,1,0x40\n', 'hex/memory.csv');
    expect(await refusal('trace', 'info', join(folder, 'hex'))).toContain(
      'memory.csv:2: AverageAllocatedMb: "0x40"',
    );
  });

  it('are no options: those have decimal numbers too', async () => {
    const out = join(folder, 'none.csv');
    expect(await refusal('trace', 'sample', hourOfADay, '--rate', '0x10', '--out', out)).toContain('above 0');
  });
});

describe('a trace that comes once', () => {
  it('is read from a pipe, sampled too', async () => {
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const feed = async (work: Promise<unknown>): Promise<void> => {
      const { open } = await import('node:fs/promises');
      const writer = await open(pipe, 'w');
      await writer.writeFile(readFileSync(hourOfADay));
      await writer.close();
      await work;
    };
    const described = info(pipe);
    await feed(described);
    expect((await described).invocations).toBe(3600);
    const sampled = sample(pipe, '--minutes', '10');
    await feed(sampled);
    expect((await sampled).invocations).toBe(600);
  });

  it('is read compressed, whatever it is called', async () => {
    const path = fileOf(gzipSync(readFileSync(hourOfADay)), 'compressed.csv');
    expect((await info(path)).invocations).toBe(3600);
    expect((await sample(path, '--minutes', '10')).invocations).toBe(600);
  });

  it('is damaged where its compressed data is', async () => {
    const damaged = gzipSync(readFileSync(hourOfADay));
    damaged.fill(0, 100, 200);
    expect(await refusal('trace', 'info', fileOf(damaged))).toContain('damaged gzip data');
  });
});

describe('a last line that is cut', () => {
  it('costs that line, and is said', async () => {
    const whole = readFileSync(hourOfADay, 'utf8');
    const found = await info(fileOf(whole.slice(0, -5)));
    expect(found).toMatchObject({ invocations: 3599, badRows: 1 });
    expect(found.notes).toEqual([expect.stringContaining(':3601: the last line is cut, and was left out')]);
  });

  it('is left out where compressed data ends early, though it has the form of a row', async () => {
    const compressed = gzipSync(readFileSync(hourOfADay));
    const found = await info(fileOf(compressed.subarray(0, compressed.length >> 1)));
    expect(found.invocations).toBeGreaterThan(100);
    expect(found).toMatchObject({ badRows: 1 });
    expect(found.notes).toEqual([expect.stringContaining('the compressed data ends here')]);
  });

  it('is no excuse for a broken line before it', async () => {
    expect(await refusal('trace', 'info', fileOf('seconds,function\n1,a\n2\n3'))).toContain(':3: 1 fields');
  });

  it('counts where only its end is missing', async () => {
    const found = await info(fileOf('seconds\n1\n2'));
    expect(found.invocations).toBe(2);
    expect(found.notes).toEqual([expect.stringContaining(':3: the last line has no line end')]);
  });
});

describe('several traces in a folder', () => {
  it('are no matter to the one that is named', async () => {
    const named = join(cases, 'az-days', 'invocations_per_function_md.anon.d01.csv');
    expect(await info(named)).toMatchObject({ invocations: 5, durationMs: { mean: 5 } });
    const text = readFileSync(named);
    const other = fileOf(text, 'many/a.csv');
    copyFileSync(other, join(folder, 'many', 'b.csv'));
    expect((await info(other)).invocations).toBe(5);
    expect(await refusal('trace', 'info', join(folder, 'many'))).toContain('Name the one to read');
  });

  it('have no durations where two tables could be their own, and that is said', async () => {
    const table = readFileSync(join(cases, 'az-days', 'function_durations_percentiles.anon.d01.csv'));
    const trace = fileOf(
      readFileSync(join(cases, 'az-days', 'invocations_per_function_md.anon.d01.csv')),
      'tables/a.csv',
    );
    fileOf(table, 'tables/b.csv');
    expect((await info(trace)).durationMs).toMatchObject({ mean: 5 });
    fileOf(table, 'tables/c.csv');
    const found = await info(trace);
    expect(found.durationMs).toBeUndefined();
    expect(found.notes).toEqual([expect.stringContaining('durations are not known')]);
  });

  it('of all days are read one after another', async () => {
    const found = await info(join(cases, 'az-days'));
    expect(found.invocations).toBe(10);
    expect(found.lastSeconds).toBeGreaterThan(2 * 86_400 - 300);
  });
});

describe('a trace without invocations', () => {
  it.each(['seconds,function\n', 'app,func,end_timestamp,duration\n'])('is refused: %j', async (text) => {
    const path = fileOf(text);
    expect(await refusal('trace', 'info', path)).toContain(`${path} has no invocation`);
  });
});

describe('a window that is longer than the trace', () => {
  it('is said to be as long as the trace', async () => {
    const out = join(folder, 'long-window.csv');
    printed.out = '';
    expect(await runCli(['trace', 'sample', hourOfADay, '--minutes', '300', '--out', out])).toBe(0);
    expect(printed.out).toContain('60 minutes (of 300 asked) from minute 0 on');
  });
});

describe('a sample without invocations', () => {
  it('is refused, and leaves no file', async () => {
    const out = join(folder, 'empty-sample.csv');
    expect(await runCli(['trace', 'sample', hourOfADay, '--rate', '1e-9', '--out', out])).toBe(2);
    expect(printed.err).toContain('no invocation is left in the sample');
    expect(() => readFileSync(out)).toThrow();
  });
});
