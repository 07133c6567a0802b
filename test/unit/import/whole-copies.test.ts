/** Files that have every record several times, as after `cat a.csv a.csv`, through the command line. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { runCli } from '../../../src/cli/program.js';
import { SummarySchema, type Summary } from '../../../src/domain/summary/summary.js';
import { DigestSet } from '../../../src/import/digest-set.js';
import { WholeCopies } from '../../../src/import/whole-copies.js';
import { collectPrinted, type Printed } from '../cli/printed.js';

const methods = fileURLToPath(new URL('../../cases/k6/methods.ndjson', import.meta.url));

let folder: string;
let printed: Printed;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lumos-copies-'));
  printed = collectPrinted();
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

const out = (): string => join(folder, 'run');

async function importOf(format: string, text: string): Promise<number> {
  const path = join(folder, 'source');
  writeFileSync(path, text);
  return await runCli(['import', format, path, '--out', out()]);
}

const csvHead = 'function,runtime,class,latencyMs\n';
const csvLines = (values: readonly number[]): string =>
  values.map((value) => `f,native,process,${value}\n`).join('');

const summary = (): Summary =>
  SummarySchema.parse(JSON.parse(readFileSync(join(out(), 'summary.json'), 'utf8')));

describe('a source with each record several times', () => {
  it.each([
    ['k6', 'twice', (): string => readFileSync(methods, 'utf8').repeat(2)],
    ['csv', 'twice', (): string => csvHead + csvLines([1.5, 2.25, 3.125]).repeat(2)],
    ['csv', '3 times, one after the other', (): string => csvHead + csvLines([1, 1, 1, 2, 2, 2, 3, 3, 3])],
  ])('is refused: %s, %s', async (format, _how, text) => {
    expect(await importOf(format, text())).toBe(2);
    expect(printed.err).toMatch(/each record is in it [23] times/u);
    expect(existsSync(join(out(), 'manifest.json'))).toBe(false);
  });

  it.each([
    ['different records', [1, 2, 3, 4]],
    ['a value that occurs again', [1, 1, 2, 3, 3]],
    ['constants', [1, 1, 1, 1, 1, 1]],
    ['three constants, each twenty times', [1, 2, 3].flatMap((one) => new Array<number>(20).fill(one))],
  ])('is not one with %s', async (_what, values) => {
    expect(await importOf('csv', csvHead + csvLines(values))).toBe(0);
    expect(summary().rows).toBe(values.length);
  });

  it('is counted once, with a finding that names a file that is there, where the records have numbers', async () => {
    const lines = [1, 2, 3].map((value) => `f,native,process,${value},${value},0\n`).join('');
    expect(
      await importOf('csv', `function,runtime,class,latencyMs,trial,invocation\n${lines.repeat(2)}`),
    ).toBe(0);
    expect(summary().rows).toBe(3);
    expect(summary().validity?.map(({ id }) => id)).toContain('repeated-records');
    expect(printed.err + printed.out).not.toContain('.importing-');
  });

  it('is told by sums over digests: how often is their common divisor', () => {
    const copies = new WholeCopies();
    for (const record of ['a', 'b', 'c', 'b', 'c', 'a']) copies.add(record);
    expect(copies.copies).toBe(2);
    copies.add('a');
    expect(copies.copies).toBe(1);
  });
});

describe('a source of parts that overlap', () => {
  const timed = (count: number, time: (i: number) => string): string[] =>
    Array.from({ length: count }, (_, i) => `f,native,process,${1 + i * 0.01},${time(i)}\n`);
  const timedHead = 'function,runtime,class,latencyMs,startedAt\n';
  const toTheMs = (i: number): string => `2026-01-01T00:00:${String(i).padStart(2, '0')}.123Z`;
  const findings = (): (string | undefined)[] =>
    (summary().validity ?? []).filter(({ id }) => id === 'repeated-records').map(({ text }) => text);

  it('counts each record once that has its own time, and says so', async () => {
    const rows = timed(20, toTheMs);
    expect(await importOf('csv', timedHead + [...rows, ...rows.slice(0, 17)].join(''))).toBe(0);
    expect(summary().rows).toBe(20);
    expect(findings()).toEqual([
      '17 of the 37 records of source are equal to an earlier one in every field, time and latency among them. Each counts once.',
    ]);
  });

  it('counts each point of k6 once', async () => {
    const lines = Array.from({ length: 60 }, (_, i) =>
      JSON.stringify({
        ...{ metric: 'http_req_duration', type: 'Point' },
        data: {
          time: `2026-03-02T10:00:00.${String(i).padStart(6, '0')}Z`,
          value: 2,
          tags: { url: 'http://h/' },
        },
      }),
    );
    expect(await importOf('k6', `${[...lines, ...lines.slice(0, 55)].join('\n')}\n`)).toBe(0);
    expect(summary().cells[0]?.n).toBe(60);
    expect(findings()[0]).toContain('55 of the 115 records');
  });

  it('counts all where times are whole seconds or there are none', async () => {
    const rows = timed(20, (i) => toTheMs(i).replace('.123', ''));
    expect(await importOf('csv', timedHead + [...rows, ...rows.slice(0, 17)].join(''))).toBe(0);
    expect(summary().rows).toBe(37);
    expect(findings()[0]).toContain('too coarse to tell a copy from another request');
    rmSync(out(), { recursive: true });
    expect(await importOf('csv', csvHead + csvLines([1, 2, 3, 4, 1, 2]))).toBe(0);
    expect(summary().rows).toBe(6);
    expect(findings()).toEqual([]);
  });

  it('counts all where a block of requests has one time and whole milliseconds', async () => {
    const row = (ms: number): string => `f,native,process,${ms},${toTheMs(0)}\n`;
    expect(await importOf('csv', timedHead + [5, 6, 5, 5, 6, 7].map(row).join(''))).toBe(0);
    expect(summary().cells[0]?.n).toBe(6);
  });

  it('is known in a set of digests that grows', () => {
    const set = new DigestSet();
    const low = (i: number): number => Math.imul(i, 0x9e3779b1) >>> 0;
    const adding = (): number[] => Array.from({ length: 10_000 }, (_, i) => (set.add(i % 5, low(i)) ? 1 : 0));
    expect(adding().every((isNew) => isNew === 1)).toBe(true);
    expect(adding().every((isNew) => isNew === 0)).toBe(true);
  });
});

describe('lumos import k6', () => {
  it('reads the table of --out csv by the names of its columns, in any order', async () => {
    const names = ['name', 'metric_value', 'method', 'metric_name', 'timestamp', 'status', 'group'];
    const rows = [2, 2.1, 2.2].map((value, i) =>
      ['http://h/x', value, 'GET', 'http_req_duration', 1_700_000_000 + i, 200, ''].join(','),
    );
    expect(await importOf('k6', `${[names.join(','), ...rows].join('\n')}\n`)).toBe(0);
    expect(summary().cells[0]).toMatchObject({ n: 3, latencyMs: { p50: 2.1 } });
  });
});

describe('the directory of an import', () => {
  it.each(['-', '', ' '])('is refused where it is no name of one: "%s"', async (name) => {
    const before = existsSync('-');
    expect(await runCli(['import', 'k6', methods, '--out', name])).toBe(2);
    expect(printed.err).toContain('an import makes a run directory');
    expect(existsSync('-')).toBe(before);
  });
});
