/** `lumos import parquet`: what `lumos report --format parquet` wrote, or any file with the columns of rows. */
import { statSync } from 'node:fs';
import {
  asyncBufferFromFile,
  parquetMetadataAsync,
  parquetReadObjects,
  type AsyncBuffer,
  type FileMetaData,
} from 'hyparquet';
import { invalidInput, messageOf } from '../../domain/errors.js';
import type { Measurement } from '../../domain/measurement.js';
import { sourceName, unreadable } from '../../files/text-source.js';
import type { ImportedRows, ImportOptions } from '../imported-rows.js';
import { SourceLosses } from '../source-losses.js';
import { factsOfRows } from './row-facts.js';
import { RowReader } from './row-of-fields.js';

type Fields = Readonly<Record<string, unknown>>;

/** A row group is read whole: a larger one is refused, be it real or damage. */
const largestGroup = { rows: 5_000_000, mebibytes: 1024 };

async function openFile(path: string): Promise<AsyncBuffer> {
  const source = sourceName(path);
  try {
    if (path === '-' || !statSync(path).isFile())
      throw invalidInput(
        `${source} is no regular file: Parquet is read from its end, which a pipe does not give`,
        'Save it as a file and import that.',
      );
    return await asyncBufferFromFile(path);
  } catch (error) {
    throw unreadable(path, error);
  }
}

function checkGroups(
  { row_groups: groups, num_rows: rows }: FileMetaData,
  names: readonly string[],
  source: string,
): void {
  const sizes = groups.map((group) => ({
    rows: Number(group.num_rows),
    bytes: Number(group.total_byte_size),
  }));
  const isOdd = sizes.some(({ rows: own, bytes: size }) => !(own >= 0) || !(size >= 0));
  if (isOdd || sizes.reduce((sum, { rows: own }) => sum + own, 0) !== Number(rows))
    throw damaged(source, 'its row groups do not add up to its rows');
  const expected = JSON.stringify([...names].sort());
  for (const { columns } of groups) {
    const own = columns.map(({ meta_data: column }) => column?.path_in_schema.join('.') ?? '');
    if (JSON.stringify(own.sort()) !== expected)
      throw damaged(source, 'a row group has other columns than the file');
  }
  if (sizes.some((own) => own.rows > largestGroup.rows || own.bytes > largestGroup.mebibytes * 2 ** 20))
    throw invalidInput(
      `${source}: a row group above ${largestGroup.rows} rows or ${largestGroup.mebibytes} MiB`,
      'Write the file with smaller row groups.',
    );
}

interface RowGroup {
  readonly file: AsyncBuffer;
  readonly metadata: FileMetaData;
  readonly rowStart: number;
  readonly rowEnd: number;
}

/**
 * The rows of one group. The columns are read one after the other: of several at once, the library lets the second failure go
 * unhandled, which would end the process.
 */
async function rowsOfGroup(group: RowGroup, names: readonly string[], source: string): Promise<Fields[]> {
  const rows: Record<string, unknown>[] = Array.from({ length: group.rowEnd - group.rowStart }, () => ({}));
  for (const name of names) {
    const values = await parquetReadObjects({ ...group, columns: [name] }).catch((error: unknown) => {
      throw damaged(source, messageOf(error));
    });
    if (values.length !== rows.length) throw damaged(source, `${name} has fewer values than there are rows`);
    for (const [i, value] of values.entries()) (rows[i] as Record<string, unknown>)[name] = value[name];
  }
  return rows;
}

const damaged = (source: string, why: string): Error =>
  invalidInput(`${source}: the Parquet file is damaged (${why})`, 'Fetch or write the file again.');

async function* rowsOfParquet(
  path: string,
  options: ImportOptions,
  losses: SourceLosses,
): AsyncGenerator<Measurement> {
  const source = sourceName(path);
  const file = await openFile(path);
  const metadata = await parquetMetadataAsync(file).catch((error: unknown) => {
    throw invalidInput(
      `${source}: no Parquet file (${messageOf(error)})`,
      'Name a Parquet file that is whole.',
    );
  });
  const reader = new RowReader(source, options);
  const names = metadata.schema.slice(1).map(({ name }) => name);
  reader.takeNames(names, source);
  checkGroups(metadata, names, source);
  let start = 0;
  // One row group at a time: that is what the writer held in memory too.
  for (const group of metadata.row_groups) {
    const end = start + Number(group.num_rows);
    const objects = await rowsOfGroup({ file, metadata, rowStart: start, rowEnd: end }, names, source);
    for (const [i, fields] of objects.entries()) {
      const row = readRow(reader, fields, start + i, losses);
      if (row !== undefined) yield row;
    }
    start = end;
  }
}

function readRow(
  reader: RowReader,
  fields: Fields,
  index: number,
  losses: SourceLosses,
): Measurement | undefined {
  try {
    return reader.rowOf(fields, index + 1, index);
  } catch (error) {
    losses.skip(error);
    return undefined;
  }
}

/** Memory is bounded by the largest row group of the file. */
export function importParquet(path: string, options: ImportOptions = {}): ImportedRows {
  const losses = new SourceLosses(options);
  return {
    rows: rowsOfParquet(path, options, losses),
    facts: () => factsOfRows('parquet', losses.findings()),
  };
}
