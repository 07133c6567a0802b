/** What identifies a record of each format, what is left out, and what is refused. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Measurement } from '../../../src/domain/measurement.js';
import { importHyperfine } from '../../../src/import/hyperfine/import-hyperfine.js';
import type { ImportedRows, ImportOptions } from '../../../src/import/imported-rows.js';
import { importK6 } from '../../../src/import/k6/import-k6.js';
import { importCsv } from '../../../src/import/rows/import-csv.js';
import { importParquet } from '../../../src/import/rows/import-parquet.js';
import { median, quantile } from '../../../src/stats/quantiles.js';
import { sortSamples } from '../../../src/stats/sorted-samples.js';

const cases = join(import.meta.dirname, '../../cases');

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lumos-identity-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const file = (name: string, content: string | Uint8Array): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};

async function all({ rows }: ImportedRows): Promise<Measurement[]> {
  const found: Measurement[] = [];
  for await (const row of rows) found.push(row);
  return found;
}

/** Latencies by function, payload and runtime. */
function latencies(rows: readonly Measurement[]): Map<string, number[]> {
  const cells = new Map<string, number[]>();
  for (const { function: name, payload, runtime, latencyMs } of rows) {
    const key = `${name} | ${payload} | ${runtime}`;
    if (latencyMs !== undefined) cells.set(key, [...(cells.get(key) ?? []), latencyMs]);
  }
  return cells;
}

const medians = (rows: readonly Measurement[]): Record<string, number> =>
  Object.fromEntries(
    [...latencies(rows)].map(([key, values]) => [key, Number(median(sortSamples(values)).toFixed(6))]),
  );

const texts = (imported: ImportedRows): string =>
  imported
    .facts()
    .findings.map(({ id, text }) => `${id}: ${text}`)
    .join('\n');

describe('hyperfine', () => {
  it('has two arms for one command that was measured twice, 1.00 s and 5.00 s, and says so', async () => {
    const imported = importHyperfine(join(cases, 'hf/prepare.json'));
    expect(medians(await all(imported))).toEqual({
      'prepare | none | make -j2 #1': 1000,
      'prepare | none | make -j2 #2': 5000,
    });
    expect(texts(imported)).toContain('same-name: The file has several results of one command: make -j2.');
  });

  it('has two runtimes and three payloads for two programs at three values, and a ratio of 0.50 each', async () => {
    const found = medians(await all(importHyperfine(join(cases, 'hf/param.json'))));
    expect(Object.keys(found)).toHaveLength(6);
    for (const threads of ['1', '2', '4'])
      expect(
        (found[`param | ${threads} | node20 sim.js -j {threads}`] ?? 0) /
          (found[`param | ${threads} | python3.12 sim.py -j {threads}`] ?? 0),
      ).toBeCloseTo(0.5, 9);
  });

  it('tells results apart by a field that it does not know', async () => {
    const results = ['cold', 'hot'].map((cache) => ({
      command: 'a',
      times: [cache === 'cold' ? 9 : 1],
      cache,
    }));
    const imported = importHyperfine(file('h.json', JSON.stringify({ results })));
    expect(medians(await all(imported))).toEqual({
      'h | none | a [cache=cold]': 9000,
      'h | none | a [cache=hot]': 1000,
    });
    expect(texts(imported)).toContain('Records of one name differ in cache (cold, hot)');
  });

  it('puts results together that the user says to, and says so', async () => {
    const results = [1, 2, 3].map((s) => ({ command: 'a', times: [s] }));
    const path = file('h.json', JSON.stringify({ results }));
    const imported = importHyperfine(path, { pool: ['result'] });
    expect(medians(await all(imported))).toEqual({ 'h | none | a': 2000 });
    expect(texts(imported)).toContain('Records that differ in result (3 values) were put together');
    await expect(all(importHyperfine(path, { pool: ['shell'] }))).rejects.toThrow('--pool shell: no record');
  });

  it('does not put the cells of two environments together under a name of the user', async () => {
    const of = (environment: string, seconds: number): object => ({
      ...{ command: 'x', times: [seconds], lumos: { failures: {} } },
      parameters: {
        ...{ function: 'f', payload: 'p', runtime: 'r', class: 'process' },
        ...{ environment, start: 'cold', concurrency: '1' },
      },
    });
    const path = file('h.json', JSON.stringify({ results: [of('a', 1), of('b', 2)] }));
    expect(medians(await all(importHyperfine(path, { environment: 'lab' })))).toEqual({
      'f | p | r [environment=a]': 1000,
      'f | p | r [environment=b]': 2000,
    });
  });

  it.each([
    [
      { command: 'a', times: [1, 2], exit_codes: [0] },
      'results.0.exit_codes: 1 entries, where there are 2 times',
    ],
    [{ command: 'a', times: [-1] }, 'results.0.times.0'],
    [{ command: 'a', times: ['1'] }, 'results.0.times.0'],
    [{ command: 'a', times: [1], parameters: { n: {} } }, 'results.0.parameters.n'],
  ])('refuses %j', (result, message) => {
    expect(() => importHyperfine(file('h.json', JSON.stringify({ results: [result] })))).toThrow(message);
  });
});

