import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cellKey } from '../../../src/domain/factors.js';
import type { Measurement } from '../../../src/domain/measurement.js';
import type { ImportedRows } from '../../../src/import/imported-rows.js';
import { importFormat, importFormats } from '../../../src/import/formats.js';
import { importHyperfine } from '../../../src/import/hyperfine/import-hyperfine.js';
import { importK6, nameOfTarget, outcomeOf } from '../../../src/import/k6/import-k6.js';
import { importCsv } from '../../../src/import/rows/import-csv.js';
import { importParquet } from '../../../src/import/rows/import-parquet.js';
import { renderHyperfine } from '../../../src/report/exports/hyperfine.js';
import { k6Head, k6Point, renderK6Summary } from '../../../src/report/exports/k6.js';
import { rowCsvLine, rowsCsvHead } from '../../../src/report/exports/rows-csv.js';
import { writeParquet } from '../../../src/report/parquet.js';
import { fixtureRows, fixtureSummary } from '../report/fixture.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lumos-import-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const file = (name: string, text: string | Uint8Array): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

async function all({ rows }: ImportedRows): Promise<Measurement[]> {
  const found: Measurement[] = [];
  for await (const row of rows) found.push(row);
  return found;
}

const rows = fixtureRows();

describe('CSV', () => {
  const csv = (...lines: string[]): string => file('rows.csv', lines.join('\r\n'));

  it('gives back every row that was written as rows-csv, with commas, quotes and line breaks in it', async () => {
    const odd = rows
      .slice(0, 200)
      .map((row, i) =>
        i === 3
          ? { ...row, outcome: 'crashed' as const, latencyMs: undefined, reason: 'it said "no",\nthen died' }
          : row,
      );
    const text = rowsCsvHead + odd.map(rowCsvLine).join('');
    const plain = odd.map((row) => JSON.parse(JSON.stringify(row)) as Measurement);
    expect(await all(importCsv(file('rows.csv', text)))).toEqual(plain);
  });

  it('needs no more than function, runtime, class and latency: the rest has a default', async () => {
    const path = csv(
      'function,runtime,class,latencyMs',
      'sort,docker,container,12.5',
      'sort,docker,container,13',
    );
    expect(await all(importCsv(path))).toEqual([
      expect.objectContaining({
        ...{ function: 'sort', runtime: 'docker', class: 'container', latencyMs: 12.5 },
        ...{
          outcome: 'ok',
          start: 'warm',
          payload: 'none',
          environment: 'imported',
          concurrency: 1,
          trial: 0,
        },
      }),
      expect.objectContaining({ latencyMs: 13, trial: 1 }),
    ]);
  });

  it('takes a failure by its outcome and has no latency of it', async () => {
    const path = csv('function,runtime,class,latencyMs,outcome', 'sort,docker,container,,timeout');
    const [row] = await all(importCsv(path));
    expect(row).toMatchObject({ outcome: 'timeout' });
    expect(row).not.toHaveProperty('latencyMs');
  });

  it.each([
    [
      'a column that no row has',
      'function,runtime,class,latencyMS',
      'sort,docker,container,1',
      'Did you mean "latencyMs"?',
    ],
    [
      'a column that is missing',
      'function,runtime,latencyMs',
      'sort,docker,1',
      'A row needs at least function',
    ],
  ])('refuses %s', async (_what, head, line, remedy) => {
    await expect(all(importCsv(csv(head, line)))).rejects.toMatchObject({
      kind: 'invalid-input',
      remedy: expect.stringContaining(remedy) as string,
    });
  });

  it.each([
    ['a class that is none', 'sort,docker,jar,1', 'rows.csv:2: class'],
    ['a latency that is no number', 'sort,docker,container,fast', 'rows.csv:2: latencyMs'],
    ['a line with too few fields', 'sort,docker', 'rows.csv:'],
    ['neither latency nor outcome', 'sort,docker,container,', 'rows.csv:2: neither'],
  ])('refuses %s, with the line', async (_what, line, message) => {
    await expect(all(importCsv(csv('function,runtime,class,latencyMs', line)))).rejects.toThrow(message);
  });
});

describe('Parquet', () => {
  it('gives back every row that the report wrote, over several row groups', async () => {
    const chunks: Uint8Array[] = [];
    await writeParquet(rows, (chunk) => void chunks.push(chunk), { rowGroupSize: 100 });
    const path = file('rows.parquet', Buffer.concat(chunks));
    expect(await all(importParquet(path))).toEqual(rows);
  });

  it('refuses what is no Parquet file', async () => {
    await expect(all(importParquet(file('x.parquet', 'no')))).rejects.toThrow('x.parquet: no Parquet file');
  });
});

