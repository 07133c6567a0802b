/** A run as the JSON of hyperfine, for its scripts: a result a cell. */
import { cellKey, CellSchema, runtimeName, type Cell, type Outcome } from '../../domain/factors.js';
import type { Measurement } from '../../domain/measurement.js';
import type { LevelSummary } from '../../domain/summary/load-summary.js';
import { LoadCells } from '../levels/load-cells.js';
import { moments } from '../../stats/moments.js';
import { median } from '../../stats/quantiles.js';
import { sortSamples } from '../../stats/sorted-samples.js';

/** hyperfine counts in seconds; a figure that was not measured is absent. */
export interface HyperfineResult {
  readonly command: string;
  readonly mean?: number;
  /** null for one sample, as hyperfine has it. */
  readonly stddev?: number | null;
  readonly median?: number;
  readonly user?: number;
  readonly system?: number;
  readonly min?: number;
  readonly max?: number;
  /** Of the verified answers, in the order of the rows. */
  readonly times: readonly number[];
  readonly exit_codes: readonly number[];
  readonly memory_usage_byte?: readonly number[];
  /** The cell's factors. */
  readonly parameters: Readonly<Record<string, string>>;
  /** What hyperfine has no place for: failures have no time. */
  readonly lumos: {
    readonly failures: Readonly<Partial<Record<Outcome, number>>>;
    /** Of a load: the requests that the statistics are of; `times` and what is made of them are a sample of these. */
    readonly requests?: number;
  };
}

interface Gathered {
  readonly cell: Cell;
  readonly rows: Measurement[];
  readonly failures: Partial<Record<Outcome, number>>;
}

const factorsOf = (cell: Cell): Record<string, string> =>
  Object.fromEntries(Object.entries(cell).map(([name, value]) => [name, String(value)]));

const commandOf = (cell: Cell): string =>
  `${cell.function} ${cell.payload}, ${cell.start}, on ${runtimeName(cell)}${cell.concurrency === 1 ? '' : `, ${cell.concurrency} at once`}`;

/** The mean of a figure in seconds, where every row has it. */
function meanSeconds(
  rows: readonly Measurement[],
  of: (row: Measurement) => number | undefined,
): number | undefined {
  const values = rows.flatMap((row) => of(row) ?? []);
  if (values.length === 0 || values.length < rows.length) return undefined;
  return values.reduce((sum, value) => sum + value, 0) / values.length / 1000;
}

function resultOf({ cell, rows, failures }: Gathered, load: LoadCells): HyperfineResult {
  const level = load.get(cell)?.level;
  const times = rows.flatMap(({ latencyMs }) => (latencyMs === undefined ? [] : [latencyMs / 1000]));
  const memory = rows.flatMap(({ peakResidentBytes }) => peakResidentBytes ?? []);
  const user = meanSeconds(rows, ({ cpuUserMs }) => cpuUserMs);
  const system = meanSeconds(rows, ({ cpuSystemMs }) => cpuSystemMs);
  return {
    command: commandOf(cell),
    ...(level === undefined ? statisticsOf(times) : statisticsOfLevel(level)),
    ...(user === undefined ? {} : { user }),
    ...(system === undefined ? {} : { system }),
    times,
    exit_codes: times.map(() => 0),
    ...(memory.length === 0 || memory.length < times.length ? {} : { memory_usage_byte: memory }),
    parameters: factorsOf(cell),
    lumos: level === undefined ? { failures } : { failures, requests: level.sent },
  };
}

function statisticsOf(
  times: readonly number[],
): Pick<HyperfineResult, 'mean' | 'stddev' | 'median' | 'min' | 'max'> {
  if (times.length === 0) return {};
  const sorted = sortSamples(times);
  const { mean, sd } = moments(sorted);
  const [min, max] = [sorted[0] as number, sorted[sorted.length - 1] as number];
  return { mean, stddev: sd ?? null, median: median(sorted), min, max };
}

/** Of all successes of the level. */
function statisticsOfLevel({ latencyMs }: LevelSummary): ReturnType<typeof statisticsOf> {
  if (latencyMs === undefined) return {};
  const { mean, p50, min, max } = latencyMs;
  return { mean: mean / 1000, median: p50 / 1000, min: min / 1000, max: max / 1000 };
}

/**
 * The text of the file. All latencies are held in memory, as they are in the file. Of a load the statistics are of all its requests;
 * levels that are not valid have no result.
 */
export async function renderHyperfine(
  rows: AsyncIterable<Measurement> | Iterable<Measurement>,
  load = new LoadCells(),
): Promise<string> {
  const cells = new Map<string, Gathered>();
  for await (const row of rows) {
    if (load.isInvalid(row)) continue;
    const key = cellKey(row);
    let gathered = cells.get(key);
    if (gathered === undefined)
      cells.set(key, (gathered = { cell: CellSchema.parse(row), rows: [], failures: {} }));
    if (row.outcome === 'ok' && row.latencyMs !== undefined) gathered.rows.push(row);
    else gathered.failures[row.outcome] = (gathered.failures[row.outcome] ?? 0) + 1;
  }
  return `${JSON.stringify({ results: [...cells.values()].map((gathered) => resultOf(gathered, load)) }, null, 2)}\n`;
}
