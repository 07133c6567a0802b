/** A latency from its components. */
import type { Start } from '../domain/factors.js';
import { milliseconds, type Milliseconds } from '../domain/units.js';
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

/** The median latency without what the declared network to the storage accounts for. */
const besidesLink = ({ latencyMs, dataLinkMs = milliseconds(0) }: ModelCell): number =>
  Math.max(latencyMs.p50 - dataLinkMs, leastBesidesLink * latencyMs.p50);

/** What is at least left of a latency besides links, as a share of it. */
const leastBesidesLink = 0.01;

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
      const entry = { cell, log: Math.log(besidesLink(cell) / sum) };
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

/** Uncertainty no component goes below: medians themselves are not known better. */
const leastUncertainty = 0.02;

/** The most deviations a prediction is said to be off. */
const mostDeviations = 1e3;

/**
 * A latency as the sum of components, each known up to its own variance. Its range at so many deviations is the sum of the
 * components' ranges, as if all erred to the same side: what is fixed stays in it however uncertain the rest is. How many
 * deviations a 90 % interval takes is found by leaving cells out.
 */
export class ComposedLatency {
  constructor(
    readonly parts: readonly { readonly log: number; readonly variance: number }[],
    /** The median of a sum over the sum of medians, as a logarithm. */
    readonly correction: number,
    /** What declared links add to it, without uncertainty. */
    readonly fixedMs: Milliseconds = milliseconds(0),
  ) {}

  /** Milliseconds: the median times `ratio`, so many deviations off, and what links add. */
  time(deviations = 0, ratio = 1, difference = 0): Milliseconds {
    return milliseconds(ratio * Math.exp(this.log(deviations, difference)) + this.fixedMs);
  }

  /** Logarithm of the median in ms without links, so many deviations above or below what is predicted. */
  log(deviations = 0, difference = 0): number {
    const sum = this.parts.reduce((total, { log, variance }) => {
      // Not Math.hypot, which is many times as slow: nothing here is near the ends of a double's range.
      const own = Math.sqrt(variance + leastUncertainty ** 2 + difference ** 2);
      return total + Math.exp(log + deviations * own);
    }, 0);
    return Math.log(sum) + this.correction;
  }

  /** The median that is predicted, without what links add. */
  get medianMs(): Milliseconds {
    return milliseconds(Math.exp(this.log()));
  }

  /** How many deviations a time is off, to either side; `difference` is uncertainty that all components have besides. */
  deviationsTo(measured: Milliseconds, ratio = 1, difference = 0): number {
    const log = Math.log(Math.max(measured - this.fixedMs, leastBesidesLink * measured) / ratio);
    const side = log >= this.log() ? 1 : -1;
    let [low, high] = [0, mostDeviations];
    for (let i = 0; i < 50; i++) {
      const middle = (low + high) / 2;
      if (side * (log - this.log(side * middle, difference)) > 0) low = middle;
      else high = middle;
    }
    return high;
  }
}
