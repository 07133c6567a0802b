/** A table that is no wider than the terminal: its widest columns are wrapped. */
import Table from 'cli-table3';
import { wrapText } from '../report/wrap-text.js';

/** Below this no column is made narrower. */
const narrowest = 8;
/** What the table itself takes of a line: a border and two spaces for each column, and the last border. */
const frame = (columns: number): number => 3 * columns + 1;

/** `head` and `rows` have the same number of cells. Cells are wrapped at spaces; a longer word is cut. */
export function renderFitted(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  width: number,
): string {
  const widths = fit(naturalWidths([head, ...rows]), width - frame(head.length));
  const wrapped = (row: readonly string[]): string[] =>
    row.map((cell, column) => wrapText(cell, widths[column] ?? narrowest).join('\n'));
  const table = new Table({ head: wrapped(head), style: { head: [], border: [], compact: true } });
  for (const row of rows) table.push(wrapped(row));
  return table.toString();
}

const naturalWidths = (rows: readonly (readonly string[])[]): number[] =>
  (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));

/** Takes from the widest columns, character by character, until all fit into `room` or none can give any more. */
export function fit(natural: readonly number[], room: number): number[] {
  const widths = [...natural];
  for (let excess = widths.reduce((sum, one) => sum + one, 0) - room; excess > 0; excess -= 1) {
    const widest = Math.max(...widths);
    if (widest <= narrowest) break;
    widths[widths.lastIndexOf(widest)] = widest - 1;
  }
  return widths;
}