const point = (value: unknown, tags: Record<string, unknown>, metric = 'http_req_duration'): string =>
  JSON.stringify({ metric, type: 'Point', data: { time: '2026-03-02T10:00:00.1Z', value, tags } });
const ok = { status: '200', expected_response: 'true', url: 'http://h/a', name: 'http://h/a', method: 'GET' };
const k6 = (...lines: string[]): string => file('points.json', `${lines.join('\n')}\n`);

describe('k6', () => {
  it('tells GET and POST of one URL apart: 2.09 and 80.95 ms', async () => {
    const imported = importK6(join(cases, 'k6/methods.ndjson'));
    expect(medians(await all(imported))).toEqual({
      'GET 127.0.0.1:8080/items | none | k6-target': 2.095,
      'POST 127.0.0.1:8080/items | none | k6-target': 80.95,
    });
    expect(texts(imported)).toContain('Records of one name differ in method (GET, POST)');
  });

  it('gives the same rows of the gzipped file', async () => {
    const rows = await all(importK6(join(cases, 'k6/methods.ndjson')));
    expect(await all(importK6(join(cases, 'k6/methods.json.gz')))).toEqual(rows);
  });

  it('leaves the 12 requests of setup out and says so: p50 3.095, p99 3.19 ms', async () => {
    const imported = importK6(join(cases, 'k6/setup.ndjson'));
    const sorted = sortSamples((await all(imported)).flatMap(({ latencyMs }) => latencyMs ?? []));
    expect(sorted).toHaveLength(20);
    expect(median(sorted)).toBeCloseTo(3.095, 9);
    expect(quantile(sorted, 0.99).toFixed(2)).toBe('3.19');
    expect(texts(imported)).toContain('left-out: 12 requests of setup and teardown');
  });

  it('loses the cut last line of a file and no other, and says so; strict, it refuses the file', async () => {
    const whole = await all(importK6(join(cases, 'k6/setup.ndjson')));
    const imported = importK6(join(cases, 'k6/cut.ndjson'));
    expect(await all(imported)).toEqual(whole.slice(0, 19));
    expect(texts(imported)).toContain('incomplete-source: The file ends within a record: cut.ndjson:33');
    const strict = importK6(join(cases, 'k6/cut.ndjson'), { strict: true });
    await expect(all(strict)).rejects.toThrow('cut.ndjson:33: the file ends within this record');
  });

  it('keeps what a cut gzip file has', async () => {
    const lines = Array.from({ length: 5000 }, (_, i) => point((i * 7919) % 1000, ok));
    const whole = gzipSync(`${lines.join('\n')}\n`);
    const imported = importK6(file('p.gz', whole.subarray(0, whole.length / 2)));
    expect((await all(imported)).length).toBeGreaterThan(100);
    expect(texts(imported)).toContain('The file ends within a record');
  });

  it.each([
    ['scenario', { scenario: 'a' }, { scenario: 'b' }, 'h/a [scenario=a]'],
    ['group', { group: '' }, { group: '::search' }, 'h/a [group=]'],
    ['a tag of the script', { size: 'small' }, { size: 'large' }, 'h/a [size=small]'],
    ['a tag that only some have', {}, { size: 'large' }, 'h/a [size=(none)]'],
    ['protocol', { proto: 'HTTP/1.1' }, { proto: 'HTTP/2.0' }, 'h/a [proto=HTTP/1.1]'],
    ['status of responses', { status: '200' }, { status: '304' }, 'h/a [status=200]'],
    ['scheme', {}, { url: 'https://h/a', name: 'https://h/a' }, 'h/a [scheme=http]'],
    ['a name of the script', { name: 'one' }, { name: 'two' }, 'one'],
  ])('tells requests apart by %s', async (_what, one, two, name) => {
    const path = k6(point(1, { ...ok, ...one }), point(9, { ...ok, ...two }));
    const found = medians(await all(importK6(path)));
    expect(Object.values(found).sort()).toEqual([1, 9]);
    expect(Object.keys(found)[0]).toBe(`${name} | none | k6-target`);
  });

  it('tells two queries of one URL apart without showing them', async () => {
    const at = (query: string): object => ({ url: `http://h/a?${query}`, name: `http://h/a?${query}` });
    const path = k6(point(1, { ...ok, ...at('key=s3cret') }), point(9, { ...ok, ...at('n=2') }));
    const rows = await all(importK6(path));
    expect(latencies(rows).size).toBe(2);
    expect(JSON.stringify(rows)).not.toMatch(/s3cret|key/u);
  });

  it('takes the URLs that the script gave one name for one', async () => {
    const path = k6(
      ...['1', '2'].map((id) => point(1, { ...ok, url: `http://h/${id}`, name: 'http://h/${}' })),
    );
    expect(latencies(await all(importK6(path))).size).toBe(1);
  });

  it('does not tell requests apart by virtual user, iteration and error, and keeps failures in their cell', async () => {
    const failed = { ...ok, status: '500', expected_response: 'false', error: 'x', error_code: '1500' };
    const lost = { ...failed, status: '0' };
    const path = k6(
      ...[1, 2].map((vu) => point(1, { ...ok, vu, iter: vu, proto: 'HTTP/1.1' })),
      point(5, failed),
      point(5, lost),
    );
    const rows = await all(importK6(path));
    expect(new Set(rows.map((row) => row.function))).toEqual(new Set(['h/a']));
    expect(rows.map(({ outcome }) => outcome)).toEqual(['ok', 'ok', 'crashed', 'rejected']);
  });

  it('does not put URLs together under a function of the user', async () => {
    const path = k6(point(1, ok), point(9, { ...ok, url: 'http://h/b', name: 'http://h/b', method: 'POST' }));
    expect(medians(await all(importK6(path, { function: 'f' })))).toEqual({
      'GET f | none | k6-target': 1,
      'POST f | none | k6-target': 9,
    });
  });

  it('refuses requests that differ each from each, and says which field to pool', async () => {
    const path = k6(...Array.from({ length: 1001 }, (_, i) => point(1, { ...ok, id: i })));
    await expect(all(importK6(path))).rejects.toMatchObject({
      message: expect.stringContaining('the field id alone has 1001 values') as string,
      remedy: expect.stringContaining('--pool id') as string,
    });
    expect(latencies(await all(importK6(path, { pool: ['id'] }))).size).toBe(1);
  });

  it.each([
    ['no JSON', '{"metric": ', '2: no JSON'],
    ['another object', '{"a":1}', '2: neither a Metric nor a Point'],
    ['a value that is text', point('5', ok), '2: data.value'],
    ['a negative value', point(-5, ok), '2: data.value'],
    ['a time that is none', point(5, ok).replace('2026-03', '2026-33'), '2: time'],
  ])(
    'refuses %s in the middle with its line, or leaves it out and counts it',
    async (_what, bad, message) => {
      const path = k6(point(1, ok), bad, point(3, ok));
      await expect(all(importK6(path))).rejects.toThrow(`points.json:${message}`);
      const skipping = importK6(path, { skipBadRows: true });
      expect(Object.values(medians(await all(skipping)))).toEqual([2]);
      expect(texts(skipping)).toContain(
        '1 record could not be read and was left out, the first: points.json:2',
      );
    },
  );

  it('reads the table of --out csv by the names of its columns', async () => {
    const path = file(
      'k6.csv',
      [
        'metric_name,timestamp,metric_value,check,error,error_code,expected_response,group,method,name,status,url,extra_tags',
        'vus,1772445600,3,,,,,,,,,,',
        'http_req_duration,1772445600,900,,,,true,::setup,GET,http://h/a,200,http://h/a,',
        'http_req_duration,1772445600,2,,,,true,,GET,http://h/a,200,http://h/a,size=small',
        'http_req_duration,1772445600,8,,,,true,,GET,http://h/a,200,http://h/a,size=large',
        'http_req_dura',
      ].join('\n'),
    );
    const imported = importK6(path);
    const rows = await all(imported);
    expect(medians(rows)).toEqual({
      'h/a [size=small] | none | k6-target': 2,
      'h/a [size=large] | none | k6-target': 8,
    });
    expect(rows[0]).toMatchObject({ concurrency: 3, startedAt: '2026-03-02T09:59:59.998Z' });
    expect(texts(imported)).toContain('1 request of setup and teardown');
    expect(texts(imported)).toContain('k6.csv:6 was left out');
    const bad = file('bad.csv', 'metric_name,timestamp,metric_value\nhttp_req_duration,1,0x10\n');
    await expect(all(importK6(bad))).rejects.toThrow('bad.csv:2: metric_value: "0x10" is no decimal number');
  });

  it('keeps more records than fit in memory in their order', { timeout: 60_000 }, async () => {
    const lines = Array.from({ length: 45_000 }, (_, i) =>
      point(i, i % 2 === 0 ? ok : { ...ok, method: 'PUT' }),
    );
    const rows = await all(importK6(k6(...lines)));
    expect(rows.map(({ latencyMs }) => latencyMs)).toEqual(lines.map((_, i) => i));
    expect(rows[44_999]?.function).toBe('PUT h/a');
  });
});

