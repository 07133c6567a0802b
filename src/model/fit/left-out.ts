/** What the model would have said of measured cells, had they not been measured. */
import type { FittedComponent } from '../components/fit-component.js';
import { predictLeftOut } from '../components/fit-component.js';
import { sharesOf, termNames } from '../components/terms.js';
import { Composition, SumCorrection } from '../compose.js';
import type { Scheme } from '../hold-out/schemes.js';
import { ratioAt, shapeOf, type LatencyShape } from '../observations/latency-shape.js';
import {
  modelQuantiles,
  quantileShares,
  systemOf,
  workOf,
  type ComponentId,
  type ModelCell,
  type ModelQuantile,
} from '../observations/model-cell.js';
import { componentValue, type Discount } from '../predict/component-value.js';
import type { Component } from './model-file.js';

/** Uncertainty no prediction goes below: the median itself is not known better. */
export const leastUncertainty = 0.02;

/** A cell that was left out: what was predicted of it. */
export interface LeftOut {
  readonly cell: ModelCell;
  /** Which group of the scheme it was left out with. */
  readonly group: number;
  /** Logarithm of the predicted median latency in ms. */
  readonly log: number;
  /** The model's own standard deviation of that logarithm. */
  readonly uncertainty: number;
  /** Of each quantile that was measured: |log(measured / predicted)| over `uncertainty`. */
  readonly scores: Readonly<Partial<Record<ModelQuantile, number>>>;
}

export interface Fitted {
  readonly cells: readonly ModelCell[];
  readonly shapes: readonly LatencyShape[];
  readonly fitted: readonly FittedComponent[];
  /** The same as they stand in the file. */
  readonly components: readonly Component[];
}

/** How many cells of each level a group takes with it. */
function discountOf(component: Component, group: readonly ModelCell[]): Discount {
  const counts = new Map<string, number>();
  for (const cell of group) {
    if (cell.componentsMs[component.id] === undefined) continue;
    for (const [term, share] of sharesOf(component.id, cell, component.centres).entries()) {
      if (share === undefined) continue;
      const key = `${String(termNames[term])}\n${share.level}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  }
  return (term, level) => counts.get(`${term}\n${level}`) ?? 0;
}

interface Part {
  readonly id: ComponentId;
  readonly component: Component;
  readonly predicted: ReadonlyMap<ModelCell, number>;
  readonly discount: Discount;
}

/** Weighs components by their part in the latency: an error in one is one of the whole by that part. */
export function composed(parts: readonly { log: number; variance: number }[]): { log: number; sd: number } {
  const times = parts.map(({ log }) => Math.exp(log));
  const sum = times.reduce((total, time) => total + time, 0);
  const variance = parts.reduce(
    (total, part, i) => total + ((times[i] as number) / sum) ** 2 * part.variance,
    0,
  );
  return { log: Math.log(sum), sd: Math.hypot(Math.sqrt(variance), leastUncertainty) };
}

function leftOutCell(
  cell: ModelCell,
  group: number,
  {
    parts,
    correction,
    shapes,
  }: { parts: readonly Part[]; correction: number; shapes: readonly LatencyShape[] },
): LeftOut | undefined {
  const values = parts.flatMap(({ component, predicted, discount }) => {
    const log = predicted.get(cell);
    return log === undefined ? [] : [{ log, variance: componentValue(component, cell, discount).variance }];
  });
  if (values.length === 0) return undefined;
  const sum = composed(values);
  const log = sum.log + correction;
  const shape = shapeOf(shapes, systemOf(cell.cell), cell.cell.start);
  const scores: Partial<Record<ModelQuantile, number>> = {};
  for (const quantile of modelQuantiles) {
    const measured = cell.latencyMs[quantile];
    if (measured === undefined) continue;
    const ratio = quantile === 'p50' || shape === undefined ? 1 : ratioAt(shape, quantileShares[quantile]);
    scores[quantile] = Math.abs(Math.log(measured / ratio) - log) / sum.sd;
  }
  return { cell, group, log, uncertainty: sum.sd, scores };
}

/** Leaves each group of a scheme out in turn. Cells of which nothing remains are not in the result. */
export function leaveOut(
  { cells, shapes, fitted, components }: Fitted,
  { groups }: Pick<Scheme, 'groups'>,
): LeftOut[] {
  const composition = new Composition(cells);
  const correction = new SumCorrection(cells);
  return groups.flatMap((group, index) => {
    const left = new Set(group);
    const parts = components.map((component, i): Part => ({
      id: component.id,
      component,
      predicted: predictLeftOut(fitted[i] as FittedComponent, group),
      discount: discountOf(component, group),
    }));
    return group.flatMap((cell) => {
      const has = composition.partsOf(workOf(cell.cell), cell.cell.start) ?? [];
      const own = parts.filter(({ id }) => has.includes(id));
      const log = correction.at(systemOf(cell.cell), cell.cell.start, left);
      return leftOutCell(cell, index, { parts: own, correction: log, shapes }) ?? [];
    });
  });
}
