/** `lumos import parquet`: what `lumos report --format parquet` wrote, or any file with the columns of rows. */
import { basename } from 'node:path';
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { invalidInput, messageOf } from '../../domain/errors.js';
import type { Measurement } from '../../domain/measurement.js';
import type { ImportedRows, ImportOptions } from '../imported-rows.js';
import { checkFieldNames, rowOfFields } from './row-of-fields.js';
import { factsOfRows } from './row-facts.js';

async function* rowsOfParquet(path: string, { environment }: ImportOptions): AsyncGenerator<Measurement> {
  const source = basename(path);
  const file = await asyncBufferFromFile(path);
  const metadata = await parquetMetadataAsync(file).catch((error: unknown) => {
    throw invalidInput(`${source}: no Parquet file (${messageOf(error)})`);
  });
  const [, ...columns] = metadata.schema;
  checkFieldNames(
    columns.map(({ name }) => name),
    source,
  );
  let start = 0;
  // One row group at a time: that is what the writer held in memory too.
  for (const group of metadata.row_groups) {
    const end = start + Number(group.num_rows);
    const objects = await parquetReadObjects({ file, metadata, rowStart: start, rowEnd: end });
    for (const [i, fields] of objects.entries())
      yield rowOfFields(fields, { source, number: start + i + 1, environment });
    start = end;
  }
}

/** Memory is bounded by the largest row group of the file. */
export const importParquet = (path: string, options: ImportOptions = {}): ImportedRows => ({
  rows: rowsOfParquet(path, options),
  facts: () => factsOfRows('parquet'),
});
