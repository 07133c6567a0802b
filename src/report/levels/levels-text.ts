/** The levels of a load run as lines for a terminal. */
import Table from 'cli-table3';
import type pc from 'picocolors';
import type { Summary } from '../../domain/summary.js';
import { printable, wrapText } from '../wrap-text.js';
import { levelGroups, levelHead, levelsReading } from './level-lines.js';

type Colors = ReturnType<typeof pc.createColors>;

const plain = {
  ...{ top: '', 'top-mid': '', 'top-left': '', 'top-right': '' },
  ...{ bottom: '', 'bottom-mid': '', 'bottom-left': '', 'bottom-right': '' },
  ...{ left: '  ', 'left-mid': '', mid: '', 'mid-mid': '', right: '', 'right-mid': '', middle: '  ' },
};

/** Columns that a narrow terminal does without, the least missed first. */
const dispensable = ['p99.9', 'instances', 'queued p50', 'CPU ms', 'cold', 'failed'];

/** None for a run without a load. Columns that do not fit `width` are left out. */
export function levelsText(summary: Summary, width: number, colors: Colors): string[] {
  const groups = levelGroups(summary);
  if (groups.length === 0) return [];
  const columns = columnsFor(
    width,
    groups.flatMap(({ rows }) => rows),
  );
  return [
    colors.bold('Load'),
    ...groups.flatMap(({ title, rows, knee, remarks }) => [
      '',
      ...wrapText(printable(title), width),
      ...tableOf(columns, rows).map((line) => line.trimEnd()),
      ...(knee === undefined ? [] : wrapText(printable(knee), width - 2).map((line) => `  ${line}`)),
      ...remarks.flatMap((text) =>
        wrapText(printable(text), width - 4).map((line) => `    ${colors.yellow(line)}`),
      ),
    ]),
    '',
    ...wrapText(levelsReading, width).map((line) => colors.dim(line)),
    '',
  ];
}

const widthOf = (column: number, rows: readonly (readonly string[])[]): number =>
  Math.max(levelHead[column]?.length ?? 0, ...rows.map((row) => row[column]?.length ?? 0)) + 2;

/** The numbers of the columns that fit. */
function columnsFor(width: number, rows: readonly (readonly string[])[]): number[] {
  const columns = levelHead.map((_, column) => column);
  const total = (): number => columns.reduce((sum, column) => sum + widthOf(column, rows), 0);
  for (const name of dispensable) {
    if (total() <= width) break;
    columns.splice(columns.indexOf(levelHead.indexOf(name as (typeof levelHead)[number])), 1);
  }
  return columns;
}

function tableOf(columns: readonly number[], rows: readonly (readonly string[])[]): string[] {
  const table = new Table({
    chars: plain,
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [], compact: true },
    colAligns: columns.map((column) => (column === 0 ? 'left' : 'right')),
    head: columns.map((column) => levelHead[column] ?? ''),
  });
  for (const row of rows) table.push(columns.map((column) => printable(row[column] ?? '')));
  return table
    .toString()
    .split('\n')
    .filter((line) => line.trim() !== '');
}
