import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TraceInvocation } from '../../../../src/domain/trace.js';
import type { BadRow } from '../../../../src/user-plane/traces/bad-rows.js';
import { readTrace, type ReadTraceOptions } from '../../../../src/user-plane/traces/read-trace.js';
import { dataset } from './datasets.js';

let folder = '';
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'lumos-traces-test-'))));
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;
function fileOf(text: string | Buffer, name = `trace-${(files += 1)}.csv`): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

async function all(path: string, options?: ReadTraceOptions): Promise<TraceInvocation[]> {
  const invocations: TraceInvocation[] = [];
  for await (const one of readTrace(path, options)) invocations.push(one);
  return invocations;
}

const read = (text: string | Buffer, options?: ReadTraceOptions): Promise<TraceInvocation[]> =>
  all(fileOf(text), options);

async function skipping(path: string): Promise<{ times: number[]; bad: string[] }> {
  const bad: BadRow[] = [];
  const invocations = await all(path, { skipBadRows: true, onBadRow: (row) => bad.push(row) });
  return {
    times: invocations.map(({ atMs }) => atMs),
    bad: bad.map(({ line, reason }) => `${line}: ${reason}`),
  };
}

describe('the plain format', () => {
  it('has times, and of each what its columns say', async () => {
    expect(await read('seconds,function,durationMs,memoryMiB\n0,a,5,128\n0.25,b,1.5,0.5\n')).toEqual([
      { atMs: 0, function: 'a', durationMs: 5, memoryBytes: 134_217_728 },
      { atMs: 250, function: 'b', durationMs: 1.5, memoryBytes: 524_288 },
    ]);
    expect(await read('seconds,durationMs\n1,20\n2,\n')).toEqual([
      { atMs: 0, function: 'all', durationMs: 20 },
      { atMs: 1000, function: 'all' },
    ]);
  });

  it('may be no more than times, without a header', async () => {
    expect(await read('0.5\n1e1\n')).toEqual([
      { atMs: 0, function: 'all' },
      { atMs: 9500, function: 'all' },
    ]);
  });

  it.each([
    ['LF', 'seconds,function\n1,ä\n2,b\n'],
    ['CRLF', 'seconds,function\r\n1,ä\r\n2,b\r\n'],
    ['a byte order mark', '\ufeffseconds,function\n1,ä\n2,b\n'],
    ['blank lines', '\n\nseconds,function\n\n1,ä\n   \n\n2,b\n\n'],
    ['no line end at the end', 'seconds,function\n1,ä\n2,b'],
  ])('is read with %s', async (_, text) => {
    expect(await read(text)).toEqual([
      { atMs: 0, function: 'ä' },
      { atMs: 1000, function: 'b' },
    ]);
  });

  it('may have quotes, as R and pandas write them', async () => {
    expect(await read('"seconds","function","durationMs"\n"1","f,x","5"\n2,"say ""hi""",\n')).toEqual([
      { atMs: 0, function: 'f,x', durationMs: 5 },
      { atMs: 1000, function: 'say "hi"' },
    ]);
    expect(await read('"app","func","end_timestamp","duration"\n"p","f",2,1\np,f,4,1\n')).toEqual([
      { atMs: 0, function: 'p/f', durationMs: 1000 },
      { atMs: 2000, function: 'p/f', durationMs: 1000 },
    ]);
    const counts =
      '"HashOwner","HashApp","HashFunction","Trigger","1","2"\n"o","a","f","http",2,"1"\no,a,f,x,0,1\n';
    expect((await read(counts)).map((one) => one.function)).toEqual(['f', 'f', 'f', 'f']);
  });

  it('has names without the blanks around them', async () => {
    expect((await read('seconds, function\n1, f\n2,f \n')).map((one) => one.function)).toEqual(['f', 'f']);
  });

  it('is brought into the order of time, equal times in the order of the file', async () => {
    const names = (await read('seconds,function\n3,c\n1,a\n1,b\n0,z\n')).map((one) => one.function);
    expect(names).toEqual(['z', 'a', 'b', 'c']);
  });

  it.each([
    ['seconds,function\n1,a\n2\n', '3: 1 fields instead of 2'],
    ['seconds,function\n1,a\n2,b,c\n', '3: 3 fields instead of 2'],
    ['seconds\n\nsoon\n', '3: seconds: "soon" is no time of 0 or more'],
    ['seconds\n-1\n', '2: seconds: "-1" is no time'],
    ['seconds\n0x10\n', '2: seconds: "0x10" is no time'],
    ['seconds,function\n,a\n', '2: seconds: "" is no time'],
    ['seconds,durationMs\n1,-5\n', '2: durationMs: "-5" is no time of 0 or more'],
    ['seconds,memoryMiB\n1,0\n', '2: memoryMiB: "0" is no size above 0'],
    [
      'seconds,function\n1,"a\n',
      '2: function: a name has one character at least, and quotes around all of it',
    ],
    ['seconds,function\n1,\n', '2: function: a name has one character at least'],
  ])('refuses %j with line and reason', async (text, why) => {
    const path = fileOf(text);
    await expect(all(path)).rejects.toMatchObject({
      kind: 'invalid-input',
      message: expect.stringContaining(`${path}:${why}`) as string,
      remedy: expect.stringContaining('--skip-bad-rows') as string,
    });
  });

  it('leaves broken rows out when asked to, and says which', async () => {
    const path = fileOf('seconds,durationMs\n1,1\nx,1\n2,2\n3\n4,4\n');
    expect(await skipping(path)).toEqual({
      times: [0, 1000, 3000],
      bad: ['3: seconds: "x" is no time of 0 or more', '5: 1 fields instead of 2'],
    });
  });

  it.each([
    ['seconds,fun\n1,a\n', 'there is no column "fun"'],
    ['seconds,function,function\n1,a,a\n', 'twice'],
    ['time,function\n1,a\n', ':1: not the first line of any format'],
    ['\n\n', 'is empty'],
    ['', 'is empty'],
  ])('refuses the file %j', async (text, why) => {
    await expect(read(text)).rejects.toThrow(why);
  });

  it('refuses what is no text of lines, and files that are not there', async () => {
    await expect(read(Buffer.alloc(2 << 20, 0x31))).rejects.toThrow('a line above 1 MiB');
    await expect(all(join(folder, 'nowhere.csv'))).rejects.toThrow('there is no such file');
  });

  it('sorts more than is sorted in memory, and leaves nothing behind', async () => {
    const before = leftovers();
    const count = 300_000;
    // 7919 and the count have no common divisor: every time once, in no order.
    const rows = Array.from({ length: count }, (_, i) => `${((i * 7919) % count) / 1000},f${i % 3}`);
    let next = 0;
    for await (const { atMs } of readTrace(fileOf(`seconds,function\n${rows.join('\n')}\n`))) {
      if (Math.abs(atMs - next) > 1e-6) expect(atMs).toBe(next);
      next += 1;
    }
    expect(next).toBe(count);
    expect(leftovers()).toEqual(before);
  });

  it('closes its file when nobody reads on', async () => {
    const path = fileOf(`seconds\n${Array.from({ length: 5000 }, (_, i) => i).join('\n')}\n`);
    for await (const { atMs } of readTrace(path)) if (atMs >= 3000) break;
    expect(leftovers()).toEqual([]);
  });
});

