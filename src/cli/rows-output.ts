/** Formats of single rows, written piece by piece: a run may have millions. */
import { counted } from '../domain/counted.js';
import type { Measurement } from '../domain/measurement.js';
import type { OutputSink } from '../files/output-file.js';
import { k6Head, k6Point } from '../report/exports/k6.js';
import { rowCsvLine, rowsCsvHead } from '../report/exports/rows-csv.js';
import { note } from './output.js';

export const rowFormats = ['rows-csv', 'k6-points'] as const;
export type RowFormat = (typeof rowFormats)[number];

const writers: Readonly<
  Record<RowFormat, { readonly head: string; readonly line: (row: Measurement) => string | undefined }>
> = {
  'rows-csv': { head: rowsCsvHead, line: rowCsvLine },
  'k6-points': { head: k6Head, line: k6Point },
};

/** Some thousand lines at once: a write for each would cost more than its text. */
const batch = 2000;

/** Rows that the format has no place for are counted and told. */
export async function writeRows(
  format: RowFormat,
  rows: AsyncIterable<Measurement> | Iterable<Measurement>,
  sink: OutputSink,
): Promise<void> {
  const { head, line } = writers[format];
  let [lines, left]: [string[], number] = [[head], 0];
  for await (const row of rows) {
    const text = line(row);
    if (text === undefined) left += 1;
    else lines.push(text);
    if (lines.length < batch) continue;
    await sink(lines.join(''));
    lines = [];
  }
  await sink(lines.join(''));
  if (left > 0)
    note(`${counted(left, 'row')} without a latency or time, and so without a place in ${format}: left out`);
}
