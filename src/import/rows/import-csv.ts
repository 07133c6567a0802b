/** `lumos import csv`: one line an invocation, the columns named like the fields of a row. */
import type { Measurement } from '../../domain/measurement.js';
import { sourceName, textBytes, type TextEnd } from '../../files/text-source.js';
import type { ImportedRows, ImportOptions } from '../imported-rows.js';
import { SourceLosses } from '../source-losses.js';
import { recordsOfCsv } from './csv-records.js';
import { factsOfRows } from './row-facts.js';
import { isNumber, RowReader } from './row-of-fields.js';

async function* rowsOfCsv(
  path: string,
  reader: RowReader,
  losses: SourceLosses,
): AsyncGenerator<Measurement> {
  const source = sourceName(path);
  const end: TextEnd = { isCut: false };
  const onNames = (names: readonly string[], place: string): void => reader.takeNames(names, place);
  const csv = { source, losses, end, onNames, isFigure: isNumber };
  let given = 0;
  for await (const { fields, number, isOpen = false } of recordsOfCsv(textBytes(path, end), csv)) {
    let row: Measurement | undefined;
    try {
      // A trial is the row's own number where no column says: line 2 is the first.
      row = reader.rowOf(fields, number, number - 2);
    } catch (error) {
      losses.lose(error, { place: `${source}:${number}`, isOpen: isOpen && given > 0 });
    }
    given += 1;
    if (row !== undefined) yield row;
  }
  reader.checkCopies();
  if (end.isCut) losses.endCut(`what follows in ${source}`);
}

/** Any number of lines, one at a time. */
export function importCsv(path: string, options: ImportOptions = {}): ImportedRows {
  const losses = new SourceLosses(options);
  const reader = new RowReader(sourceName(path), options);
  return {
    rows: rowsOfCsv(path, reader, losses),
    facts: () => factsOfRows('csv', [...reader.findings(), ...losses.findings()]),
  };
}