const leftovers = (): string[] => readdirSync(tmpdir()).filter((name) => name.startsWith('lumos-trace-'));

describe('a trace with each row several times', () => {
  const rows = (count: number, row: (i: number) => string): string =>
    Array.from({ length: count }, (_, i) => `${row(i)}\n`).join('');
  const fine = rows(100, (i) => `${i}.123,f,${i}.5`);
  const plain = 'seconds,function,durationMs\n';

  it.each([
    ['plain', plain + fine.repeat(2), '2 times (200 rows, 100 of them different)'],
    ['plain, three times', plain + fine.repeat(3), '3 times (300 rows, 100 of them different)'],
    [
      'Azure 2021',
      `app,func,end_timestamp,duration\n${rows(60, (i) => `p,f,${36_000 + i},0.${i % 7}`).repeat(2)}`,
      '2 times (120 rows',
    ],
  ])('is refused: %s', async (_what, text, why) => {
    const path = fileOf(text);
    await expect(all(path)).rejects.toThrow(`${path}: each row is in it ${why}`);
  });

  it('is read, and that is said, where the rows may be invocations of their own', async () => {
    const notes: string[] = [];
    const text = plain + rows(100, (i) => `${i},f,10`).repeat(2);
    expect(await read(text, { onNote: (note) => notes.push(note) })).toHaveLength(200);
    expect(notes).toEqual([expect.stringContaining('each row is in it 2 times (200 rows, 100 of them')]);
  });

  it('is another matter with rows of which only some are equal', async () => {
    expect(await read(`${plain}${fine.repeat(2)}7.123,f,7.5\n`)).toHaveLength(201);
  });

  it('counts each row of Azure 2019 once, and says so', async () => {
    const notes: string[] = [];
    const text = `HashOwner,HashApp,HashFunction,Trigger,1,2\n${'o,a,f,http,10,10\n'.repeat(2)}o,a,f,timer,1,0\n`;
    expect(await read(text, { onNote: (note) => notes.push(note) })).toHaveLength(21);
    expect(notes[0]).toContain('1 row is equal to one before, in all counts; each counts once');
    expect(notes[1]).toContain('1 row is of a function that had a row before; their counts are added');
  });
});

