/** Two runs side by side, cell by cell. */
import { cellKey, type Cell } from '../../domain/factors.js';
import { milliseconds, type Milliseconds } from '../../domain/units.js';
import type { RunAccumulator } from './accumulate.js';
import { mediansOf } from './cell-medians.js';
import { orderCells } from './cell-order.js';
import { compareMedians, type ComparisonOptions, type MedianComparison } from './compare-medians.js';

export interface RunComparisonOptions extends ComparisonOptions {
  /** Cells in the order to report them in, e.g. the base run's plan; others follow by their names. */
  readonly plannedCells?: readonly Cell[];
}

/** The latency of one cell in both runs. */
export interface CellComparison extends MedianComparison {
  readonly cell: Cell;
  readonly metric: 'latencyMs';
  readonly n: { readonly base: number; readonly candidate: number };
  readonly p50: { readonly base: Milliseconds; readonly candidate: Milliseconds };
}

export interface RunComparison {
  readonly cells: readonly CellComparison[];
  /** Cells with rows in both runs but no ratio: on one side every invocation failed, or the median is 0. */
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
  const inBoth = cells.filter((cell) => base.get(cell) !== undefined && candidate.get(cell) !== undefined);
  const compared = new Map(inBoth.map((cell) => [cell, compareCell(cell, base, candidate, options)]));
  return {
    cells: [...compared.values()].filter((one) => one !== undefined),
    withoutRatio: inBoth.filter((cell) => compared.get(cell) === undefined),
    onlyInBase: cells.filter((cell) => base.get(cell) !== undefined && candidate.get(cell) === undefined),
    onlyInCandidate: cells.filter(
      (cell) => base.get(cell) === undefined && candidate.get(cell) !== undefined,
    ),
  };
}

function compareCell(
  cell: Cell,
  base: RunAccumulator,
  candidate: RunAccumulator,
  options: ComparisonOptions,
): CellComparison | undefined {
  const before = mediansOf(base.get(cell), ['latencyMs']).get('latencyMs');
  const after = mediansOf(candidate.get(cell), ['latencyMs']).get('latencyMs');
  const compared = compareMedians(after, before, options, JSON.stringify(['runs', cellKey(cell)]));
  if (before === undefined || after === undefined || compared === undefined) return undefined;
  return {
    cell,
    metric: 'latencyMs',
    ...compared,
    n: { base: before.size.n, candidate: after.size.n },
    p50: { base: milliseconds(before.median), candidate: milliseconds(after.median) },
  };
}
