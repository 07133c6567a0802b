/** One component fitted: its form, and the effects that the cells share around it. */
import { seededRandom, shuffle } from '../../stats/random.js';
import type { Shares, Variances } from '../linear/effects-design.js';
import {
  fitEffects,
  huberFactors,
  predictWithout,
  solveEffects,
  type EffectsData,
  type SolvedEffects,
} from '../linear/shared-effects.js';
import type { ModelCell, TargetId } from '../observations/model-cell.js';
import { observed } from './observed.js';
import { trendKeyOf } from './place.js';
import { centresOf, sharesOf, tellingTerms, termOrders, type Centres } from './terms.js';
import { fitTrend, trendLog, trendWithout, type Trend } from './trend.js';

/** A component, or a resource, which is fitted in the same way. */
export interface FittedComponent<Id extends TargetId = TargetId> {
  readonly id: Id;
  /** The cells that have the component, in the order of the design. */
  readonly cells: readonly ModelCell[];
  /** Logarithms of what was measured. */
  readonly logs: Float64Array;
  readonly trend: Trend;
  /** Each cell's key in the trend, and what the trend leaves of its logarithm. */
  readonly keys: readonly string[];
  readonly values: Float64Array;
  readonly centres: Centres;
  /** Which of `termNames` are in use, and each cell's shares in those. */
  readonly terms: readonly number[];
  readonly design: readonly Shares[];
  readonly solved: SolvedEffects;
}

/** Cells the variances are estimated from at most: they are a dozen numbers, and the time goes with the third power. */
const cellsForVariances = 260;

const residuals = (
  id: TargetId,
  trend: Trend,
  cells: readonly ModelCell[],
  logs: Float64Array,
): Float64Array => logs.map((log, i) => log - trendLog(id, trend, cells[i] as ModelCell));

interface Design {
  readonly terms: readonly number[];
  readonly design: readonly Shares[];
}

function designOf(id: TargetId, cells: readonly ModelCell[], centres: Centres): Design {
  const whole = cells.map((cell) => sharesOf(id, cell, centres));
  const terms = tellingTerms(whole);
  return { terms, design: whole.map((shares) => terms.map((term) => shares[term])) };
}

interface Data extends Design {
  readonly values: Float64Array;
  readonly noiseFactors: Float64Array;
}

function partOf(data: Data, chosen: readonly number[]): EffectsData {
  const pick = (values: Float64Array): Float64Array => Float64Array.from(chosen, (i) => values[i] as number);
  return {
    values: pick(data.values),
    noiseFactors: pick(data.noiseFactors),
    design: chosen.map((i) => data.design[i] as Shares),
    terms: data.terms.length,
  };
}

/** Cells in parts of a size that is solved fast. Functions stay whole, so that what their cells share stays visible. */
function partsOf(cells: readonly ModelCell[]): number[][] {
  if (cells.length <= cellsForVariances) return [cells.map((_, i) => i)];
  const functions = new Map<string, number[]>();
  for (const [i, { cell }] of cells.entries())
    functions.set(cell.function, [...(functions.get(cell.function) ?? []), i]);
  const parts: number[][] = [[]];
  for (const own of shuffle([...functions.values()], seededRandom(1, 'variances'))) {
    const last = parts.at(-1) as number[];
    if (last.length === 0 || last.length + own.length <= cellsForVariances) last.push(...own);
    else parts.push([...own]);
  }
  return parts.flatMap((part) =>
    Array.from({ length: Math.ceil(part.length / cellsForVariances) }, (_, i) =>
      part.slice(i * cellsForVariances, (i + 1) * cellsForVariances),
    ),
  );
}

/** The variances, from the first part of the cells; and Huber's weights, found within each part. */
function robustly(
  data: Data,
  cells: readonly ModelCell[],
  start: Variances | undefined,
): { variances: Variances; factors: Float64Array } {
  const orders = data.terms.map((term) => termOrders[term] as number);
  const parts = partsOf(cells);
  const { variances } = fitEffects(partOf(data, parts[0] as number[]), {
    orders,
    ...(start === undefined ? {} : { start }),
  });
  const factors = data.noiseFactors.slice();
  for (const part of parts) {
    const own = partOf(data, part);
    const found = huberFactors(solveEffects(own, variances), own.noiseFactors);
    for (const [a, i] of part.entries()) factors[i] = found[a] as number;
  }
  return { variances, factors };
}

/** Undefined where no cell has the component. `intervals`: of the form's coefficients, by resampling. */
export function fitComponent<Id extends TargetId>(
  id: Id,
  all: readonly ModelCell[],
  { intervals = true, start }: { intervals?: boolean; start?: Variances } = {},
): FittedComponent<Id> | undefined {
  const measured = all.flatMap((cell) => {
    const value = observed(id, cell);
    return value === undefined ? [] : [{ cell, value }];
  });
  if (measured.length === 0) return undefined;
  const cells = measured.map(({ cell }) => cell);
  const logs = Float64Array.from(measured, ({ value }) => value.log);
  const noiseFactors = Float64Array.from(measured, ({ value }) => value.noiseFactor);
  const trend = fitTrend(id, cells, intervals);
  const centres = centresOf(id, cells);
  const { terms, design } = designOf(id, cells, centres);
  const values = residuals(id, trend, cells, logs);
  const { variances, factors } = robustly({ values, noiseFactors, terms, design }, cells, start);
  const data = { values, noiseFactors, design, terms: terms.length };
  const keys = cells.map((cell) => trendKeyOf(id, cell));
  const solved = solveEffects(data, variances, factors);
  return { id, cells, logs, trend, keys, values, centres, terms, design, solved };
}

/** The same component with other variances, e.g. those that were estimated without some of its cells. */
export function withVariances<Id extends TargetId>(
  fitted: FittedComponent<Id>,
  variances: Variances,
): FittedComponent<Id> {
  const { values, design, terms } = fitted;
  const data = { values, noiseFactors: fitted.solved.noiseFactors, design, terms: terms.length };
  return { ...fitted, solved: solveEffects(data, variances) };
}

/** What the component is predicted to be for cells it is fitted without: logarithms of ms, in the order of `left`. */
export function predictLeftOut(
  fitted: FittedComponent,
  left: readonly ModelCell[],
): ReadonlyMap<ModelCell, number> {
  const { id, cells, logs, keys } = fitted;
  const out = new Set(left);
  const group = cells.flatMap((cell, i) => (out.has(cell) ? [i] : []));
  if (group.length === 0 || group.length === cells.length) return new Map();
  const touched = new Set(group.map((i) => keys[i] as string));
  const others = cells.filter((cell) => !out.has(cell));
  const remaining = cells.filter((cell, i) => touched.has(keys[i] as string) && !out.has(cell));
  // What one cell adds to the mix of parts of hundreds is not worth a fit of all of them for each.
  const trend = trendWithout(id, fitted.trend, touched, {
    remaining,
    others: group.length > 1 ? others : undefined,
  });
  const values = fitted.values.map((value, i) =>
    touched.has(keys[i] as string) ? (logs[i] as number) - trendLog(id, trend, cells[i] as ModelCell) : value,
  );
  const predicted = predictWithout(fitted.solved, values, group);
  return new Map(
    group.map((index, i) => {
      const cell = cells[index] as ModelCell;
      return [cell, trendLog(id, trend, cell) + (predicted[i] as number)];
    }),
  );
}
