/** A summary as Markdown (GitHub's tables), for a README, an issue or a comment. */
import { runtimeName } from '../domain/factors.js';
import type { ModelSection } from '../domain/model-section.js';
import type { Summary } from '../domain/summary/summary.js';
import { claimLines } from './claims/claim-lines.js';
import {
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
  formatBytes,
  formatCount,
  formatDuration,
  formatDurationInterval,
  formatRatio,
  formatRatioInterval,
} from './format-quantity.js';
import { headlineOf } from './headline.js';
import { leagueReading, leagueTable } from './league/league-table.js';
import { legendOf } from './legend.js';
import { functionHead, traceGroups, traceHead, tracesReading } from './traces/trace-lines.js';
import { levelGroups, levelHead, levelsReading } from './levels/level-lines.js';
import { objectiveCounts, objectiveLines, objectivesReading } from './objectives/objective-lines.js';
import {
  breakEvenReading,
  breakEvenTable,
  errorReading,
  errorTable,
  modelledTable,
  modelRemarks,
} from './modelled/model-lines.js';
import { crossoverSentences, sizeReading, sizeTable } from './payload-size/size-table.js';
import { storageFigures, storageReading } from './storage-figures.js';
import { sumsReading, sumsTitle, sumTable } from './latency-sums/sum-table.js';
import { validityCounts } from './validity/validity-text.js';
import { printable } from './wrap-text.js';
import { groupedNotes } from './notes.js';

/** Text that Markdown and the HTML in it take literally, on one line and within one cell of a table. */
export const escapeMarkdown = (text: string): string =>
  printable(text).replace(/[\\`*_[\]<>|~#]/g, (sign) =>
    sign === '<' ? '&lt;' : sign === '>' ? '&gt;' : `\\${sign}`,
  );

/** A table of text cells; `right` names the columns that hold figures. Cells must be escaped already. */
export function markdownTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  right: readonly number[],
): string {
  const rule = head.map((_, index) => (right.includes(index) ? '---:' : '---'));
  return [head, rule, ...rows].map((cells) => `| ${cells.join(' | ')} |\n`).join('');
}

const latencyText = ({ cell }: GroupRow): string => {
  const { latencyMs } = cell;
  if (latencyMs === undefined) return withoutLatency(cell);
  const interval =
    latencyMs.ci95 === undefined ? '' : ` ${formatDurationInterval(latencyMs.ci95, latencyMs.p50)}`;
  return `${formatDuration(latencyMs.p50)}${interval}`;
};

const ratioText = ({ comparison }: GroupRow): string => {
  if (comparison === undefined) return absent;
  const interval = comparison.ci95 === undefined ? '' : ` ${formatRatioInterval(comparison.ci95)}`;
  return `${formatRatio(comparison.ratio)}${interval}`;
};

function tableRow(group: CellGroup, groups: readonly CellGroup[], row: GroupRow): string[] {
  const { cell, comparison, isBaseline } = row;
  const failures = failureText(cell);
  return [
    group.function,
    payloadText(group),
    [group.start, ...groupExtras(group, groups)].join(', '),
    runtimeName(cell),
    latencyText(row),
    cell.latencyMs === undefined ? absent : formatDuration(cell.latencyMs.p99),
    ratioText(row),
    comparison?.verdict ?? (isBaseline && cell.latencyMs !== undefined ? 'baseline' : absent),
    cell.peakMemoryBytes === undefined ? absent : formatBytes(cell.peakMemoryBytes),
    cell.imageBytes === undefined ? absent : formatBytes(cell.imageBytes),
    formatCount(cell.n),
    failures === '' ? '0' : failures,
  ].map(escapeMarkdown);
}

const head = [
  'function',
  'payload',
  'start',
  'runtime',
  'p50 [95 %]',
  'p99',
  'ratio [95 %]',
  'verdict',
  'memory',
  'image',
  'n',
  'failed',
];

const list = (items: readonly string[]): string =>
  items.map((item) => `- ${escapeMarkdown(item)}\n`).join('');

/** The first line, which shows on no page: by it `lumos report` knows its own file again. */
export const markdownMark = '<!-- Made by lumos report -->\n';

/** The answer, the table, the legend and the notes of a summary; and what a model says of it. */
export function renderMarkdown(summary: Summary, model?: ModelSection): string {
  const groups = groupCells(summary);
  const rows = groups.flatMap((group) => group.rows.map((row) => tableRow(group, groups, row)));
  const notes = groupedNotes(summary);
  const crossovers = crossoverSentences(summary);
  const legend = legendOf(summary).map(({ term, meaning }) => `- **${term}**: ${escapeMarkdown(meaning)}\n`);
  return [
    markdownMark,
    `# ${escapeMarkdown(summary.experiment)}\n`,
    list(headlineOf(summary).lead),
    ...validityMarkdown(summary),
    ...tableWithReading(leagueTable(summary), leagueReading),
    ...claimsMarkdown(summary),
    markdownTable(head, rows, [4, 5, 6, 8, 9, 10]),
    ...objectivesMarkdown(summary),
    ...tracesMarkdown(summary),
    ...levelsMarkdown(summary),
    ...titled(sumsTitle, tableWithReading(sumTable(summary), sumsReading)),
    ...tableWithReading(storageFigures(summary), storageReading),
    ...tableWithReading(sizeTable(summary), sizeReading),
    ...(crossovers.length === 0 ? [] : [list(crossovers)]),
    ...(model === undefined ? [] : modelMarkdown(model)),
    legend.join(''),
    ...(notes.length === 0 ? [] : [list(notes)]),
  ].join('\n');
}

