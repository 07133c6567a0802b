/**
 * What a load measured of a cell over all its requests: the one source of the cell's figures in every report. The rows of a
 * load are an even sample of its requests, so what only rows tell is called a sample.
 */
import { cellKey, type Cell } from '../../domain/factors.js';
import { failedRequests, outcomeOfError, type LevelRecord } from '../../domain/level.js';
import type { CellSummary, LatencySummary } from '../../domain/summary/cell-summary.js';
import type { LevelSummary } from '../../domain/summary/load-summary.js';
import { milliseconds } from '../../domain/units.js';
import type { LatencyHistogram } from '../../stats/latency-histogram.js';
import { groupBy } from '../validity/check.js';
import { histogramOf } from './levels-of-run.js';

export interface LoadCell {
  readonly level: LevelSummary;
  /** Of all successes of the level. */
  readonly latency: LatencyHistogram;
}

/** The levels of a run by their cells; empty for a run of single invocations. */
export class LoadCells {
  private readonly byKey: ReadonlyMap<string, LoadCell>;

  constructor(records: readonly LevelRecord[] = [], levels: readonly LevelSummary[] = []) {
    const summaries = new Map(levels.map((level) => [cellKey(level), level]));
    this.byKey = new Map(
      groupBy(records, cellKey).flatMap((rounds): [string, LoadCell][] => {
        const [first] = rounds;
        const key = first === undefined ? '' : cellKey(first);
        const level = summaries.get(key);
        return level === undefined
          ? []
          : [[key, { level, latency: histogramOf(rounds.map((one) => one.latency)) }]];
      }),
    );
  }

  get(cell: Cell): LoadCell | undefined {
    return this.byKey.size === 0 ? undefined : this.byKey.get(cellKey(cell));
  }

  /** Whether the figures of `cell` are not the target's but the generator's or the machine's. */
  isInvalid(cell: Cell): boolean {
    return this.get(cell)?.level.valid === false;
  }
}

/** The cells of levels of which a round is not valid. */
export function invalidCellsOf(records: readonly LevelRecord[]): (cell: Cell) => boolean {
  const keys = new Set(records.filter(({ valid }) => !valid).map((record) => cellKey(record)));
  return (cell) => keys.size > 0 && keys.has(cellKey(cell));
}

/** `cell` with the figures of all requests of its level in place of those of the rows; without any where the level is not valid. */
export function withLevel(cell: CellSummary, load: LoadCell | undefined): CellSummary {
  if (load === undefined) return cell;
  const { level } = load;
  if (!level.valid) return withoutFigures(cell, level.why);
  const { latencyMs: ofRows, ...others } = cell;
  return {
    ...others,
    n: level.succeeded,
    failures: failuresOf(level),
    ...(level.latencyMs === undefined ? {} : { latencyMs: latencyOf(level.latencyMs) }),
    throughputPerSecond: level.throughputPerSecond,
    ...(ofRows === undefined ? {} : { sampledRows: cell.n }),
    notes: notesOf(level, ofRows === undefined ? 0 : cell.n),
  };
}

function withoutFigures(cell: CellSummary, why: string): CellSummary {
  const without: CellSummary = {
    ...cell,
    ...{ n: 0, failures: {}, phasesMs: {}, notValid: why, notes: [`not valid: ${why}`] },
  };
  delete without.latencyMs;
  delete without.throughputPerSecond;
  return without;
}

function latencyOf(latency: NonNullable<LevelSummary['latencyMs']>): CellSummary['latencyMs'] {
  const { p50, p90, p99, mean, min, max, ci95 } = latency;
  const interval = ci95?.map(milliseconds) as LatencySummary['ci95'];
  return { p50, p90, p99, mean, min, max, ...(interval === undefined ? {} : { ci95: interval }) };
}

function failuresOf({ errors }: LevelSummary): CellSummary['failures'] {
  const failures: CellSummary['failures'] = {};
  for (const [kind, count] of Object.entries(errors)) {
    const outcome = outcomeOfError(kind);
    if (count > 0) failures[outcome] = (failures[outcome] ?? 0) + count;
  }
  return failures;
}

function notesOf(level: LevelSummary, sampled: number): string[] {
  const kinds = Object.entries(level.errors).map(([kind, count]) => `${count} ${kind}`);
  const failed = failedRequests(level);
  return [
    ...(level.succeeded === 0 ? ['every request failed: there is nothing to take a figure of'] : []),
    ...(failed === 0
      ? []
      : [
          `${failed} of ${level.sent} requests failed (${kinds.join(', ')}); the figures are of the others only`,
        ]),
    ...(sampled === 0 || sampled >= level.succeeded
      ? []
      : [`parts of the latency are medians of a sample of ${sampled} of its ${level.succeeded} responses`]),
  ];
}