describe('the format of Azure 2021', () => {
  const header = 'app,func,end_timestamp,duration\n';

  it('has ends in seconds: an invocation arrived its duration before', async () => {
    expect(await read(`${header}p,f,5160.5,0.25\nq,f,5161,10\n`)).toEqual([
      { atMs: 0, function: 'q/f', durationMs: 10_000 },
      { atMs: 9250, function: 'p/f', durationMs: 250 },
    ]);
  });

  it('begins with what was there before its time 0', async () => {
    expect((await read(`${header}p,f,1,3\np,f,2,0.5\n`)).map(({ atMs }) => atMs)).toEqual([0, 3500]);
  });

  it('counts broken rows', async () => {
    const path = fileOf(
      `${header}p,f,1,1\r\np,f,1\r\np,f,1,1,1\r\n,f,1,1\r\np,f,one,1\r\np,f,1,-1\r\np,f,3,1\r\n`,
    );
    expect(await skipping(path)).toEqual({
      times: [0, 2000],
      bad: [
        '3: 3 fields instead of 4',
        '4: 5 fields instead of 4',
        '5: app and func have one character at least',
        '6: end_timestamp: "one" is no time',
        '7: duration: "-1" is no time of 0 or more',
      ],
    });
    await expect(all(path)).rejects.toThrow(':3: 3 fields instead of 4');
  });
});

