/** `lumos import csv`: one line an invocation, the columns named like the fields of a row. */
import type { Measurement } from '../../domain/measurement.js';
import { sourceName, textBytes, type TextEnd } from '../../files/text-source.js';
import type { ImportedRows, ImportOptions } from '../imported-rows.js';
import { SourceLosses } from '../source-losses.js';
import { recordsOfCsv } from './csv-records.js';
import { factsOfRows } from './row-facts.js';
import { RowReader } from './row-of-fields.js';

async function* rowsOfCsv(
  path: string,
  options: ImportOptions,
  losses: SourceLosses,
): AsyncGenerator<Measurement> {
  const source = sourceName(path);
  const end: TextEnd = { isCut: false };
  const reader = new RowReader(source, options);
  const onNames = (names: readonly string[], place: string): void => reader.takeNames(names, place);
  for await (const { fields, number } of recordsOfCsv(textBytes(path, end), { source, losses, onNames })) {
    let row: Measurement | undefined;
    try {
      // A trial is the row's own number where no column says: line 2 is the first.
      row = reader.rowOf(fields, number, number - 2);
    } catch (error) {
      losses.skip(error);
    }
    if (row !== undefined) yield row;
  }
  reader.checkCopies();
  if (end.isCut) losses.endCut(`what follows in ${source}`);
}

/** Any number of lines, one at a time. */
export function importCsv(path: string, options: ImportOptions = {}): ImportedRows {
  const losses = new SourceLosses(options);
  return { rows: rowsOfCsv(path, options, losses), facts: () => factsOfRows('csv', losses.findings()) };
}
