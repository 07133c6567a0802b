import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { describe, expect, it } from 'vitest';
import type { Measurement } from '../../../src/domain/measurement.js';
import { writeParquet } from '../../../src/report/parquet.js';
import { fixtureRows } from './fixture.js';

async function written(
  rows: readonly Measurement[],
  rowGroupSize?: number,
): Promise<{ file: ArrayBuffer; count: number; chunks: number }> {
  const chunks: Uint8Array[] = [];
  const sink = (chunk: Uint8Array): void => {
    chunks.push(chunk);
  };
  const count = await writeParquet(rows, sink, rowGroupSize === undefined ? {} : { rowGroupSize });
  const joined = Buffer.concat(chunks);
  const file = new ArrayBuffer(joined.byteLength);
  new Uint8Array(file).set(joined);
  return { file, count, chunks: chunks.length };
}

describe('writeParquet', () => {
  const rows = fixtureRows();

  it('gives back every row, absent figures as null', async () => {
    const { file, count } = await written(rows);
    expect(count).toBe(rows.length);
    const back = await parquetReadObjects({ file });
    expect(back).toHaveLength(rows.length);
    const plain = back.map((row) =>
      Object.fromEntries(
        Object.entries(row)
          .filter(([, value]) => value !== null)
          .map(([name, value]) => [name, typeof value === 'bigint' ? Number(value) : (value as unknown)]),
      ),
    );
    expect(plain).toEqual(rows);
    expect(back.find((row) => row['outcome'] === 'crashed')?.['latencyMs']).toBeNull();
  });

  it('writes row groups as they fill, with typed columns', async () => {
    const { file, chunks } = await written(rows.slice(0, 250), 100);
    const metadata = parquetMetadata(file);
    expect(metadata.row_groups.map((group) => Number(group.num_rows))).toEqual([100, 100, 50]);
    expect(chunks).toBe(4);
    const typeOf = (name: string) => metadata.schema.find((column) => column.name === name);
    expect(typeOf('latencyMs')).toMatchObject({ type: 'DOUBLE', repetition_type: 'OPTIONAL' });
    expect(typeOf('payloadBytes')).toMatchObject({ type: 'INT64', repetition_type: 'OPTIONAL' });
    expect(typeOf('trial')).toMatchObject({ type: 'INT64', repetition_type: 'REQUIRED' });
  });

  it('reads no further than one row group ahead of the sink', async () => {
    let read = 0;
    const seen: number[] = [];
    function* counted(): Generator<Measurement> {
      for (const row of rows.slice(0, 300)) {
        read += 1;
        yield row;
      }
    }
    await writeParquet(counted(), () => void seen.push(read), { rowGroupSize: 100 });
    expect(seen).toEqual([100, 200, 300, 300]);
  });

  it('writes a readable file of no rows', async () => {
    const { file, count } = await written([]);
    expect(count).toBe(0);
    expect(await parquetReadObjects({ file })).toEqual([]);
  });

  it('refuses row groups of no rows', async () => {
    await expect(writeParquet([], () => undefined, { rowGroupSize: 0 })).rejects.toThrow(RangeError);
  });
});
