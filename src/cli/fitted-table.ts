/** A table that is no wider than the terminal: its widest columns are wrapped. */
import Table from 'cli-table3';
import { wrapText } from '../report/wrap-text.js';

/** Below this no column is made narrower, even if words have to be cut. */
const narrowest = 8;
/** What the table itself takes of a line: a border and two spaces for each column, and the last border. */
const frame = (columns: number): number => 3 * columns + 1;

/** `head` and `rows` have the same number of cells. Cells are wrapped at spaces; a longer word is cut. */
export function renderFitted(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  width: number,
): string {
  const all = [head, ...rows];
  const room = width - frame(head.length);
  const uncut = fit(
    widest(all, (cell) => [cell]),
    room,
    widest(all, (cell) => cell.split(' ')),
  );
  // The first column says what a line is about, often by a name to type again: it is the last to be cut.
  const named = fit(uncut, room, [uncut[0] ?? narrowest]);
  const widths = fit(named, room);
  const wrapped = (row: readonly string[]): string[] =>
    row.map((cell, column) => wrapText(cell, widths[column] ?? narrowest).join('\n'));
  const table = new Table({ head: wrapped(head), style: { head: [], border: [], compact: true } });
  for (const row of rows) table.push(wrapped(row));
  return table.toString();
}

/** The length of the longest part of any cell, in each column. */
const widest = (rows: readonly (readonly string[])[], partsOf: (cell: string) => string[]): number[] =>
  (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.flatMap((row) => partsOf(row[column] ?? '').map((part) => part.length))),
  );

/**
 * Takes from the widest column, character by character, until all fit into `room` or none can give any more: each
 * keeps its `least`.
 */
export function fit(natural: readonly number[], room: number, least: readonly number[] = []): number[] {
  const widths = [...natural];
  for (let excess = widths.reduce((sum, one) => sum + one, 0) - room; excess > 0; excess -= 1) {
    const giving = widths.map((one, column) => (one > (least[column] ?? narrowest) ? one : 0));
    const most = Math.max(...giving);
    if (most === 0) break;
    widths[giving.lastIndexOf(most)] = most - 1;
  }
  return widths;
}
