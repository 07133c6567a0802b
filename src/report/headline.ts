/** What a run answers, in plain sentences that are made from its comparisons and from nothing else. */
import { runtimeName, type Start } from '../domain/factors.js';
import type { CellSummary, Comparison } from '../domain/summary/cell-summary.js';
import type { Summary } from '../domain/summary/summary.js';
import {
  baselinesOf,
  failureCount,
  failureText,
  groupCells,
  groupExtras,
  startOrder,
  whyNotCompared,
  type CellGroup,
  type GroupRow,
} from './cell-groups.js';
import { invalidLevelsText } from './validity/checks/levels.js';
import {
  asciiSigns,
  formatCount,
  formatCounted,
  formatDuration,
  formatRatio,
  formatRatioInterval,
  formatShare,
  type Signs,
} from './format-quantity.js';

/** The answers for one function, payload and start. */
export interface HeadlineDetail {
  /** e.g. `Cold, hello-world (small)`. */
  readonly title: string;
  readonly sentences: readonly string[];
}

export interface Headline {
  /** The answer in a sentence for each start and runtime: over how many cells it holds, and from where to where. */
  readonly lead: readonly string[];
  readonly details: readonly HeadlineDetail[];
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** A ratio turned around, so that a faster candidate reads as "41x faster" and not "0.024x". */
const inverse = (value: number): number => (value === 0 ? Number.POSITIVE_INFINITY : 1 / value);

const samples = ({ n }: Comparison): string =>
  n.candidate === n.baseline
    ? `n = ${formatCount(n.candidate)} each`
    : `n = ${formatCount(n.candidate)} and ${formatCount(n.baseline)}`;

/** One comparison as a clause: who, how much, how surely, from how many samples. */
function clause(comparison: Comparison, margin: number, signs: Signs): string {
  const { candidate, baseline, ratio, ci95, verdict } = comparison;
  const evidence = `(${samples(comparison)})`;
  switch (verdict) {
    case 'lower': {
      const bounds =
        ci95 === undefined ? '' : ` ${formatRatioInterval([inverse(ci95[1]), inverse(ci95[0])])}`;
      return `${candidate} is ${formatRatio(inverse(ratio), signs)} faster than ${baseline}${bounds} ${evidence}`;
    }
    case 'higher': {
      const bounds = ci95 === undefined ? '' : ` ${formatRatioInterval(ci95)}`;
      return `${candidate} takes ${formatRatio(ratio, signs)} as long as ${baseline}${bounds} ${evidence}`;
    }
    case 'same':
      return `${candidate} is as fast as ${baseline} within ${formatShare(margin)}: ${formatRatio(ratio, signs)}${bracket(ci95)} ${evidence}`;
    case 'unsure':
      return ci95 === undefined
        ? `whether ${candidate} differs from ${baseline} is unsure, with too few samples for an interval: ratio ${formatRatio(ratio, signs)} ${evidence}`
        : `whether ${candidate} differs from ${baseline} is unsure: ratio ${formatRatio(ratio, signs)}${bracket(ci95)} ${evidence}`;
  }
}

const bracket = (ci95: readonly [number, number] | undefined): string =>
  ci95 === undefined ? '' : ` ${formatRatioInterval(ci95)}`;

function withoutResult(cell: CellSummary): string {
  if (cell.notValid !== undefined) return `${runtimeName(cell)} has no valid result: ${cell.notValid}`;
  const failed = failureCount(cell);
  return failed === 0
    ? `${runtimeName(cell)} has no result`
    : `${runtimeName(cell)} has no result: all ${formatCount(failed)} invocations failed (${failureText(cell)})`;
}

function sentenceOf(row: GroupRow, margin: number, signs: Signs): string | undefined {
  if (row.comparison !== undefined) return clause(row.comparison, margin, signs);
  if (row.cell.latencyMs === undefined) return withoutResult(row.cell);
  if (row.isBaseline) return undefined;
  return `${runtimeName(row.cell)} has a median of ${formatDuration(row.cell.latencyMs.p50, signs)}, with no baseline to set it against`;
}

function failuresOf(cell: CellSummary): string | undefined {
  const failed = failureCount(cell);
  if (failed === 0 || cell.latencyMs === undefined) return undefined;
  return `${formatCount(failed)} of ${formatCount(failed + cell.n)} invocations of ${runtimeName(cell)} failed (${failureText(cell)}), and its figures are of the others`;
}

/** Cells of which most failed have a figure and no verdict; which those are comes before any answer. */
function mostlyFailed({ cells }: Summary): string[] {
  const count = cells.filter((cell) => cell.latencyMs !== undefined && failureCount(cell) > cell.n).length;
  return count === 0
    ? []
    : [
        `In ${formatCounted(count, 'cell')} more than half of the invocations failed: no verdict rests on them.`,
      ];
}

function detailOf(
  group: CellGroup,
  groups: readonly CellGroup[],
  margin: number,
  signs: Signs,
): HeadlineDetail {
  const extras = groupExtras(group, groups).map((extra) => `, ${extra}`);
  return {
    title: `${capital(group.start)}, ${group.function} (${group.payload}${extras.join('')})`,
    sentences: group.rows.flatMap((row) =>
      [sentenceOf(row, margin, signs), failuresOf(row.cell)].filter((one) => one !== undefined),
    ),
  };
}

/** From the least to the most of some ratios: `25.3x to 46.1x`, or the one there is. */
function range(ratios: readonly number[], signs: Signs): string {
  const low = formatRatio(Math.min(...ratios), signs);
  const high = formatRatio(Math.max(...ratios), signs);
  return low === high ? low : `${low} to ${high}`;
}

const cellCount = (count: number, all: number): string =>
  count === all
    ? all === 1
      ? 'in the one cell'
      : `in all ${formatCount(all)} cells`
    : `in ${formatCount(count)} of ${formatCount(all)} cells`;

interface Tally {
  readonly baseline: string;
  readonly candidate: string;
  readonly start: Start;
  readonly comparisons: readonly Comparison[];
  /** Cells of the candidate for this start, with or without a comparison. */
  readonly cells: number;
}

function leadSentence(
  { baseline, candidate, start, comparisons, cells }: Tally,
  margin: number,
  signs: Signs,
): string {
  const of = (verdict: Comparison['verdict']): Comparison[] =>
    comparisons.filter((one) => one.verdict === verdict);
  const ratios = (some: readonly Comparison[]): number[] => some.map((one) => one.ratio);
  const [lower, higher, same, unsure] = [of('lower'), of('higher'), of('same'), of('unsure')];
  const missing = cells - comparisons.length;
  const parts = [
    lower.length === 0
      ? []
      : [
          `is faster than ${baseline} ${cellCount(lower.length, cells)} (${range(ratios(lower).map(inverse), signs)})`,
        ],
    higher.length === 0
      ? []
      : [
          `is slower than ${baseline} ${cellCount(higher.length, cells)} (${range(ratios(higher), signs)} as long)`,
        ],
    same.length === 0
      ? []
      : [`is as fast as ${baseline} within ${formatShare(margin)} ${cellCount(same.length, cells)}`],
    unsure.length === 0 ? [] : [`unsure ${cellCount(unsure.length, cells)}`],
    missing === 0 ? [] : [`cannot be compared ${cellCount(missing, cells)}`],
  ].flat();
  return `${capital(start)}: ${candidate} ${parts.join('; ')}.`;
}

function tallies(summary: Summary, groups: readonly CellGroup[]): Tally[] {
  const [baseline] = baselinesOf(summary);
  if (baseline === undefined) return [];
  const found = new Map<string, { start: Start; candidate: string; rows: GroupRow[] }>();
  for (const start of startOrder) {
    for (const row of groups.filter((group) => group.start === start).flatMap((group) => group.rows)) {
      if (runtimeName(row.cell) === baseline) continue;
      const key = JSON.stringify([start, runtimeName(row.cell)]);
      const entry = found.get(key) ?? { start, candidate: runtimeName(row.cell), rows: [] };
      entry.rows.push(row);
      found.set(key, entry);
    }
  }
  return [...found.values()].map(({ start, candidate, rows }) => ({
    baseline,
    candidate,
    start,
    comparisons: rows.flatMap(({ comparison }) => comparison ?? []),
    cells: rows.length,
  }));
}

/** The answer of a run in sentences; says so where there is none, and `unsure` where the intervals leave it open. */
export function headlineOf(summary: Summary, signs: Signs = asciiSigns): Headline {
  const groups = groupCells(summary);
  const lead = tallies(summary, groups).map((tally) => leadSentence(tally, summary.margin, signs));
  const details = groups.map((group) => detailOf(group, groups, summary.margin, signs));
  const invalid = invalidLevelsText(summary);
  return {
    lead: [
      ...(invalid === undefined ? [] : [`${capital(invalid)}. They have no part in any answer.`]),
      ...mostlyFailed(summary),
      ...(lead.length > 0 ? lead : [`No two runtimes could be compared: ${whyNotCompared(summary)}.`]),
    ],
    details: details.filter((detail) => detail.sentences.length > 0),
  };
}
