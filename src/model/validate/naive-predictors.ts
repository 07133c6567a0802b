/** What anyone would guess without a model: what a model must beat to be of use. */
import { quantile } from '../../stats/quantiles.js';
import { sortSamples } from '../../stats/sorted-samples.js';
import { systemOf, workOf, type ModelCell } from '../observations/model-cell.js';

/** A guess at a cell's median latency in ms, from other cells; undefined where it has nothing to go by. */
export type NaivePredictor = (cell: ModelCell, others: readonly ModelCell[]) => number | undefined;

const logOf = ({ latencyMs }: ModelCell): number => Math.log(latencyMs.p50);

const medianOf = (values: readonly number[]): number | undefined =>
  values.length === 0 ? undefined : quantile(sortSamples(values), 0.5);

const expOf = (log: number | undefined): number | undefined =>
  log === undefined ? undefined : Math.exp(log);

const sameService = (a: ModelCell, b: ModelCell): boolean =>
  systemOf(a.cell) === systemOf(b.cell) && a.cell.start === b.cell.start;

/** The geometric mean of what the runtime showed at this start. */
const runtimeMean: NaivePredictor = (cell, others) => {
  const logs = others.filter((other) => sameService(other, cell)).map(logOf);
  return logs.length === 0 ? undefined : Math.exp(logs.reduce((sum, log) => sum + log, 0) / logs.length);
};

const sizesApart = (a: ModelCell, b: ModelCell): number =>
  Math.abs(Math.log((a.payloadBytes + a.fetchedBytes + 1) / (b.payloadBytes + b.fetchedBytes + 1))) +
  Math.abs(Math.log((a.responseBytes + a.storedBytes + 1) / (b.responseBytes + b.storedBytes + 1)));

/** Differences that make a cell less near than any difference in size. */
const apart = (a: ModelCell, b: ModelCell): number =>
  (workOf(a.cell) === workOf(b.cell) ? 0 : 1000) +
  (a.cell.environment === b.cell.environment ? 0 : 500) +
  (a.cell.storage === b.cell.storage ? 0 : 100) +
  (workOf(a.cell) === workOf(b.cell) ? Math.abs(Math.log(a.size / b.size)) : sizesApart(a, b));

/** The cell of the same runtime and start that is nearest: first of the same function, then in bytes in and out. */
const nearestCell: NaivePredictor = (cell, others) => {
  const nearest = others
    .filter((other) => sameService(other, cell))
    .reduce<ModelCell | undefined>(
      (best, other) => (best === undefined || apart(other, cell) < apart(best, cell) ? other : best),
      undefined,
    );
  return nearest?.latencyMs.p50;
};

/** All factors of a cell but its runtime. */
const conditions = ({ cell, size }: ModelCell): string =>
  JSON.stringify([workOf(cell), cell.payload, size, cell.start, cell.environment, cell.storage, cell.access]);

/** The same function, payload and start on another runtime, times the median ratio of the two runtimes at this start. */
const globalRatio: NaivePredictor = (cell, others) => {
  const own = new Map<string, number>();
  const references = new Map<string, Map<string, number>>();
  for (const other of others) {
    if (other.cell.start !== cell.cell.start) continue;
    const system = systemOf(other.cell);
    if (system === systemOf(cell.cell)) own.set(conditions(other), logOf(other));
    else {
      const reference = references.get(system) ?? new Map<string, number>();
      references.set(system, reference.set(conditions(other), logOf(other)));
    }
  }
  const guesses = [...references.values()].flatMap((reference) => {
    const here = reference.get(conditions(cell));
    if (here === undefined) return [];
    const ratios = [...own].flatMap(([key, log]) => {
      const there = reference.get(key);
      return there === undefined ? [] : [log - there];
    });
    const ratio = medianOf(ratios);
    return ratio === undefined ? [] : [here + ratio];
  });
  return expOf(medianOf(guesses));
};

export const naivePredictors: Readonly<Record<string, NaivePredictor>> = {
  'runtime mean': runtimeMean,
  'nearest cell': nearestCell,
  'global ratio': globalRatio,
};
