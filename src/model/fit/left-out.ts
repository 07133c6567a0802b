/** What the model would have said of measured cells, had they not been measured. */
import { predictLeftOut, type FittedComponent } from '../components/fit-component.js';
import { observed } from '../components/observed.js';
import { sharesOf, termNames } from '../components/terms.js';
import { ComposedLatency, Composition, SumCorrection } from '../compose.js';
import type { Scheme } from '../hold-out/schemes.js';
import { ratioAt, shapeOf, type LatencyShape } from '../observations/latency-shape.js';
import {
  modelQuantiles,
  quantileShares,
  systemOf,
  workOf,
  type ComponentId,
  type ResourceId,
  type ModelCell,
  type ModelQuantile,
} from '../observations/model-cell.js';
import { componentValue, type Discount } from '../predict/component-value.js';
import type { Component, Fit } from './model-file.js';

/** A cell that was left out: what was predicted of it. */
export interface LeftOut {
  readonly cell: ModelCell;
  /** Which group of the scheme it was left out with. */
  readonly group: number;
  readonly latency: ComposedLatency;
  /** Of each quantile that was measured: how many of its own deviations the prediction was off. */
  readonly scores: Readonly<Partial<Record<ModelQuantile, number>>>;
}

export interface Fitted {
  readonly cells: readonly ModelCell[];
  readonly shapes: readonly LatencyShape[];
  readonly fitted: readonly FittedComponent<ComponentId>[];
  /** The same as they stand in the file. */
  readonly components: readonly Component[];
  readonly resources: readonly FittedComponent<ResourceId>[];
}

/** How many cells of each level a group takes with it. */
export function discountOf(component: Fit, group: readonly ModelCell[]): Discount {
  const counts = new Map<string, number>();
  for (const cell of group) {
    if (observed(component.id, cell) === undefined) continue;
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
  const latency = new ComposedLatency(values, correction, cell.dataLinkMs);
  const { start } = cell.cell;
  const shape = shapeOf(shapes, {
    system: systemOf(cell.cell),
    start,
    medianMs: latency.medianMs,
  });
  const scores: Partial<Record<ModelQuantile, number>> = {};
  for (const quantile of modelQuantiles) {
    const measured = cell.latencyMs[quantile];
    if (measured === undefined) continue;
    const ratio = quantile === 'p50' || shape === undefined ? 1 : ratioAt(shape, quantileShares[quantile]);
    const difference = quantile === 'p50' ? 0 : (shape?.differences[quantile] ?? 0);
    scores[quantile] = latency.deviationsTo(measured, ratio, difference);
  }
  return { cell, group, latency, scores };
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
