/** Runtimes under a trace as lines for a terminal. */
import Table from 'cli-table3';
import type { Colors } from '../../domain/terminal-text.js';
import type { Summary } from '../../domain/summary/summary.js';
import { printable, wrapText } from '../wrap-text.js';
import { traceGroups, traceHead, tracesReading } from './trace-lines.js';

const plain = {
  ...{ top: '', 'top-mid': '', 'top-left': '', 'top-right': '' },
  ...{ bottom: '', 'bottom-mid': '', 'bottom-left': '', 'bottom-right': '' },
  ...{ left: '  ', 'left-mid': '', mid: '', 'mid-mid': '', right: '', 'right-mid': '', middle: '  ' },
};

/** Columns that a narrow terminal does without, the least missed first. */
const dispensable = ['p99.9', 'rejected', 'instances started', 'failed', 'memory GiB s', 'instance s'];

/** None for a run without a trace. Columns that do not fit `width` are left out. */
export function tracesText(summary: Summary, width: number, colors: Colors): string[] {
  const groups = traceGroups(summary);
  if (groups.length === 0) return [];
  return [
    ...groups.flatMap(({ title, rows, remarks }) => [
      colors.bold(printable(title)),
      ...tableOf(rows, width),
      ...remarks.flatMap((text) =>
        wrapText(printable(text), width - 4).map((line) => `    ${colors.yellow(line)}`),
      ),
      '',
    ]),
    ...wrapText(tracesReading, width).map((line) => colors.dim(line)),
    '',
  ];
}

function tableOf(rows: readonly (readonly string[])[], width: number): string[] {
  const columns = columnsFor(rows, width);
  const table = new Table({
    chars: plain,
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [], compact: true },
    colAligns: columns.map((column) => (column === 0 ? 'left' : 'right')),
    head: columns.map((column) => traceHead[column] ?? ''),
  });
  for (const row of rows) table.push(columns.map((column) => printable(row[column] ?? '')));
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line !== '');
}

function columnsFor(rows: readonly (readonly string[])[], width: number): number[] {
  const columns = traceHead.map((_, column) => column);
  const widthOf = (column: number): number =>
    Math.max(traceHead[column]?.length ?? 0, ...rows.map((row) => row[column]?.length ?? 0)) + 2;
  const total = (): number => columns.reduce((sum, column) => sum + widthOf(column), 0);
  for (const name of dispensable) {
    if (total() <= width) break;
    columns.splice(columns.indexOf(traceHead.indexOf(name as (typeof traceHead)[number])), 1);
  }
  return columns;
}