describe('the format of Azure 2019', () => {
  const header = 'HashOwner,HashApp,HashFunction,Trigger,1,2,3\n';
  const durationHeader =
    'HashOwner,HashApp,HashFunction,Average,Count,Minimum,Maximum,percentile_Average_0,percentile_Average_1,' +
    'percentile_Average_25,percentile_Average_50,percentile_Average_75,percentile_Average_99,percentile_Average_100\n';
  const memoryHeader = 'HashOwner,HashApp,SampleCount,AverageAllocatedMb\n';
  const folderOf = (parts: Readonly<Record<string, string>>): string => {
    const path = join(folder, `day-${(files += 1)}`);
    mkdirSync(path);
    for (const [name, text] of Object.entries(parts)) writeFileSync(join(path, name), text);
    return path;
  };

  it('has so many invocations in each minute, in order, the same for the same seed', async () => {
    const path = folderOf({ 'invocations.csv': `${header}o,p,f,http,2,0,1\no,p,g,timer,1,3,0\n` });
    const invocations = await all(join(path, 'invocations.csv'));
    const minutes = invocations.map((one) => `${Math.floor(one.atMs / 60_000)} ${one.function}`);
    expect([...minutes].sort()).toEqual(['0 f', '0 f', '0 g', '1 g', '1 g', '1 g', '2 f']);
    const times = invocations.map(({ atMs }) => atMs);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(await all(path)).toEqual(invocations);
    expect((await all(path, { seed: 2 })).map(({ atMs }) => atMs)).not.toEqual(times);
    for (const one of invocations) expect(one).not.toHaveProperty('durationMs');
  });

  it('spreads them evenly over their minute on average, independent of each other', async () => {
    const path = folderOf({ 'invocations.csv': `${header}o,p,f,http,20000,0,0\no,p,g,http,1,1,1\n` });
    const times = (await all(path)).filter((one) => one.function === 'f').map(({ atMs }) => atMs / 60_000);
    expect(times).toHaveLength(20_000);
    const mean = times.reduce((sum, time) => sum + time, 0) / times.length;
    // Standard error of the mean of 20 000 uniform numbers: 0.002.
    expect(Math.abs(mean - 0.5)).toBeLessThan(5 * 0.002);
    // Kolmogorov-Smirnov: the furthest from the diagonal is below 1.95 / sqrt(n) but once in 1000.
    const furthest = Math.max(...times.map((time, i) => Math.abs(time - (i + 0.5) / times.length)));
    expect(furthest).toBeLessThan(1.95 / Math.sqrt(times.length));
    // Gaps of a Poisson process are exponential: their coefficient of variation is 1, of even ones it would be 0.
    const gaps = times.slice(1).map((time, i) => time - (times[i] ?? 0));
    const gap = gaps.reduce((sum, one) => sum + one, 0) / gaps.length;
    const variance = gaps.reduce((sum, one) => sum + (one - gap) ** 2, 0) / gaps.length;
    expect(Math.abs(Math.sqrt(variance) / gap - 1)).toBeLessThan(0.05);
  });

  it('takes durations from the percentiles and memory from the app', async () => {
    const path = folderOf({
      'invocations.csv': `${header}o,p,f,http,4000,0,0\no,q,g,http,1,0,0\n`,
      'durations.csv': `${durationHeader}o,p,f,99,9,0,200,0,2,50,100,150,198,200\n`,
      'memory.csv': `${memoryHeader}o,p,5,64\n`,
    });
    const invocations = await all(path);
    expect(invocations.find((one) => one.function === 'g')).not.toHaveProperty('durationMs');
    expect(invocations.find((one) => one.function === 'g')).not.toHaveProperty('memoryBytes');
    const ours = invocations.filter((one) => one.function === 'f');
    expect(new Set(ours.map(({ memoryBytes }) => memoryBytes))).toEqual(new Set([64 * 2 ** 20]));
    const durations = ours.map(({ durationMs }) => durationMs ?? NaN).sort((a, b) => a - b);
    // These percentiles lie on a straight line: uniform from 0 to 200, quartiles within 5 standard errors (1.4, 1.6).
    expect(Math.abs((durations[1000] ?? 0) - 50)).toBeLessThan(7);
    expect(Math.abs((durations[2000] ?? 0) - 100)).toBeLessThan(8);
    expect(Math.abs((durations[3000] ?? 0) - 150)).toBeLessThan(7);
  });

  it('puts the days of a folder one after another, each with its own tables', async () => {
    const day = (name: string, count: number): string =>
      `HashOwner,HashApp,HashFunction,Trigger,1\no,p,${name},http,${count}\n`;
    const path = folderOf({
      'invocations_per_function_md.anon.d03.csv': day('late', 1),
      'invocations_per_function_md.anon.d01.csv': day('early', 2),
      'function_durations_percentiles.anon.d03.csv': `${durationHeader}o,p,late,7,1,7,7,7,7,7,7,7,7,7\n`,
    });
    const invocations = await all(path);
    expect(invocations.map((one) => one.function)).toEqual(['early', 'early', 'late']);
    expect(Math.round(((invocations[2]?.atMs ?? 0) / 86_400_000) * 100)).toBe(200);
    expect(invocations.map(({ durationMs }) => durationMs)).toEqual([undefined, undefined, 7]);
  });

  it('counts broken rows of all its files', async () => {
    const path = folderOf({
      'invocations.csv': `${header}o,p,f,http,1,1\no,p,f,http,1,x,1\no,p,f,http,1,,1\no,,f,http,1,1,1\no,p\no,p,f,http,1,0,0\n`,
      'durations.csv': `${durationHeader}o,p,f,1,1,1,1,1,1,1,1,1,1\no,p,f,9,1,1,1,3,2,1,1,1,1,1\n`,
      'memory.csv': `${memoryHeader}o,p,5,none\n`,
    });
    const { times, bad } = await skipping(path);
    expect(times).toHaveLength(1);
    expect(bad).toEqual([
      '2: 13 fields instead of 14',
      '3: percentile_Average_1: "2" is no duration that follows the ones before',
      '2: AverageAllocatedMb: "none" is no size above 0',
      '2: 2 minutes instead of 3',
      '3: minute 2: not a whole number of invocations below 10^9',
      '4: minute 2: not a whole number of invocations below 10^9',
      '5: app and function have one character at least',
      '6: no counts after owner, app, function and trigger',
    ]);
    await expect(all(path)).rejects.toThrow('durations.csv:2: 13 fields instead of 14');
  });

  it('goes over from memory to its file in the middle of a minute', async () => {
    const rows = Array.from({ length: 2500 }, (_, i) => `o,p,f${i},http,1,${i % 2},2`);
    const path = folderOf({ 'invocations.csv': `${header}${rows.join('\n')}\n` });
    const invocations = await all(path);
    expect(invocations).toHaveLength(2500 + 1250 + 5000);
    const third = invocations.filter(({ atMs }) => atMs >= 120_000).map((one) => one.function);
    expect(new Set(third).size).toBe(2500);
  });

  it('refuses a folder without invocations, a table for a trace, and two files of one part', async () => {
    await expect(all(folderOf({ 'notes.txt': 'x' }))).rejects.toThrow('has no invocations');
    const tables = folderOf({
      'invocations.csv': `${header}o,p,f,http,1,1,1\n`,
      'a.csv': durationHeader,
      'b.csv': durationHeader,
    });
    await expect(all(join(tables, 'a.csv'))).rejects.toThrow('has the durations of a trace');
    await expect(all(tables)).rejects.toThrow('have the same part of a trace');
  });
});