describe('hyperfine', () => {
  const bench = (results: unknown): string => file('sort.json', JSON.stringify({ results }));

  it('gives a row for each run: a process of its own, milliseconds from seconds', async () => {
    const path = bench([
      {
        ...{
          command: 'sort -n a',
          mean: 0.02,
          stddev: 0.01,
          median: 0.02,
          user: 0.01,
          system: 0,
          min: 0.01,
          max: 0.03,
        },
        ...{ times: [0.01, 0.03], exit_codes: [0, 0], memory_usage_byte: [1024, 2048] },
      },
    ]);
    const imported = importHyperfine(path);
    expect(await all(imported)).toMatchObject([
      {
        function: 'sort',
        runtime: 'sort -n a',
        class: 'process',
        start: 'cold',
        latencyMs: 10,
        peakResidentBytes: 1024,
      },
      { latencyMs: 30, peakResidentBytes: 2048 },
    ]);
    expect(imported.facts().findings).toEqual([]);
  });

  it('makes a failed run a failure without a latency', async () => {
    const path = bench([{ command: 'x', times: [0.01, 0.02, 0.03], exit_codes: [0, 3, null] }]);
    const found = await all(importHyperfine(path));
    expect(found.map(({ outcome, reason }) => [outcome, reason])).toEqual([
      ['ok', undefined],
      ['crashed', 'exit code 3'],
      ['crashed', 'ended by a signal'],
    ]);
    expect(found[1]).not.toHaveProperty('latencyMs');
  });

  it('takes a parameter for the payload, and the command without it for the runtime', async () => {
    const path = bench(
      ['10', '20'].map((n) => ({ command: `work --size ${n}`, times: [0.1], parameters: { n } })),
    );
    expect((await all(importHyperfine(path))).map(({ runtime, payload }) => [runtime, payload])).toEqual([
      ['work --size {n}', '10'],
      ['work --size {n}', '20'],
    ]);
  });

  it('says that its commands ran one after the other', () => {
    const { findings } = importHyperfine(
      bench(['a', 'b'].map((command) => ({ command, times: [1] }))),
    ).facts();
    expect(findings.map(({ id, severity }) => [id, severity])).toEqual([['not-interleaved', 'serious']]);
  });

  it('gives back cells, latencies and failures of what was exported', async () => {
    const path = file('run.json', await renderHyperfine(rows));
    const back = await all(importHyperfine(path));
    const of = (some: readonly Measurement[]): unknown =>
      some.map((row) => [cellKey(row), row.outcome, row.latencyMs?.toFixed(9)].join()).sort();
    expect(of(back)).toEqual(of(rows));
  });

  it('is exported with what its scripts read: seconds, times, exit codes', async () => {
    const some = rows.filter(
      ({ function: name, runtime, start }) =>
        name === 'hello-world' && runtime === 'native' && start === 'cold',
    );
    const { results } = JSON.parse(await renderHyperfine(some)) as { results: Record<string, unknown>[] };
    expect(results).toHaveLength(1);
    const [result] = results;
    const times = some.map(({ latencyMs }) => (latencyMs ?? 0) / 1000);
    expect(result?.['times']).toEqual(times);
    expect(result?.['min']).toBe(Math.min(...times));
    expect(result?.['mean']).toBeCloseTo(times.reduce((sum, t) => sum + t, 0) / times.length, 12);
    expect(result?.['exit_codes']).toEqual(times.map(() => 0));
    expect(result).not.toHaveProperty('user');
  });

  it.each([
    ['{}', 'results'],
    ['{"results":[{"command":"a"}]}', 'results.0.times'],
    ['no', 'not JSON'],
  ])('refuses %s', (text, message) => {
    expect(() => importHyperfine(file('bad.json', text))).toThrow(message);
  });
});

