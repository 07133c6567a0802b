/** How much of a cell failed, whichever way it was measured. */
import type { LoadCell } from '../levels/load-cells.js';
import { failureCounts, type CellColumns } from './accumulate.js';

export interface CellFailures {
  readonly failed: number;
  readonly of: number;
  /** By kind, e.g. `3 crashed, 27 timeout`. */
  readonly kinds: string;
}

/** From more failures than answers on, a median is of a selection, and no verdict rests on it. */
export const isSelection = ({ failed, of }: CellFailures): boolean => failed > of / 2;

/** Over all requests of a load's level, else over the rows; undefined where there is neither. */
export function failuresOfCell(
  columns: CellColumns | undefined,
  load: LoadCell | undefined,
): CellFailures | undefined {
  if (load !== undefined) return counted(Object.entries(load.level.errors), load.level.sent);
  return columns === undefined ? undefined : counted(failureCounts(columns), columns.rows);
}

const counted = (counts: readonly (readonly [string, number])[], of: number): CellFailures => ({
  failed: counts.reduce((sum, [, count]) => sum + count, 0),
  of,
  kinds: counts
    .filter(([, count]) => count > 0)
    .map(([kind, count]) => `${count} ${kind}`)
    .join(', '),
});