describe('the samples of the published data sets', () => {
  const samples = dataset('azure-functions-sample');
  const why = samples === undefined ? ' (skipped: the data set is not beside the checkout)' : '';

  it.skipIf(samples === undefined)(`2019, with durations and memory${why}`, async () => {
    const invocations = await all(samples ?? '');
    // 5 a minute up to the 230th: one function from the first on, three from the 6th.
    expect(invocations).toHaveLength(5 * 230 + 3 * 5 * 225);
    const first = invocations.filter((one) => one.function.startsWith('c13acdc7'));
    expect(first).toHaveLength(1150);
    expect(first[0]?.memoryBytes).toBe(120 * 2 ** 20);
    expect(Math.min(...first.map(({ durationMs }) => durationMs ?? 0))).toBeGreaterThanOrEqual(99);
    expect(Math.max(...first.map(({ durationMs }) => durationMs ?? 0))).toBeLessThanOrEqual(101);
  });

  it.skipIf(samples === undefined)(`2021${why}`, async () => {
    const invocations = await all(join(samples ?? '', 'invocations-2021.csv'));
    expect(invocations).toHaveLength(29);
    expect(new Set(invocations.map((one) => one.function)).size).toBe(14);
    expect(invocations[0]).toMatchObject({ atMs: 0, durationMs: 9000 });
    expect(invocations.at(-1)?.atMs).toBeCloseTo(122_500, 6);
  });
});
