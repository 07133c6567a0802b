/** A run's rows into `summary.json`. */
import { cellKey, conditionsKey, conditionsOf, type Cell } from '../../domain/factors.js';
import { type Comparison } from '../../domain/summary/cell-summary.js';
import { summarySchemaId, type Summary } from '../../domain/summary/summary.js';
import type { Bytes } from '../../domain/units.js';
import { withLevel, type LoadCells } from '../levels/load-cells.js';
import type { RunAccumulator } from './accumulate.js';
import { failuresOfCell } from './cell-failures.js';
import { mediansOf } from './cell-medians.js';
import { orderCells } from './cell-order.js';
import {
  compareEstimates,
  estimateOfCell,
  type CellEstimate,
  type ComparisonOptions,
} from './compare-medians.js';
import { comparedMetrics } from './compared-metrics.js';
import { payloadOf, summarizeCell } from './summarize-cell.js';

/** What the rows do not say. */
export interface SummaryContext extends ComparisonOptions {
  readonly runId: string;
  /** The experiment's name. */
  readonly experiment: string;
  /** The runtime all others are compared against; none leaves the comparisons empty. */
  readonly baseline: string | undefined;
  /** Every cell of the plan, in its order; those without a row are reported as such. */
  readonly plannedCells: readonly Cell[];
  /** Compressed bytes a node would pull to run a function on a runtime, where known. */
  readonly imageBytes: (cell: Cell) => Bytes | undefined;
  /** The levels of a load; absent for single invocations. */
  readonly load?: LoadCells;
  /** The size of a payload. Asked only for a planned cell when no row of any runtime with this payload tells it. */
  readonly payloadBytes: (functionName: string, payload: string) => Bytes | undefined;
}

/**
 * The summary of all rows added so far: cells in the plan's order, then cells that were not planned by their names.
 * The same rows give the same summary in whatever order they were added, digit for digit.
 */
export function summarize(run: RunAccumulator, context: SummaryContext): Summary {
  const all = run.all();
  const cells = orderCells(
    context.plannedCells,
    all.map((columns) => columns.cell),
  );
  const medians = new Map(cells.map((cell) => [cellKey(cell), mediansOf(run.get(cell))]));
  const payloads = knownPayloads(cells, run);
  const summaries = cells.map((cell) =>
    withLevel(
      summarizeCell(cell, run.get(cell), medians.get(cellKey(cell)) ?? new Map(), {
        payloadBytes: payloads.get(payloadKey(cell)) ?? context.payloadBytes(cell.function, cell.payload),
        imageBytes: context.imageBytes(cell),
      }),
      context.load?.get(cell),
    ),
  );
  return {
    schema: summarySchemaId,
    runId: context.runId,
    experiment: context.experiment,
    rows: all.reduce((sum, columns) => sum + columns.rows, 0),
    failures: all.reduce((sum, columns) => sum + columns.rows - columns.samples, 0),
    margin: context.margin,
    cells: summaries,
    comparisons: compareWithBaseline(
      cells,
      (cell, metric) => {
        const load = context.load?.get(cell);
        const failures = failuresOfCell(run.get(cell), load);
        return estimateOfCell(medians.get(cellKey(cell))?.get(metric), metric, load, failures);
      },
      context,
    ),
    empty: summaries.filter((cell) => cell.n === 0 && cell.notValid === undefined).length,
  };
}

const payloadKey = (cell: Cell): string => JSON.stringify([cell.function, cell.payload]);

/** Sizes of payloads by function and label: every runtime is given the same bytes. */
function knownPayloads(cells: readonly Cell[], run: RunAccumulator): ReadonlyMap<string, Bytes> {
  const known = new Map<string, Bytes>();
  for (const cell of cells) {
    const columns = run.get(cell);
    const size = columns === undefined ? undefined : payloadOf(columns);
    if (size !== undefined && !known.has(payloadKey(cell))) known.set(payloadKey(cell), size);
  }
  return known;
}

type EstimateOf = (cell: Cell, metric: Comparison['metric']) => CellEstimate | undefined;

/** Every runtime against the baseline, wherever they differ in nothing else and both have samples of a metric. */
function compareWithBaseline(
  cells: readonly Cell[],
  estimateOf: EstimateOf,
  context: SummaryContext,
): Comparison[] {
  const baselines = new Map<string, Cell>();
  for (const cell of cells) {
    // Of a baseline with several sets of options the first is what the others are compared against.
    if (cell.runtime === context.baseline && !baselines.has(conditionsKey(cell)))
      baselines.set(conditionsKey(cell), cell);
  }
  return cells.flatMap((candidate) => {
    const baseline = baselines.get(conditionsKey(candidate));
    if (baseline === undefined || cellKey(candidate) === cellKey(baseline)) return [];
    return compareCells(candidate, baseline, estimateOf, context);
  });
}

function compareCells(
  candidate: Cell,
  baseline: Cell,
  estimateOf: EstimateOf,
  context: SummaryContext,
): Comparison[] {
  return comparedMetrics.flatMap((metric) => {
    const [ours, theirs] = [estimateOf(candidate, metric), estimateOf(baseline, metric)];
    const label = JSON.stringify(['comparison', cellKey(candidate), baseline.runtime, metric]);
    const compared = compareEstimates(ours, theirs, context, label);
    if (ours === undefined || theirs === undefined || compared === undefined) return [];
    return {
      ...conditionsOf(candidate),
      metric,
      baseline: baseline.runtime,
      candidate: candidate.runtime,
      ...(baseline.options === undefined ? {} : { baselineOptions: baseline.options }),
      ...(candidate.options === undefined ? {} : { candidateOptions: candidate.options }),
      ...compared,
      n: { baseline: theirs.n, candidate: ours.n },
    };
  });
}
