/** The summary as a reader meets it: cells that differ only in their runtime stand together, the baseline first. */
import {
  cellKey,
  conditionsKey,
  conditionsOf,
  environmentName,
  runtimeName,
  type Cell,
  type Conditions,
  type Outcome,
  type Start,
} from '../domain/factors.js';
import type { CellSummary, Comparison } from '../domain/summary/cell-summary.js';
import type { Summary } from '../domain/summary/summary.js';
import { formatBytes, formatCount } from './format-quantity.js';

/** One runtime's cell with how its latency compares to the baseline's. */
export interface GroupRow {
  readonly cell: CellSummary;
  /** Absent for the baseline itself and where either side has no result. */
  readonly comparison?: Comparison;
  readonly isBaseline: boolean;
}

/** All runtimes' cells under the same conditions. */
export interface CellGroup extends Conditions {
  readonly key: string;
  readonly payloadBytes: CellSummary['payloadBytes'];
  /** Bytes of what the function works on: of its payload, or of the objects it fetches or stores where they are more. */
  readonly dataBytes: CellSummary['payloadBytes'];
  readonly rows: readonly GroupRow[];
}

export const startOrder: readonly Start[] = ['cold', 'snapshot', 'fresh', 'warm'];

const distinct = <T>(values: readonly T[]): T[] => [...new Set(values)];

/** The runtimes that the summary's ratios are against; normally one, none when nothing was compared. */
export const baselinesOf = (summary: Summary): string[] =>
  distinct(
    summary.comparisons.map(({ baseline, baselineOptions: options }) =>
      runtimeName({ runtime: baseline, options }),
    ),
  );

/** Why a summary without comparisons has none. */
export const whyNotCompared = ({ cells }: Summary): string =>
  distinct(cells.map(runtimeName)).length === 1 ? 'there is only one runtime' : 'no baseline has a result';

/** Runtimes in the order of their first cell, baselines first. */
export function runtimesOf(summary: Summary): string[] {
  const baselines = baselinesOf(summary);
  const all = distinct(summary.cells.map(runtimeName));
  return [...all.filter((id) => baselines.includes(id)), ...all.filter((id) => !baselines.includes(id))];
}

function sortGroups(groups: CellGroup[], functions: readonly string[]): CellGroup[] {
  return groups.sort(
    (a, b) =>
      functions.indexOf(a.function) - functions.indexOf(b.function) ||
      (a.dataBytes ?? 0) - (b.dataBytes ?? 0) ||
      a.payload.localeCompare(b.payload, 'en', { numeric: true }) ||
      a.environment.localeCompare(b.environment, 'en') ||
      a.concurrency - b.concurrency ||
      (a.arrivals ?? '').localeCompare(b.arrivals ?? '', 'en', { numeric: true }) ||
      storageText(a).localeCompare(storageText(b), 'en') ||
      useText(a).localeCompare(useText(b), 'en') ||
      startOrder.indexOf(a.start) - startOrder.indexOf(b.start),
  );
}

function latencyComparison(summary: Summary, cell: CellSummary): Comparison | undefined {
  return summary.comparisons.find(
    (one) =>
      one.metric === 'latencyMs' &&
      one.candidate === cell.runtime &&
      one.candidateOptions === cell.options &&
      conditionsKey(one) === conditionsKey(cell),
  );
}

/**
 * The summary's cells in groups: functions in the order of the summary, payloads from small to large, cold before
 * fresh before warm; in each group the baseline first.
 */
export function groupCells(summary: Summary): CellGroup[] {
  const runtimes = runtimesOf(summary);
  const baselines = baselinesOf(summary);
  const groups = new Map<string, CellSummary[]>();
  for (const cell of summary.cells) {
    const key = conditionsKey(cell);
    const members = groups.get(key);
    if (members === undefined) groups.set(key, [cell]);
    else members.push(cell);
  }
  const result: CellGroup[] = [];
  for (const [key, members] of groups) {
    const [first] = members;
    if (first === undefined) continue;
    const rows = members
      .sort((a, b) => runtimes.indexOf(runtimeName(a)) - runtimes.indexOf(runtimeName(b)))
      .map((cell): GroupRow => {
        const comparison = latencyComparison(summary, cell);
        return {
          cell,
          isBaseline: baselines.includes(runtimeName(cell)) && comparison === undefined,
          ...(comparison === undefined ? {} : { comparison }),
        };
      });
    const { payloadBytes } = first;
    const dataBytes = largestOf(members.map(dataBytesOf));
    result.push({ ...conditionsOf(first), key, payloadBytes, dataBytes, rows });
  }
  return sortGroups(result, distinct(summary.cells.map((cell) => cell.function)));
}