interface NamedTable {
  readonly head: readonly string[];
  readonly names: number;
  readonly rows: readonly (readonly string[])[];
}

/** A table and how to read it; nothing for one without rows. */
function tableWithReading({ head: columns, names, rows }: NamedTable, reading: string): string[] {
  if (rows.length === 0) return [];
  const right = columns.map((_, index) => index).filter((index) => index >= names);
  const cells = rows.map((row) => row.map(escapeMarkdown));
  return [`${markdownTable(columns, cells, right)}\n${reading}\n`];
}

function tracesMarkdown(summary: Summary): string[] {
  const groups = traceGroups(summary);
  if (groups.length === 0) return [];
  const table = (head: readonly string[], rows: readonly (readonly string[])[], figures: number): string =>
    markdownTable(
      [...head],
      rows.map((row) => row.map(escapeMarkdown)),
      head.map((_, index) => index).filter((index) => index >= figures),
    );
  return [
    '## Under a trace\n',
    ...groups.flatMap(({ title, rows, remarks, runtimes, functions }) => [
      `### ${escapeMarkdown(title)}\n`,
      table(traceHead, rows, 1),
      ...(remarks.length === 0 ? [] : [`${remarks.map((one) => `- ${escapeMarkdown(one)}`).join('\n')}\n`]),
      table([...functionHead, ...runtimes.map((name) => `cold, ${name}`)], functions, 4),
    ]),
    `${tracesReading}\n`,
  ];
}

const titled = (title: string, parts: readonly string[]): string[] =>
  parts.length === 0 ? [] : [`## ${escapeMarkdown(title)}\n`, ...parts];

function validityMarkdown(summary: Summary): string[] {
  const { validity = [] } = summary;
  if (validity.length === 0) return [];
  const lines = validity.map(
    ({ id, severity, text, advice }) =>
      `- **${severity}: ${id}.** ${escapeMarkdown(text)} _${escapeMarkdown(advice)}_\n`,
  );
  return [`## Validity: ${validityCounts(summary)}\n`, lines.join('')];
}

function levelsMarkdown(summary: Summary): string[] {
  const groups = levelGroups(summary);
  if (groups.length === 0) return [];
  return [
    '## Load\n',
    ...groups.flatMap(({ title, rows, knee, remarks }) => [
      `### ${escapeMarkdown(title)}\n`,
      markdownTable(
        [...levelHead],
        rows.map((row) => [...row]),
        [0, 10],
      ),
      ...(knee === undefined ? [] : [`${knee}\n`]),
      ...(remarks.length === 0
        ? []
        : [`${remarks.map((remark) => `- ${escapeMarkdown(remark)}`).join('\n')}\n`]),
    ]),
    `${levelsReading()}\n`,
  ];
}

function modelMarkdown(section: ModelSection): string[] {
  return [
    '## The performance model\n',
    list(modelRemarks(section)),
    ...tableWithReading(errorTable(section), errorReading),
    ...tableWithReading(breakEvenTable(section), breakEvenReading(section)),
    ...tableWithReading(
      modelledTable(section.modelled),
      'Measured against predicted medians; parts are those of the prediction.',
    ),
  ];
}

function objectivesMarkdown(summary: Summary): string[] {
  const lines = objectiveLines(summary);
  if (lines.length === 0) return [];
  const rows = lines.map(({ objective, cell, runtime, measured, verdict, why }) =>
    [objective, cell, runtime, measured, verdict, why].map(escapeMarkdown),
  );
  const columns = ['objective', 'cell', 'runtime', 'measured [95 %]', 'verdict', 'why'];
  return [
    `## Objectives: ${objectiveCounts(summary)}\n`,
    `${markdownTable(columns, rows, [3])}\n${objectivesReading}\n`,
  ];
}

function claimsMarkdown(summary: Summary): string[] {
  const lines = claimLines(summary);
  if (lines.length === 0) return [];
  const rows = lines.map(({ id, paper, measured, cells, verdict, why }) =>
    [id, paper, measured, cells, verdict, why].map(escapeMarkdown),
  );
  return [
    markdownTable(['claim', 'the paper', 'measured here [95 %]', 'cells', 'verdict', 'why'], rows, [2]),
  ];
}
