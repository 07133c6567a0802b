/** The league as a table of text, for terminal, Markdown and page. */
import { runtimeName, type Start } from '../../domain/factors.js';
import type { LeagueRow } from '../../domain/summary/league.js';
import type { Summary } from '../../domain/summary/summary.js';
import { startOrder, useText } from '../cell-groups.js';
import { absent, asciiSigns, formatBytes, formatDuration, type Signs } from '../format-quantity.js';

export interface LeagueTable {
  readonly head: readonly string[];
  /** Leading columns that name the row; the others hold figures. */
  readonly names: number;
  readonly rows: readonly (readonly string[])[];
}

export const leagueReading =
  'Medians, with half the width of their 95 % interval as a share of them; a latency without one has too few samples. ' +
  'Precompile: how long the engine compiles a function ahead of time, once (median over the functions). Artefact: the ' +
  'file that runs; image: compressed bytes a node would pull; memory: median peak of a whole sandbox of the first function.';

type Latency = LeagueRow['latencies'][number];

/** Functions and starts that some runtime has a latency of; of `cold`, `snapshot` and `fresh` only the first function. */
function columnsOf(rows: readonly LeagueRow[]): { readonly function: string; readonly start: Start }[] {
  const all = rows.flatMap((row) => row.latencies);
  const functions = [...new Set(all.map((one) => one.function))];
  return startOrder.flatMap((start) =>
    (start === 'warm' ? functions : functions.slice(0, 1))
      .filter((name) => all.some((one) => one.function === name && one.start === start))
      .map((name) => ({ function: name, start })),
  );
}

function latencyText(latency: Latency | undefined, signs: Signs): string {
  if (latency === undefined) return absent;
  const { p50, ci95 } = latency;
  const half = ci95 === undefined ? undefined : (100 * (ci95[1] - ci95[0])) / 2 / p50;
  const spread =
    half === undefined ? '' : ` ${plusMinus(signs)}${half < 9.5 ? half.toFixed(1) : half.toFixed(0)} %`;
  return `${formatDuration(p50, signs)}${spread}`;
}

const plusMinus = (signs: Signs): string => (signs === asciiSigns ? '+-' : '\u00b1');

/** One row for each runtime, in the summary's order. */
export function leagueTable({ league = [] }: Summary, signs: Signs = asciiSigns): LeagueTable {
  const columns = columnsOf(league);
  return {
    head: [
      'runtime',
      'class',
      ...columns.map((column) => `${column.start} ${column.function}`),
      'precompile',
      'artefact',
      'image',
      'memory',
      'failed',
    ],
    names: 2,
    rows: league.map((row) => [
      [runtimeName(row), useText(row)].filter((text) => text !== '').join(', '),
      row.class,
      ...columns.map((column) =>
        latencyText(
          row.latencies.find((one) => one.function === column.function && one.start === column.start),
          signs,
        ),
      ),
      row.precompileMs === undefined ? absent : formatDuration(row.precompileMs, signs),
      ...[row.artifactBytes, row.imageBytes, row.peakMemoryBytes].map((size) =>
        size === undefined ? absent : formatBytes(size),
      ),
      row.failed === 0 ? '0' : `${row.failed} of ${row.invocations}`,
    ]),
  };
}