/** Where a function's objects lie and how it gets at them: `redis via host`; empty for a function without. */
export function storageText({ storage, access, connection }: Conditions): string {
  if (storage === undefined) return '';
  const way = access === undefined ? '' : access === 'host' ? ' via host' : ' direct';
  return `${storage}${way}${connection === 'per-invocation' ? ', connecting each time' : ''}`;
}

const languageNames = { go: 'in Go', typescript: 'in TypeScript', prebuilt: 'prebuilt' } as const;

/** How requests come in and what the function is written in, where that is not the usual: `over HTTP, in Go`. */
export function useText({
  transport,
  language = 'rust',
}: Pick<Conditions, 'transport' | 'language'>): string {
  const words = [transport === 'http' ? 'over HTTP' : '', language === 'rust' ? '' : languageNames[language]];
  return words.filter((word) => word !== '').join(', ');
}

/**
 * What tells the groups apart beside function, payload and start: "redis via host", "poisson 50/s", "8 at once", "on edge-pi"; empty
 * when nothing does.
 */
export function groupExtras(group: CellGroup, groups: readonly CellGroup[]): string[] {
  const extras = [storageText(group), useText(group)].filter((text) => text !== '');
  if (group.arrivals !== undefined) extras.push(group.arrivals);
  if (groups.some((other) => other.concurrency !== 1)) extras.push(`${group.concurrency} at once`);
  if (group.emulated === true || distinct(groups.map((other) => other.environment)).length > 1)
    extras.push(`on ${environmentName(group)}`);
  return extras;
}

/** A payload as its label with the size of the data: `small, 64 B`; the label alone where nobody knows the size. */
export const payloadText = ({ payload, dataBytes }: Pick<CellGroup, 'payload' | 'dataBytes'>): string =>
  dataBytes === undefined ? payload : `${payload}, ${formatBytes(dataBytes)}`;

/** The largest of a cell's payload and of what it fetched and stored. */
const dataBytesOf = ({ payloadBytes, fetchedBytes, storedBytes }: CellSummary): CellSummary['payloadBytes'] =>
  largestOf([payloadBytes, fetchedBytes, storedBytes]);

const largestOf = (sizes: readonly CellSummary['payloadBytes'][]): CellSummary['payloadBytes'] =>
  sizes.reduce(
    (most, one) => (one !== undefined && (most === undefined || one > most) ? one : most),
    undefined,
  );

/** What stands in place of a latency that there is not. */
export const withoutLatency = ({ notValid }: CellSummary): string =>
  notValid === undefined ? 'no result' : 'not valid';

/** How many invocations of a cell failed. */
export const failureCount = (cell: CellSummary): number =>
  Object.values(cell.failures).reduce((sum, count) => sum + count, 0);

/** A cell's failures by outcome, most frequent first: `3 timeout, 1 crashed`. Empty when there are none. */
export function failureText(cell: Pick<CellSummary, 'failures'>): string {
  const counted = Object.entries(cell.failures) as [Exclude<Outcome, 'ok'>, number][];
  return counted
    .sort(([, a], [, b]) => b - a)
    .map(([outcome, count]) => `${formatCount(count)} ${outcome}`)
    .join(', ');
}

/** Smallest and largest number of samples in a cell, by start: `n = 30 (cold), 97 to 100 (warm)`. */
export function sampleCounts(summary: Summary): string {
  const parts = startOrder.flatMap((start) => {
    const counts = summary.cells.filter((cell) => cell.start === start).map((cell) => cell.n);
    if (counts.length === 0) return [];
    const [low, high] = [Math.min(...counts), Math.max(...counts)];
    const range = low === high ? formatCount(low) : `${formatCount(low)} to ${formatCount(high)}`;
    return [`${range} (${start})`];
  });
  return parts.length === 0 ? 'n = 0' : `n = ${parts.join(', ')}`;
}

/** A cell by its comparison key, for joining samples to summaries. */
export const indexByCell = <T>(items: readonly T[], cellOf: (item: T) => Cell): Map<string, T> =>
  new Map(items.map((item) => [cellKey(cellOf(item)), item]));
