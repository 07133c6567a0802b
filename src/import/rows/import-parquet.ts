/** `lumos import parquet`: what `lumos report --format parquet` wrote, or any file with the columns of rows. */
import { parquetMetadataAsync, parquetReadObjects, type FileMetaData } from 'hyparquet';
import { invalidInput, LumosError, messageOf } from '../../domain/errors.js';
import type { Measurement } from '../../domain/measurement.js';
import { oneLine } from '../../domain/terminal-text.js';
import { sourceName } from '../../files/text-source.js';
import type { ImportedRows, ImportOptions } from '../imported-rows.js';
import { SourceLosses } from '../source-losses.js';
import { damageIn, ParquetFile, rangeOf } from './parquet-file.js';
import { checkPages, unpackSnappy } from './parquet-pages.js';
import { factsOfRows } from './row-facts.js';
import { RowReader } from './row-of-fields.js';

type Fields = Readonly<Record<string, unknown>>;

/** A row group is read whole: a larger one is refused, be it real or damage. */
const largestGroup = { rows: 5_000_000, mebibytes: 1024 };

function checkGroups(
  { row_groups: groups, num_rows: all }: FileMetaData,
  names: readonly string[],
  source: string,
): void {
  if (groups.reduce((sum, { num_rows: rows }) => sum + rows, 0n) !== all)
    throw damaged(source, 'its row groups do not add up to its rows');
  const expected = JSON.stringify([...names].sort());
  for (const { columns, num_rows: rows, total_byte_size: size } of groups) {
    const own = columns.map(({ meta_data: column }) => column?.path_in_schema.join('.') ?? '');
    if (JSON.stringify(own.sort()) !== expected)
      throw damaged(source, 'a row group has other columns than the file');
    if (Number(rows) > largestGroup.rows || Number(size) > largestGroup.mebibytes * 2 ** 20)
      throw invalidInput(
        `${source}: a row group above ${largestGroup.rows} rows or ${largestGroup.mebibytes} MiB`,
        'Write the file with smaller row groups.',
      );
  }
}

interface RowGroup {
  readonly group: FileMetaData['row_groups'][number];
  readonly file: ParquetFile;
  readonly metadata: FileMetaData;
  readonly rowStart: number;
  readonly rowEnd: number;
}

/** @throws Error for pages that hyparquet must not decode */
async function checkGroup(
  { columns }: RowGroup['group'],
  { file, metadata: { schema }, rowStart, rowEnd }: Omit<RowGroup, 'group'>,
): Promise<void> {
  for (const { meta_data: column } of columns) {
    if (column === undefined) continue;
    const { start, end } = rangeOf(column);
    const leaf = schema.find(({ name }) => name === column.path_in_schema[0]);
    checkPages(await file.slice(start, end), {
      codec: column.codec,
      isBoolean: column.type === 'BOOLEAN',
      isOptional: leaf?.repetition_type !== 'REQUIRED',
      rows: rowEnd - rowStart,
    });
  }
}

/**
 * The rows of one group. The columns are read one after the other: of several at once, the library lets the second failure go
 * unhandled, which would end the process.
 */
async function rowsOfGroup(
  { group, ...where }: RowGroup,
  names: readonly string[],
  source: string,
): Promise<Fields[]> {
  await readingOf(source, damagedText, () => checkGroup(group, where));
  const rows: Record<string, unknown>[] = Array.from({ length: where.rowEnd - where.rowStart }, () => ({}));
  for (const name of names) {
    const values = await readingOf(source, damagedText, () =>
      parquetReadObjects({ ...where, columns: [name], compressors: { SNAPPY: unpackSnappy } }),
    );
    if (values.length !== rows.length) throw damaged(source, `${name} has fewer values than there are rows`);
    for (const [i, value] of values.entries()) (rows[i] as Record<string, unknown>)[name] = value[name];
  }
  return rows;
}

async function* rowsOfParquet(
  path: string,
  reader: RowReader,
  losses: SourceLosses,
): AsyncGenerator<Measurement> {
  const source = sourceName(path);
  if (path === '-')
    throw invalidInput(
      'standard input is no regular file: Parquet is read from its end, which a pipe does not give',
      'Save it as a file and import that.',
    );
  const file = await ParquetFile.open(path);
  try {
    const metadata = await readingOf(source, 'no Parquet file', () => parquetMetadataAsync(file));
    const names = await readingOf(source, damagedText, () => {
      const damage = damageIn(metadata, file.byteLength);
      if (damage !== undefined) throw damaged(source, damage);
      const found = metadata.schema.slice(1).map(({ name }) => name);
      checkGroups(metadata, found, source);
      return found;
    });
    reader.takeNames(names, source);
    let start = 0;
    // One row group at a time: that is what the writer held in memory too.
    for (const group of metadata.row_groups) {
      const end = start + Number(group.num_rows);
      const objects = await rowsOfGroup(
        { group, file, metadata, rowStart: start, rowEnd: end },
        names,
        source,
      );
      for (const [i, fields] of objects.entries()) {
        const row = readRow(reader, fields, start + i, losses);
        if (row !== undefined) yield row;
      }
      start = end;
    }
    reader.checkCopies();
  } finally {
    await file.close();
  }
}

const damagedText = 'the Parquet file is damaged';

const damaged = (source: string, why: string): Error =>
  invalidInput(`${source}: ${damagedText} (${oneLine(why)})`, 'Fetch or write the file again.');

/** What hyparquet makes of damaged bytes is any error at all. */
async function readingOf<T>(source: string, what: string, read: () => T | Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof LumosError) throw error;
    throw invalidInput(`${source}: ${what} (${oneLine(messageOf(error))})`, 'Fetch or write the file again.');
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
  const reader = new RowReader(sourceName(path), options);
  return {
    rows: rowsOfParquet(path, reader, losses),
    facts: () => factsOfRows('parquet', [...reader.findings(), ...losses.findings()]),
  };
}
