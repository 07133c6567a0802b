/** The levels of a load run as lines for a terminal. */
import Table from 'cli-table3';
import type { Colors } from '../../domain/terminal-text.js';
import type { Summary } from '../../domain/summary/summary.js';
import { absent } from '../format-quantity.js';
import { printable, wrapText } from '../wrap-text.js';
import { levelGroups, levelHead, levelsReading } from './level-lines.js';

const plain = {
  ...{ top: '', 'top-mid': '', 'top-left': '', 'top-right': '' },
  ...{ bottom: '', 'bottom-mid': '', 'bottom-left': '', 'bottom-right': '' },
  ...{ left: '  ', 'left-mid': '', mid: '', 'mid-mid': '', right: '', 'right-mid': '', middle: '  ' },
};

/** Columns that a narrow terminal does without, the least missed first. */
const dispensable = [
  ...['generator', 'memory', 'p99.9', 'instances', 'queued p50', 'CPU ms', 'cold', 'failed'],
] as (typeof levelHead)[number][];

/** None for a run without a load. Columns that do not fit `width` are left out. */
export function levelsText(summary: Summary, width: number, colors: Colors): string[] {
  const lines = levelTable(summary, width, colors, true);
  if (lines.length === 0) return [];
  return [
    colors.bold('Load'),
    ...lines,
    '',
    ...wrapText(levelsReading(shownColumns(summary, width)), width).map((line) => colors.dim(line)),
    '',
  ];
}

const shownColumns = (summary: Summary, width: number): string[] =>
  columnsFor(
    width,
    levelGroups(summary).flatMap(({ rows }) => rows),
  ).map((column) => levelHead[column] ?? '');

/** Each ladder with its knee and remarks, without words around it. @param named whether each says what it is of */
export function levelTable(
  summary: Pick<Summary, 'levels' | 'knees'>,
  width: number,
  colors: Colors,
  named = false,
): string[] {
  const groups = levelGroups(summary);
  const rowsOfAll = groups.flatMap(({ rows }) => rows);
  const columns = columnsFor(width, rowsOfAll);
  const left = columnsFor(Infinity, rowsOfAll).filter((column) => !columns.includes(column));
  const names = left.map((column) => levelHead[column] ?? '').join(', ');
  const told = `Left out at ${width} columns: ${names}. A wider terminal has more.`;
  const lines = groups.flatMap(({ title, rows, knee, remarks }) => [
    ...(named ? ['', ...wrapText(printable(title), width)] : []),
    ...tableOf(columns, rows).map((line) => line.trimEnd()),
    ...(knee === undefined ? [] : wrapText(printable(knee), width - 2).map((line) => `  ${line}`)),
    ...remarks.flatMap((text) =>
      wrapText(printable(text), width - 4).map((line) => `    ${colors.yellow(line)}`),
    ),
  ]);
  return left.length === 0 ? lines : [...lines, ...wrapText(told, width).map((line) => colors.dim(line))];
}

const widthOf = (column: number, rows: readonly (readonly string[])[]): number =>
  Math.max(levelHead[column]?.length ?? 0, ...rows.map((row) => row[column]?.length ?? 0)) + 2;

/** The numbers of the columns that fit and in which something is said. */
function columnsFor(width: number, rows: readonly (readonly string[])[]): number[] {
  const columns = levelHead
    .map((_, column) => column)
    .filter((column) => rows.some((row) => row[column] !== absent));
  const total = (): number => columns.reduce((sum, column) => sum + widthOf(column, rows), 0);
  for (const name of dispensable) {
    if (total() <= width) break;
    const at = columns.indexOf(levelHead.indexOf(name));
    if (at !== -1) columns.splice(at, 1);
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
