/** Two runs side by side, as `lumos compare` prints them. */
import { colorsOf, type Colors } from '../domain/terminal-text.js';
import Table from 'cli-table3';
import { environmentName, runtimeName, type Cell } from '../domain/factors.js';
import type { Verdict } from '../domain/summary/cell-summary.js';
import type { Milliseconds } from '../domain/units.js';
import { storageText, useText } from './cell-groups.js';
import { absent, formatCount, formatDuration, formatRatio, formatRatioInterval } from './format-quantity.js';
import { verdictMeaning } from './legend.js';
import { escapeMarkdown, markdownTable } from './markdown.js';
import type { TerminalTableOptions } from './terminal-table.js';
import { printable, wrapEntry, wrapText } from './wrap-text.js';

/** The latency of one cell in both runs: `candidate` over `base`. */
export interface ComparedCell {
  readonly cell: Cell;
  readonly ratio: number;
  readonly ci95?: readonly [number, number] | undefined;
  readonly verdict: Verdict;
  readonly n: { readonly base: number; readonly candidate: number };
  readonly p50: { readonly base: Milliseconds; readonly candidate: Milliseconds };
}

/** What is wrong with a cell of either run, in words. */
export interface TroubledCell {
  readonly cell: Cell;
  readonly base?: string;
  readonly candidate?: string;
}

export interface ComparedRuns {
  readonly troubles: readonly TroubledCell[];
  readonly cells: readonly ComparedCell[];
  /** Cells with rows in both runs but no ratio: no result on one side. */
  readonly withoutRatio: readonly Cell[];
  readonly onlyInBase: readonly Cell[];
  readonly onlyInCandidate: readonly Cell[];
}

export interface ComparisonTableOptions extends TerminalTableOptions {
  /** Ratios within 1/(1+margin) and 1+margin count as the same. */
  readonly margin: number;
}

const cellName = (cell: Cell): string =>
  [
    cell.function,
    cell.payload,
    cell.start,
    storageText(cell),
    useText(cell),
    cell.arrivals ?? '',
    cell.concurrency === 1 ? '' : `${cell.concurrency} at once`,
    cell.environment === 'local' ? '' : `on ${environmentName(cell)}`,
  ]
    .filter((part) => part !== '')
    .join(' \u00b7 ');

const head = ['runtime', 'base p50', 'candidate p50', 'ratio', '95 % interval', 'n', 'verdict'];
const rightAligned = [1, 2, 3, 5];

const fields = ({ cell, p50, ratio, ci95, n, verdict }: ComparedCell): string[] => [
  printable(runtimeName(cell)),
  formatDuration(p50.base),
  formatDuration(p50.candidate),
  formatRatio(ratio),
  ci95 === undefined ? absent : formatRatioInterval(ci95),
  n.base === n.candidate ? formatCount(n.base) : `${formatCount(n.base)}/${formatCount(n.candidate)}`,
  verdict,
];

function byName(cells: readonly ComparedCell[]): Map<string, ComparedCell[]> {
  const groups = new Map<string, ComparedCell[]>();
  for (const one of cells) {
    const name = printable(cellName(one.cell));
    groups.set(name, [...(groups.get(name) ?? []), one]);
  }
  return groups;
}

/** How many cells have each verdict, e.g. `3 same, 1 unsure`. */
export function verdictCounts(cells: readonly ComparedCell[]): string {
  const counts = (['lower', 'higher', 'same', 'unsure'] as const).map((verdict) => ({
    verdict,
    count: cells.filter((one) => one.verdict === verdict).length,
  }));
  const said = counts
    .filter(({ count }) => count > 0)
    .map(({ verdict, count }) => `${formatCount(count)} ${verdict}`);
  return said.length === 0 ? 'no cell could be compared' : said.join(', ');
}

const leftOver = (runs: ComparedRuns): [string, readonly Cell[]][] =>
  (
    [
      ['No ratio (no result on one side)', runs.withoutRatio],
      ['Only in the base', runs.onlyInBase],
      ['Only in the candidate', runs.onlyInCandidate],
    ] as [string, readonly Cell[]][]
  ).filter(([, cells]) => cells.length > 0);

const troublesTitle = 'Failed or not valid (figures are of the answers only; no verdict where most failed)';

/** `candidate: 300 of 330 failed (300 timeout)`, and the base before it. */
const troubleText = ({ base, candidate }: TroubledCell): string =>
  [
    ...(base === undefined ? [] : [`base: ${base}`]),
    ...(candidate === undefined ? [] : [`candidate: ${candidate}`]),
  ].join('; ');

const fullName = (cell: Cell): string => printable(`${cellName(cell)} \u00b7 ${runtimeName(cell)}`);

type Paint = (text: string) => string;

function painter(verdict: Verdict, colors: Colors): Paint {
  switch (verdict) {
    case 'lower':
      return colors.green;
    case 'higher':
      return colors.red;
    case 'unsure':
      return colors.yellow;
    case 'same':
      return colors.dim;
  }
}

