/** A latency from its components. */
import type { Start } from '../domain/factors.js';
import { quantile } from '../stats/quantiles.js';
import { sortSamples } from '../stats/sorted-samples.js';
import { systemOf, workOf, type ComponentId, type ModelCell } from './observations/model-cell.js';

/** Which components a function has, and what a start adds. */
export class Composition {
  private readonly byWork = new Map<string, Set<ComponentId>>();
  private readonly launched = new Set<string>();

  constructor(cells: readonly ModelCell[]) {
    for (const { cell, componentsMs } of cells) {
      const work = workOf(cell);
      const parts = this.byWork.get(work) ?? new Set<ComponentId>();
      this.byWork.set(work, parts);
      for (const id of Object.keys(componentsMs) as ComponentId[]) {
        if (id === 'launch') this.launched.add(cell.start);
        else parts.add(id);
      }
    }
  }

  /** The components of a function's invocation; undefined for a function that was never measured. */
  partsOf(work: string, start: Start): ComponentId[] | undefined {
    const parts = this.byWork.get(work);
    if (parts === undefined) return undefined;
    return [...(this.launched.has(start) ? (['launch'] as const) : []), ...parts];
  }
}

const sumOf = (cell: ModelCell): number =>
  Object.values(cell.componentsMs).reduce((sum, value) => sum + value, 0);

/** The fewest cells a system's own correction is made of. */
const fewestCells = 3;

/**
 * The median of a sum is not the sum of the medians: by how much the measured latency differs from the sum of its parts,
 * by system and start, as a logarithm.
 */
export class SumCorrection {
  private readonly logs = new Map<string, { cell: ModelCell; log: number }[]>();

  constructor(cells: readonly ModelCell[]) {
    for (const cell of cells) {
      const sum = sumOf(cell);
      if (!(sum > 0)) continue;
      const entry = { cell, log: Math.log(cell.latencyMs.p50 / sum) };
      for (const key of [keyOf(systemOf(cell.cell), cell.cell.start), keyOf('', cell.cell.start)])
        this.logs.set(key, [...(this.logs.get(key) ?? []), entry]);
    }
  }

  /** Without the cells of `left`. */
  at(system: string, start: Start, left: ReadonlySet<ModelCell> = new Set()): number {
    for (const key of [keyOf(system, start), keyOf('', start)]) {
      const logs = (this.logs.get(key) ?? []).filter(({ cell }) => !left.has(cell)).map(({ log }) => log);
      if (logs.length >= fewestCells) return quantile(sortSamples(logs), 0.5);
    }
    return 0;
  }
}

const keyOf = (system: string, start: Start): string => JSON.stringify([system, start]);
