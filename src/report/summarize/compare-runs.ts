/** Two runs side by side, cell by cell. */
import { cellKey, type Cell } from '../../domain/factors.js';
import { milliseconds, type Milliseconds } from '../../domain/units.js';
import type { CellColumns, RunAccumulator } from './accumulate.js';
import { failuresOfCell } from './cell-failures.js';
import { mediansOf } from './cell-medians.js';
import { orderCells } from './cell-order.js';
import type { LoadCell, LoadCells } from '../levels/load-cells.js';
import {
  compareEstimates,
  estimateOfCell,
  type CellEstimate,
  type ComparisonOptions,
  type MedianComparison,
} from './compare-medians.js';

export interface RunComparisonOptions extends ComparisonOptions {
  /** Cells in the order to report them in, e.g. the base run's plan; others follow by their names. */
  readonly plannedCells?: readonly Cell[];
  /** The levels of both runs, where they are loads. */
  readonly load?: { readonly base: LoadCells; readonly candidate: LoadCells };
}

/** The latency of one cell in both runs. */
export interface CellComparison extends MedianComparison {
  readonly cell: Cell;
  readonly metric: 'latencyMs';
  readonly n: { readonly base: number; readonly candidate: number };
  readonly p50: { readonly base: Milliseconds; readonly candidate: Milliseconds };
}

/** What is wrong with a cell of either run, in words: `300 of 330 failed (300 timeout)`, `not valid: ...`. */
export interface CellTrouble {
  readonly cell: Cell;
  readonly base?: string;
  readonly candidate?: string;
}

export interface RunComparison {
  readonly cells: readonly CellComparison[];
  /** What a reader has to know before the figures: failures, and levels that are not valid. */
  readonly troubles: readonly CellTrouble[];
  /** Cells with rows in both runs but no ratio: on one side every invocation failed, the median is 0, or the level is not valid. */
  readonly withoutRatio: readonly Cell[];
  readonly onlyInBase: readonly Cell[];
  readonly onlyInCandidate: readonly Cell[];
}

/** `candidate` over `base`, for every cell that has rows in both. The same runs and seed give the same comparison. */
export function compareRuns(
  base: RunAccumulator,
  candidate: RunAccumulator,
  options: RunComparisonOptions,
): RunComparison {
  const cells = orderCells(
    options.plannedCells ?? [],
    [...base.all(), ...candidate.all()].map((columns) => columns.cell),
  );
  const { load } = options;
  const isInBase = (cell: Cell): boolean =>
    base.get(cell) !== undefined || load?.base.get(cell) !== undefined;
  const isInCandidate = (cell: Cell): boolean =>
    candidate.get(cell) !== undefined || load?.candidate.get(cell) !== undefined;
  const inBoth = cells.filter((cell) => isInBase(cell) && isInCandidate(cell));
  const compared = new Map(inBoth.map((cell) => [cell, compareCell(cell, base, candidate, options)]));
  return {
    troubles: inBoth.flatMap((cell) => troubleOf(cell, base, candidate, load) ?? []),
    cells: [...compared.values()].filter((one) => one !== undefined),
    withoutRatio: inBoth.filter((cell) => compared.get(cell) === undefined),
    onlyInBase: cells.filter((cell) => isInBase(cell) && !isInCandidate(cell)),
    onlyInCandidate: cells.filter((cell) => !isInBase(cell) && isInCandidate(cell)),
  };
}

function troubleOf(
  cell: Cell,
  base: RunAccumulator,
  candidate: RunAccumulator,
  load: RunComparisonOptions['load'],
): CellTrouble | undefined {
  const before = troubleIn(base.get(cell), load?.base.get(cell));
  const after = troubleIn(candidate.get(cell), load?.candidate.get(cell));
  if (before === undefined && after === undefined) return undefined;
  return {
    cell,
    ...(before === undefined ? {} : { base: before }),
    ...(after === undefined ? {} : { candidate: after }),
  };
}

function troubleIn(columns: CellColumns | undefined, load: LoadCell | undefined): string | undefined {
  if (load?.level.valid === false) return `not valid: ${load.level.why}`;
  const failures = failuresOfCell(columns, load);
  if (failures === undefined || failures.failed === 0) return undefined;
  return `${failures.failed} of ${failures.of} failed (${failures.kinds})`;
}

function compareCell(
  cell: Cell,
  base: RunAccumulator,
  candidate: RunAccumulator,
  options: RunComparisonOptions,
): CellComparison | undefined {
  const estimateOf = (run: RunAccumulator, load: LoadCells | undefined): CellEstimate | undefined =>
    estimateOfCell(
      mediansOf(run.get(cell), ['latencyMs']).get('latencyMs'),
      'latencyMs',
      load?.get(cell),
      failuresOfCell(run.get(cell), load?.get(cell)),
    );
  const before = estimateOf(base, options.load?.base);
  const after = estimateOf(candidate, options.load?.candidate);
  const compared = compareEstimates(after, before, options, JSON.stringify(['runs', cellKey(cell)]));
  if (before === undefined || after === undefined || compared === undefined) return undefined;
  return {
    cell,
    metric: 'latencyMs',
    ...compared,
    n: { base: before.n, candidate: after.n },
    p50: { base: milliseconds(before.value), candidate: milliseconds(after.value) },
  };
}
