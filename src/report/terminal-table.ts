/** A summary as a table that a person reads in a terminal. */
import { colorsOf, type Colors } from '../domain/terminal-text.js';
import { runtimeName } from '../domain/factors.js';
import Table from 'cli-table3';
import type { Summary } from '../domain/summary/summary.js';
import {
  baselinesOf,
  failureCount,
  failureText,
  groupCells,
  groupExtras,
  payloadText,
  withoutLatency,
  type CellGroup,
  type GroupRow,
} from './cell-groups.js';
import {
  absent,
  formatCount,
  formatDuration,
  formatDurationInterval,
  formatRatio,
  formatRatioInterval,
  formatSignificant,
} from './format-quantity.js';
import { findingsText } from './findings-text.js';
import { legendOf } from './legend.js';
import { levelsText } from './levels/levels-text.js';
import { tracesText } from './traces/traces-text.js';
import { objectivesText } from './objectives/objectives-text.js';
import { groupedNotes } from './notes.js';
import { validityText } from './validity/validity-text.js';
import { printable, wrapEntry, wrapText } from './wrap-text.js';

export interface TerminalTableOptions {
  /** Columns the terminal has. No line is longer. Default 100; at least 40 is used. */
  readonly width?: number;
  /** Whether verdicts and failures are coloured. Default no: pipes and files take plain text. */
  readonly color?: boolean | Colors;
}

interface Column {
  readonly head: readonly [string, string];
  readonly align: 'left' | 'right';
  /** Stands close to the column before it: an interval beside its value. */
  readonly attached?: boolean;
  /** What is left out is told by this name; a column without one is never left out. */
  readonly optional?: string;
  text(row: GroupRow): string;
  paint?(text: string, row: GroupRow, colors: Colors): string;
}

const mebibytes = (value: number | undefined): string =>
  value === undefined ? absent : formatSignificant(value / 1024 ** 2);

function paintVerdict(text: string, row: GroupRow, colors: Colors): string {
  switch (row.comparison?.verdict) {
    case 'lower':
      return colors.green(text);
    case 'higher':
      return colors.red(text);
    case 'unsure':
      return colors.yellow(text);
    case 'same':
    case undefined:
      return colors.dim(text);
  }
}

function verdictText({ comparison, isBaseline, cell }: GroupRow): string {
  if (comparison !== undefined) return comparison.verdict;
  return isBaseline && cell.latencyMs !== undefined ? 'baseline' : absent;
}

const latencyColumns: readonly Column[] = [
  { head: ['', 'runtime'], align: 'left', text: ({ cell }) => printable(runtimeName(cell)) },
  {
    head: ['', 'p50'],
    align: 'right',
    text: ({ cell }) =>
      cell.latencyMs === undefined ? withoutLatency(cell) : formatDuration(cell.latencyMs.p50),
    paint: (text, { cell }, colors) => (cell.latencyMs === undefined ? colors.red(text) : colors.bold(text)),
  },
  {
    head: ['95 %', 'interval'],
    align: 'left',
    attached: true,
    text: ({ cell: { latencyMs } }) => {
      if (latencyMs === undefined) return '';
      return latencyMs.ci95 === undefined ? absent : formatDurationInterval(latencyMs.ci95, latencyMs.p50);
    },
  },
  {
    head: ['', 'p99'],
    align: 'right',
    optional: 'p99',
    text: ({ cell }) => (cell.latencyMs === undefined ? absent : formatDuration(cell.latencyMs.p99)),
  },
];

const ratioColumns: readonly Column[] = [
  {
    head: ['', 'ratio'],
    align: 'right',
    text: ({ comparison }) => (comparison === undefined ? absent : formatRatio(comparison.ratio)),
  },
  {
    head: ['95 %', 'interval'],
    align: 'left',
    attached: true,
    optional: 'the interval of the ratio',
    text: ({ comparison }) => {
      if (comparison === undefined) return '';
      return comparison.ci95 === undefined ? absent : formatRatioInterval(comparison.ci95);
    },
  },
];

