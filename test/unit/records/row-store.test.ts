import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LumosError } from '../../../src/domain/errors.js';
import type { Measurement } from '../../../src/domain/measurement.js';
import { completeLines } from '../../../src/files/lines.js';
import { encodeRow } from '../../../src/records/row-codec.js';
import { readRows, RowWriter } from '../../../src/records/row-store.js';
import { rowOf } from './rows.js';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lumos-rows-'));
  path = join(folder, 'measurements.ndjson');
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

async function all(): Promise<Measurement[]> {
  const rows: Measurement[] = [];
  for await (const row of readRows(path)) rows.push(row);
  return rows;
}

async function refusal(): Promise<LumosError> {
  const error: unknown = await all().then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof LumosError) return error;
  throw new Error('nothing was refused', { cause: error });
}

describe('the file of rows', () => {
  it('gives back what was put into it, figures that are absent included', async () => {
    const rows = [rowOf(0), rowOf(1, { outcome: 'crashed', reason: 'exited: "ü"\nline two' })];
    delete rows[1]?.latencyMs;
    const writer = RowWriter.open(path);
    for (const row of rows) writer.append(row);
    writer.close();
    expect(await all()).toEqual(rows);
    expect((await all())[1]).not.toHaveProperty('latencyMs');
  });

  it('has a row as soon as it is appended', async () => {
    const writer = RowWriter.open(path);
    writer.append(rowOf(0));
    expect(await all()).toEqual([rowOf(0)]);
    writer.close();
  });

  it('is opened behind the rows that are there', async () => {
    for (const trial of [0, 1, 2]) {
      const writer = RowWriter.open(path);
      writer.append(rowOf(trial));
      writer.close();
    }
    expect((await all()).map((row) => row.trial)).toEqual([0, 1, 2]);
  });

  it.each([1, 20, 70_000, 200_000])('loses a torn last line of %i bytes, and nothing else', async (torn) => {
    writeFileSync(path, `${encodeRow(rowOf(0))}\n${'x'.repeat(torn)}`);
    expect(await all()).toEqual([rowOf(0)]);
    const writer = RowWriter.open(path);
    writer.append(rowOf(1));
    writer.close();
    expect(readFileSync(path, 'utf8')).toBe(`${encodeRow(rowOf(0))}\n${encodeRow(rowOf(1))}\n`);
  });

  it('is emptied when all it has is a torn line', () => {
    writeFileSync(path, encodeRow(rowOf(0)));
    RowWriter.open(path).close();
    expect(statSync(path).size).toBe(0);
  });

  it('keeps a whole row that is cut off right behind its line feed', () => {
    writeFileSync(path, `${encodeRow(rowOf(0))}\n`);
    RowWriter.open(path).close();
    expect(readFileSync(path, 'utf8')).toBe(`${encodeRow(rowOf(0))}\n`);
  });

  it('names the line that is no JSON', async () => {
    writeFileSync(path, `${encodeRow(rowOf(0))}\n{"trial":\n`);
    const error = await refusal();
    expect(error.kind).toBe('invalid-input');
    expect(error.message).toContain(`${path}:2: not JSON (`);
  });

  it('names the line and the key that does not fit', async () => {
    const wrong = { ...rowOf(1), latencyMs: -1 };
    writeFileSync(path, `${encodeRow(rowOf(0))}\n\n${JSON.stringify(wrong)}\n`);
    expect((await refusal()).message).toContain(`${path}:3: latencyMs: `);
  });

  it('refuses an outcome that there is not', async () => {
    writeFileSync(path, `${JSON.stringify({ ...rowOf(0), outcome: 'fine' })}\n`);
    expect((await refusal()).message).toContain(`${path}:1: outcome: `);
  });

  it('streams 100 000 rows one after another', async () => {
    const lines = Array.from({ length: 1000 }, (_, i) => `${encodeRow(rowOf(i))}\n`).join('');
    for (let i = 0; i < 100; i += 1) appendFileSync(path, lines);
    let count = 0;
    let sum = 0;
    const held = process.memoryUsage().heapUsed;
    let peak = 0;
    for await (const row of readRows(path)) {
      count += 1;
      sum += row.trial;
      if (count % 5000 === 0) peak = Math.max(peak, process.memoryUsage().heapUsed - held);
    }
    expect([count, sum]).toEqual([100_000, 100 * (999 * 500)]);
    // All rows at once are well over 100 MB of objects.
    expect(peak).toBeLessThan(80 * 1024 * 1024);
  });
});

describe('lines', () => {
  it('are whole across the pieces in which a file is read', async () => {
    const long = ['ä'.repeat(700_000), 'b', 'ü'.repeat(1_100_000), ''];
    writeFileSync(path, `${long.join('\n')}\nnever finished`);
    const found: { length: number; whole: boolean; number: number }[] = [];
    for await (const { lines } of completeLines(path)) {
      for (const line of lines) {
        const number = found.length + 1;
        found.push({ length: line.length, whole: line === long[number - 1], number });
      }
    }
    expect(found).toEqual(long.map(({ length }, index) => ({ length, whole: true, number: index + 1 })));
  });

  it('are numbered on from one piece of a file to the next', async () => {
    writeFileSync(path, 'x\n'.repeat(1_200_000));
    const batches: [number, number][] = [];
    for await (const { lines, firstNumber } of completeLines(path)) batches.push([firstNumber, lines.length]);
    expect(batches.length).toBeGreaterThan(1);
    let next = 1;
    for (const [first, count] of batches) {
      expect(first).toBe(next);
      next += count;
    }
    expect(next).toBe(1_200_001);
  });

  it('are none in an empty file, nor in one that has only begun', async () => {
    for (const text of ['', 'begun']) {
      writeFileSync(path, text);
      let batches = 0;
      for await (const { lines } of completeLines(path)) batches += lines.length;
      expect(batches).toBe(0);
    }
  });
});
