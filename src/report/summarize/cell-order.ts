/** The order in which cells are reported, whatever order their rows came in. */
import { cellKey, CellSchema, type Cell } from '../../domain/factors.js';

const compareKeys = (a: Cell, b: Cell): number => {
  const [left, right] = [cellKey(a), cellKey(b)];
  return left < right ? -1 : left > right ? 1 : 0;
};

/** The planned cells in the plan's order, each once and with its factors only, then the others by their names. */
export function orderCells(planned: readonly Cell[], others: readonly Cell[]): Cell[] {
  const ordered = new Map<string, Cell>();
  for (const cell of [...planned, ...[...others].sort(compareKeys)]) {
    const key = cellKey(cell);
    if (!ordered.has(key)) ordered.set(key, CellSchema.parse(cell));
  }
  return [...ordered.values()];
}