const sizeColumns: readonly Column[] = [
  {
    head: ['memory', 'MiB'],
    align: 'right',
    optional: 'memory',
    text: ({ cell }) => mebibytes(cell.peakMemoryBytes),
  },
  {
    head: ['image', 'MiB'],
    align: 'right',
    optional: 'image',
    text: ({ cell }) => mebibytes(cell.imageBytes),
  },
];

const verdictColumn: Column = {
  head: ['', 'verdict'],
  align: 'left',
  text: verdictText,
  paint: paintVerdict,
};

interface Layout {
  readonly gap: number;
  readonly indent: number;
}

/** In this order columns are left out where the terminal is too narrow for all. */
const leftOutFirst: readonly string[] = ['image', 'memory', 'p99', 'the interval of the ratio'];

/** From roomy to tight; a table that fits none, without its optional columns either, is written as a list. */
const layouts: readonly Layout[] = [
  { gap: 2, indent: 2 },
  { gap: 1, indent: 2 },
  { gap: 1, indent: 0 },
];

const columnWidth = (column: Column, rows: readonly GroupRow[]): number =>
  Math.max(...column.head.map((line) => line.length), ...rows.map((row) => column.text(row).length));

/** The space before each column. */
const gapBefore = (columns: readonly Column[], index: number, layout: Layout): number =>
  index === 0 ? layout.indent : columns[index]?.attached === true ? 1 : layout.gap;

interface Context {
  readonly width: number;
  readonly colors: Colors;
  readonly columns: readonly Column[];
  readonly groups: readonly CellGroup[];
}

const groupTitle = (group: CellGroup, groups: readonly CellGroup[]): string =>
  printable(
    [group.function, payloadText(group), group.start, ...groupExtras(group, groups)].join(' \u00b7 '),
  );

/** What went wrong in a cell, as a line of its own under it; undefined when nothing did. */
function failureLine({ cell }: GroupRow): string | undefined {
  // The finding invalid-levels and the table of the load say why.
  if (cell.notValid !== undefined) return undefined;
  const failed = failureCount(cell);
  if (failed > 0)
    return `${formatCount(failed)} of ${formatCount(failed + cell.n)} failed: ${failureText(cell)}`;
  return cell.latencyMs === undefined ? 'no invocation recorded' : undefined;
}

/** Borderless cli-table3: it pads, aligns and spans, and knows that colour takes no room. */
function borderless(colWidths: number[], columns: readonly Column[]): InstanceType<typeof Table> {
  const names = ['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left'] as const;
  const inner = [
    'bottom-right',
    'left',
    'left-mid',
    'mid',
    'mid-mid',
    'right',
    'right-mid',
    'middle',
  ] as const;
  return new Table({
    chars: Object.fromEntries([...names, ...inner].map((name) => [name, ''])),
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [], compact: true },
    colWidths,
    colAligns: columns.map((column) => column.align),
  });
}

function asTable(context: Context, layout: Layout): string[] | undefined {
  const { columns, groups, width, colors } = context;
  const rows = groups.flatMap((group) => group.rows);
  const gaps = columns.map((_, index) => gapBefore(columns, index, layout));
  const widths = columns.map((column, index) => columnWidth(column, rows) + (gaps[index] ?? 0));
  if (widths.reduce((sum, one) => sum + one, 0) > width) return undefined;
  const table = borderless(widths, columns);
  const total = widths.reduce((sum, one) => sum + one, 0);
  const line = (text: string, indent: number, paint: (text: string) => string): void => {
    for (const part of wrapText(text, total - indent)) {
      table.push([{ colSpan: columns.length, content: ' '.repeat(indent) + paint(part), hAlign: 'left' }]);
    }
  };
  const cells = (text: (column: Column) => string): string[] =>
    columns.map((column, index) => {
      const content = text(column);
      return column.align === 'left' ? ' '.repeat(gaps[index] ?? 0) + content : content;
    });
  line('function \u00b7 payload \u00b7 start', 0, colors.dim);
  for (const part of [0, 1] as const) table.push(cells((column) => colors.dim(column.head[part])));
  for (const group of groups) {
    table.push([{ colSpan: columns.length, content: '' }]);
    line(groupTitle(group, groups), 0, colors.bold);
    for (const row of group.rows) {
      table.push(cells((column) => paintCell(column, row, colors)));
      const failure = failureLine(row);
      if (failure !== undefined) line(failure, layout.indent + 2, colors.red);
    }
  }
  return table.toString().split('\n');
}