/** Columns, or nothing when they do not fit the width. */
function asColumns(runs: ComparedRuns, width: number, colors: Colors): string[] | undefined {
  const all = runs.cells.map(fields);
  const widths = head.map((title, index) => {
    const content = Math.max(title.length, ...all.map((row) => (row[index] ?? '').length));
    return content + 2;
  });
  const total = widths.reduce((sum, one) => sum + one, 0);
  if (total > width) return undefined;
  const sides = [
    'top',
    'top-mid',
    'top-left',
    'top-right',
    'bottom',
    'bottom-mid',
    'bottom-left',
    'bottom-right',
  ] as const;
  const inner = ['left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid', 'middle'] as const;
  const table = new Table({
    chars: Object.fromEntries([...sides, ...inner].map((name) => [name, ''])),
    style: { 'padding-left': 2, 'padding-right': 0, head: [], border: [], compact: true },
    colWidths: widths,
    colAligns: head.map((_, index) => (rightAligned.includes(index) ? 'right' : 'left')),
  });
  table.push(head.map((title) => colors.dim(title)));
  for (const [name, cells] of byName(runs.cells)) {
    for (const line of ['', ...wrapText(name, total)]) {
      table.push([{ colSpan: head.length, content: colors.bold(line), style: { 'padding-left': 0 } }]);
    }
    for (const one of cells) {
      const texts = fields(one);
      table.push(
        texts.map((text, index) => (index === texts.length - 1 ? painter(one.verdict, colors)(text) : text)),
      );
    }
  }
  return table.toString().split('\n');
}

function asList(runs: ComparedRuns, width: number, colors: Colors): string[] {
  return [...byName(runs.cells)].flatMap(([name, cells]) => [
    '',
    ...wrapText(name, width).map((line) => colors.bold(line)),
    ...cells.flatMap((one) => {
      const [runtime = '', ...figures] = fields(one);
      const text = figures.map((figure, index) => `${head[index + 1] ?? ''} ${figure}`).join(', ');
      return [
        ...wrapText(runtime, width - 2).map((line) => `  ${line}`),
        ...wrapText(text, width - 4).map((line) => `    ${line}`),
      ];
    }),
  ]);
}

/** Two runs as text for a terminal, no line longer than the width. Ends with a line feed. */
export function renderComparisonTable(runs: ComparedRuns, options: ComparisonTableOptions): string {
  const width = Math.max(40, Math.floor(options.width ?? 100));
  const colors = colorsOf(options.color);
  const body = runs.cells.length === 0 ? [] : (asColumns(runs, width, colors) ?? asList(runs, width, colors));
  const troubles = runs.troubles.flatMap((one) => [
    ...wrapText(fullName(one.cell), width - 2).map((line) => `  ${line}`),
    ...wrapText(printable(troubleText(one)), width - 4).map((line) => `    ${line}`),
  ]);
  const rest = leftOver(runs).flatMap(([title, cells]) => [
    '',
    `${title}:`,
    ...cells.flatMap((cell) => wrapText(fullName(cell), width - 2).map((line) => `  ${line}`)),
  ]);
  const legend = [
    ...wrapEntry(
      'ratio',
      'p50 of the candidate over p50 of the base; below 1: the candidate is faster',
      width,
      9,
    ),
    ...wrapEntry('verdict', verdictMeaning(options.margin), width, 9),
  ].map((line) => colors.dim(line));
  const lines = [
    ...(troubles.length === 0 ? [] : [...wrapText(`${troublesTitle}:`, width), ...troubles]),
    ...body,
    ...rest,
    '',
    ...wrapText(`Verdicts: ${verdictCounts(runs.cells)}`, width),
    '',
    ...legend,
  ];
  return `${lines.map((line) => line.trimEnd()).join('\n')}\n`;
}

/** Two runs as Markdown. */
export function renderComparisonMarkdown(
  runs: ComparedRuns,
  options: Pick<ComparisonTableOptions, 'margin'>,
): string {
  const rows = runs.cells.map((one) => [cellName(one.cell), ...fields(one)].map(escapeMarkdown));
  return [
    ...(runs.troubles.length === 0
      ? []
      : [
          `**${troublesTitle}**\n\n${runs.troubles
            .map((one) => `- ${escapeMarkdown(`${fullName(one.cell)}: ${troubleText(one)}`)}\n`)
            .join('')}`,
        ]),
    markdownTable(
      ['cell', ...head],
      rows,
      rightAligned.map((index) => index + 1),
    ),
    `Verdicts: ${verdictCounts(runs.cells)}. Ratio: candidate over base. ${verdictMeaning(options.margin)}.\n`,
    ...leftOver(runs).map(
      ([title, cells]) =>
        `**${title}**\n\n${cells.map((cell) => `- ${escapeMarkdown(fullName(cell))}\n`).join('')}`,
    ),
  ].join('\n');
}