describe('k6', () => {
  const point = (metric: string, value: number, tags: Record<string, string> = {}): string =>
    JSON.stringify({
      type: 'Point',
      metric,
      data: { time: '2026-01-05T10:00:01.500000000+02:00', value, tags },
    });
  const lines = (...points: string[]): string => file('points.json', `${points.join('\n')}\n`);

  it('gives a row for each request, that began its duration before its time', async () => {
    const path = lines(
      JSON.stringify({ type: 'Metric', metric: 'http_req_duration', data: { type: 'trend' } }),
      point('vus', 4),
      point('http_req_duration', 500, {
        name: 'http://u:secret@host:8080/buy?token=1',
        status: '200',
        expected_response: 'true',
      }),
      point('http_reqs', 1),
    );
    const found = await all(importK6(path));
    expect(found).toMatchObject([
      {
        function: 'host:8080/buy',
        runtime: 'k6-target',
        concurrency: 4,
        latencyMs: 500,
        startedAt: '2026-01-05T08:00:01.000Z',
      },
    ]);
    expect(JSON.stringify(found)).not.toContain('secret');
    expect(JSON.stringify(found)).not.toContain('token');
  });

  it('takes function, runtime and class from the command line', async () => {
    const path = lines(point('http_req_duration', 5, { status: '200' }));
    expect(
      await all(importK6(path, { function: 'buy', runtime: 'docker', class: 'wasm-aot' })),
    ).toMatchObject([{ function: 'buy', runtime: 'docker', class: 'wasm-aot', concurrency: 1 }]);
  });

  it.each([
    [{ status: '200' }, 'ok'],
    [{ status: '200', expected_response: 'false' }, 'wrong-output'],
    [{ status: '404', expected_response: 'true' }, 'ok'],
    [{ status: '0', error_code: '1050' }, 'timeout'],
    [{ status: '0', error_code: '1212' }, 'rejected'],
    [{ status: '504' }, 'timeout'],
    [{ status: '502' }, 'crashed'],
  ] as const)('takes a request with %o for %s', (tags, outcome) => {
    expect(outcomeOf(tags)).toBe(outcome);
  });

  it('names a target without what may be secret', () => {
    expect(nameOfTarget('https://me:pw@api.example/a/b?key=1#x')).toBe('api.example/a/b');
    expect(nameOfTarget('checkout?x=1')).toBe('checkout');
  });

  it('gives back what was exported as points', async () => {
    const path = file('points.json', k6Head + rows.flatMap((row) => k6Point(row) ?? []).join(''));
    const back = await all(importK6(path));
    const of = (some: readonly Measurement[]): unknown =>
      some.flatMap((row) =>
        row.latencyMs === undefined ? [] : [[cellKey(row), row.latencyMs, row.outcome].join()],
      );
    const kept = rows.filter(({ latencyMs }) => latencyMs !== undefined);
    expect(back.length).toBeGreaterThan(1500);
    expect(of(back)).toEqual(of(kept));
    // A point has its end in whole milliseconds.
    const apart = back.map(
      (row, i) => Date.parse(kept[i]?.startedAt ?? '') - Date.parse(row.startedAt ?? ''),
    );
    expect(Math.min(...apart)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...apart)).toBeLessThanOrEqual(1);
  });

  it('exports a summary with a submetric a cell, and no quantile over different runtimes', () => {
    const summary = fixtureSummary();
    const { metrics } = JSON.parse(renderK6Summary(summary)) as {
      metrics: Record<string, Record<string, number>>;
    };
    expect(metrics).not.toHaveProperty('http_req_duration');
    expect(metrics['http_reqs']?.['count']).toBe(rows.length);
    expect(metrics['http_reqs']).not.toHaveProperty('rate');
    const [cell] = summary.cells;
    const key = `http_req_duration{function:${cell?.function},payload:small,runtime:${cell?.runtime},start:${cell?.start},environment:local,concurrency:1}`;
    expect(metrics[key]?.['med']).toBe(cell?.latencyMs?.p50);
    expect(metrics['http_req_failed']?.['passes']).toBe(summary.failures);
  });

  it('refuses a summary: there are no requests in it', async () => {
    const path = file('summary.json', renderK6Summary(fixtureSummary()));
    await expect(all(importK6(path))).rejects.toMatchObject({
      remedy: expect.stringContaining('--out json=FILE') as string,
    });
    const short = file('short.json', '{"metrics":{}}');
    await expect(all(importK6(short))).rejects.toThrow('is a summary of k6');
  });
});

describe('formats', () => {
  it('are named in the help of the command, and a typo is met with the nearest', () => {
    expect(importFormats.map(({ name }) => name)).toEqual(['wasmrun', 'csv', 'parquet', 'hyperfine', 'k6']);
    expect(() => importFormat('hyperfin')).toThrow('no import format "hyperfin"');
  });
});