describe('CSV', () => {
  const csv = (text: string): string => file('rows.csv', text);
  const head = 'function,runtime,class,latencyMs';
  const read = async (text: string, options: ImportOptions = {}): Promise<Measurement[]> =>
    all(importCsv(csv(text), options));

  it('refuses a column that occurs twice, with line and columns', async () => {
    await expect(all(importCsv(join(cases, 'csv/twice.csv')))).rejects.toThrow(
      'twice.csv:1: the column latencyMs occurs twice, as columns 4 and 5',
    );
  });

  it('refuses a hexadecimal latency, with line and column', async () => {
    await expect(all(importCsv(join(cases, 'csv/hex.csv')))).rejects.toThrow(
      'hex.csv:2: latencyMs: "0x10" is no decimal number',
    );
  });

  it.each(['Infinity', 'NaN', '1e999', '0b11', '0o7', '1_000', '-1', ' ', '12ms'])(
    'refuses the latency %j',
    async (text) => {
      await expect(read(`${head}\nf,r,process,${text}\n`)).rejects.toThrow('rows.csv:2: latencyMs');
    },
  );

  it('takes columns by their names in any order, with a byte order mark, CRLF and gzip', async () => {
    const rows = await all(
      importCsv(file('rows.csv', gzipSync('\uFEFFlatencyMs,class,runtime,function\r\n1.5,process,r,f\r\n'))),
    );
    expect(rows).toMatchObject([{ function: 'f', runtime: 'r', class: 'process', latencyMs: 1.5 }]);
  });

  it('refuses a column that it does not know, unless the user says to pass over it', async () => {
    const text = `${head},region\nf,r,process,1,eu\nf,r,process,9,us\n`;
    await expect(read(text)).rejects.toThrow('a row has no field "region"');
    expect(await read(text, { pool: ['region'] })).toHaveLength(2);
  });

  it('refuses a bad record in the middle, or leaves it out and counts it', async () => {
    const path = csv(`${head}\nf,r,process,1\nf,r,process\nf,r,process,x\nf,r,process,3\n`);
    await expect(all(importCsv(path))).rejects.toThrow('rows.csv:3: 3 fields, where the head has 4 columns');
    const imported = importCsv(path, { skipBadRows: true });
    expect((await all(imported)).map(({ latencyMs }) => latencyMs)).toEqual([1, 3]);
    expect(texts(imported)).toContain('2 records could not be read and were left out, the first: rows.csv:3');
  });

  it.each(['f,r,pro', '"f,r'])('loses a cut last line %j and no other, and says so', async (last) => {
    const imported = importCsv(csv(`${head}\nf,r,process,1\nf,r,process,2\n${last}`));
    expect((await all(imported)).map(({ latencyMs }) => latencyMs)).toEqual([1, 2]);
    expect(texts(imported)).toContain('rows.csv:4 was left out');
    await expect(all(importCsv(csv(`${head}\nf,r,process,1\n${last}`), { strict: true }))).rejects.toThrow(
      'rows.csv:3: the file ends within this record',
    );
  });

  it.each([
    ['an empty latency', head, 'f,r,process,2', 'f,r,process,'],
    ['a class', 'latencyMs,function,runtime,class', '1,f,r,process', '1,f,r,proc'],
    ['a name', 'latencyMs,function,class,runtime', '1,f,process,aaaaa', '1,f,process,aaa'],
  ])('loses a last line that is cut within its last field, %s', async (_what, names, whole, cut) => {
    const imported = importCsv(csv(`${names}\n${whole}\n${whole}\n${cut}`));
    expect(await all(imported)).toHaveLength(2);
    expect(texts(imported)).toBe(
      'incomplete-source: The file ends within a record: rows.csv:4 was left out.',
    );
  });

  it('loses the last line of a compressed file that ends early', async () => {
    const lines = Array.from({ length: 2000 }, (_, i) => `f,r,process,${(i * 7919) % 1000}.${i}`);
    const whole = gzipSync(`${head}\n${lines.join('\n')}\n`);
    const imported = importCsv(file('rows.csv.gz', whole.subarray(0, whole.length / 2)));
    const rows = await all(imported);
    expect(rows.length).toBeGreaterThan(100);
    expect(rows.map(({ latencyMs }) => latencyMs)).toEqual(
      rows.map((_, i) => Number(lines[i]?.split(',').at(-1))),
    );
    expect(texts(imported)).not.toContain('has no line end');
  });

  it('refuses a response without a latency', async () => {
    const text = `${head},outcome\nf,r,process,1,ok\nf,r,process,,ok\nf,r,process,,timeout\n`;
    await expect(read(text)).rejects.toThrow('rows.csv:3: outcome ok without a latencyMs');
    expect((await read(text, { skipBadRows: true })).map(({ outcome }) => outcome)).toEqual([
      'ok',
      'timeout',
    ]);
  });

  it('says what a class may be, and which one was meant', async () => {
    await expect(read(`${head}\nf,r,procss,1\n`)).rejects.toMatchObject({
      message: expect.stringMatching(
        /rows\.csv:2: class: expected .* or .*, found the text "procss"/u,
      ) as string,
      remedy: expect.stringContaining('Did you mean "process"?') as string,
    });
  });

  it('says that columns are separated by semicolons', async () => {
    await expect(read(`${head.replaceAll(',', ';')}\nf;r;process;1\n`)).rejects.toThrow(
      'rows.csv:1: the columns are separated by ";"',
    );
  });

  it('trims names in rows as in the head line', async () => {
    const [row] = await read('function, runtime, class, latencyMs\nf , r, process,1\n');
    expect(row).toMatchObject({ function: 'f', runtime: 'r', class: 'process' });
  });

  it('takes a whole last line without a line end, and says that it may be short', async () => {
    const imported = importCsv(csv(`${head}\nf,r,process,1\nf,r,process,2`));
    expect(await all(imported)).toHaveLength(2);
    expect(texts(imported)).toContain('The last line, rows.csv:3, has no line end');
  });

  it('does not let a quote that is never closed swallow the rest', async () => {
    await expect(read(`${head}\nf,r,process,1\n"f,r,process,2\nf,r,process,3\n`)).rejects.toThrow('Quote');
  });

  it('numbers the invocations of a trial where no column does, so that none is taken for a copy', async () => {
    const rows = await read(
      `${head},trial\nf,r,process,1,0\nf,r,process,2,0\nf,q,process,3,0\nf,r,process,4,1\n`,
    );
    expect(rows.map(({ trial, invocation }) => [trial, invocation])).toEqual([
      [0, 0],
      [0, 1],
      [0, 0],
      [1, 0],
    ]);
    await expect(read(`${head},trial\nf,r,process,1,\n`)).rejects.toThrow('rows.csv:2: trial is empty');
  });

  it('refuses to put two environments together under a name of the user', async () => {
    const text = `${head},environment\nf,r,process,1,a\nf,r,process,9,b\n`;
    await expect(read(text, { environment: 'lab' })).rejects.toThrow('rows.csv:3: with --environment lab');
  });
});

describe('Parquet', () => {
  it.each(['crash-94', 'r'])('refuses the damaged file %s in a sentence', async (name) => {
    await expect(all(importParquet(join(cases, `faults/fuzz-found/${name}.parquet`)))).rejects.toMatchObject({
      kind: 'invalid-input',
      message: expect.stringContaining('the Parquet file is damaged') as string,
    });
  });

  it('refuses a pipe: it is read from its end', async () => {
    await expect(all(importParquet('-'))).rejects.toThrow('is no regular file');
  });
});
