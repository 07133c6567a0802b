/** `lumos import csv`: one line an invocation, the columns named like the fields of a row. */
import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { CsvError, parse } from 'csv-parse';
import { invalidInput } from '../../domain/errors.js';
import type { Measurement } from '../../domain/measurement.js';
import type { ImportedRows, ImportOptions } from '../imported-rows.js';
import { checkFieldNames, rowOfFields } from './row-of-fields.js';
import { factsOfRows } from './row-facts.js';

async function* rowsOfCsv(path: string, { environment }: ImportOptions): AsyncGenerator<Measurement> {
  const source = basename(path);
  const file = createReadStream(path);
  const parser = file.pipe(parse({ bom: true, skip_empty_lines: true, info: true }));
  file.once('error', (error) => parser.destroy(error));
  let names: readonly string[] | undefined;
  try {
    for await (const { record, info } of parser as AsyncIterable<{
      record: string[];
      info: { lines: number };
    }>) {
      if (names === undefined) {
        names = record.map((name) => name.trim());
        checkFieldNames(names, source);
        continue;
      }
      const fields = Object.fromEntries(names.map((name, i) => [name, record[i]]));
      // A trial is the row's own number where no column says: line 2 is the first.
      const own = fields['trial'] === undefined ? { trial: info.lines - 2, invocation: 0 } : {};
      yield rowOfFields({ ...own, ...fields }, { source, number: info.lines, environment });
    }
  } catch (error) {
    if (error instanceof CsvError) throw invalidInput(`${source}: ${error.message}`);
    throw error;
  }
}

/** Any number of lines, in constant memory. */
export const importCsv = (path: string, options: ImportOptions = {}): ImportedRows => ({
  rows: rowsOfCsv(path, options),
  facts: () => factsOfRows('csv'),
});