function paintCell(column: Column, row: GroupRow, colors: Colors): string {
  const text = column.text(row);
  if (text === absent) return colors.dim(text);
  return column.paint === undefined ? text : column.paint(text, row, colors);
}

/** For terminals too narrow for columns: each cell is a name and its figures, wrapped. */
function asList({ columns, groups, width, colors }: Context): string[] {
  const named = columns.slice(1);
  const indented = (text: string): string[] => wrapText(text, width - 4).map((line) => `    ${line}`);
  return groups.flatMap((group) => [
    '',
    ...wrapText(groupTitle(group, groups), width).map((line) => colors.bold(line)),
    ...group.rows.flatMap((row) => {
      const figures = named.map((column) => {
        const text = column.text(row);
        return column.attached === true ? text : `${headOf(column)} ${text}`;
      });
      const failure = failureLine(row);
      return [
        ...wrapText(printable(runtimeName(row.cell)), width - 2).map((line) => `  ${line}`),
        ...indented(figures.filter((text) => text !== '').join(' ')),
        ...(failure === undefined ? [] : indented(failure)).map((line) => colors.red(line)),
      ];
    }),
  ]);
}

const headOf = (column: Column): string =>
  [column.head[0], column.head[1]].filter((part) => part !== '').join(', ');

function legendLines(summary: Summary, width: number, colors: Colors): string[] {
  return legendOf(summary).flatMap(({ term, meaning }) =>
    wrapEntry(term, meaning, width, 9).map((line) => colors.dim(line)),
  );
}

/**
 * The summary as text: cells grouped by function, payload and start, a line for what failed under the cell it failed
 * in, and a legend. Ends with a line feed.
 */
export function renderTerminalTable(summary: Summary, options: TerminalTableOptions = {}): string {
  const width = Math.max(40, Math.floor(options.width ?? 100));
  const colors = colorsOf(options.color);
  const groups = groupCells(summary);
  const compared = baselinesOf(summary).length > 0;
  const columns = [
    ...latencyColumns,
    ...(compared ? ratioColumns : []),
    ...sizeColumns,
    ...(compared ? [verdictColumn] : []),
  ];
  const context: Context = { width, colors, columns, groups };
  const body = groups.length === 0 ? ['No cell has a row.'] : (firstFitting(context) ?? asList(context));
  const notes = groupedNotes(summary).flatMap((note) => wrapText(note, width, 2));
  const lines = [
    ...body,
    '',
    ...validityText(summary, width, colors),
    ...objectivesText(summary, width, colors),
    ...tracesText(summary, width, colors),
    ...levelsText(summary, width, colors),
    ...findingsText(summary, width),
    ...legendLines(summary, width, colors),
    ...(notes.length === 0 ? [] : ['', ...notes]),
  ];
  return `${lines.map((line) => line.trimEnd()).join('\n')}\n`;
}

function firstFitting(context: Context): string[] | undefined {
  for (const layout of layouts) {
    const lines = asTable(context, layout);
    if (lines !== undefined) return lines;
  }
  const tightest = layouts.at(-1) as Layout;
  for (const [i] of leftOutFirst.entries()) {
    const names = leftOutFirst.slice(0, i + 1);
    const columns = context.columns.filter(
      ({ optional }) => optional === undefined || !names.includes(optional),
    );
    const lines = asTable({ ...context, columns }, tightest);
    if (lines === undefined) continue;
    const left = context.columns.flatMap(({ optional = '' }) => (names.includes(optional) ? [optional] : []));
    const told = `Left out at ${context.width} columns: ${left.join(', ')}. A wider terminal and the reports have them.`;
    return [...lines, '', ...wrapText(told, context.width).map((line) => context.colors.dim(line))];
  }
  return undefined;
}
