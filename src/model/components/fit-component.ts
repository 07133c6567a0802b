/** One component fitted: its form, and the effects that the cells share around it. */
import { seededRandom, shuffle } from '../../stats/random.js';
import type { Shares, Variances } from '../linear/effects-design.js';
import {
  fitEffects,
  huberFactors,
  predictWithout,
  solveEffects,
  type SolvedEffects,
} from '../linear/shared-effects.js';
import type { ComponentId, ModelCell } from '../observations/model-cell.js';
import { observedTime } from './observed-times.js';
import { centresOf, sharesOf, tellingTerms, termOrders, type Centres } from './terms.js';
import { fitTrend, trendLog, trendWithout, type Trend } from './trend.js';

export interface FittedComponent {
  readonly id: ComponentId;
  /** The cells that have the component, in the order of the design. */
  readonly cells: readonly ModelCell[];
  /** Logarithms of what was measured. */
  readonly logs: Float64Array;
  readonly trend: Trend;
  readonly centres: Centres;
  /** Which of `termNames` are in use, and each cell's shares in those. */
  readonly terms: readonly number[];
  readonly design: readonly Shares[];
  readonly solved: SolvedEffects;
}

/** Cells the variances are estimated from at most: they are a dozen numbers, and the time goes with the third power. */
const cellsForVariances = 260;

const residuals = (
  id: ComponentId,
  trend: Trend,
  cells: readonly ModelCell[],
  logs: Float64Array,
): Float64Array => logs.map((log, i) => log - trendLog(id, trend, cells[i] as ModelCell));

interface Design {
  readonly terms: readonly number[];
  readonly design: readonly Shares[];
}

function designOf(id: ComponentId, cells: readonly ModelCell[], centres: Centres): Design {
  const whole = cells.map((cell) => sharesOf(id, cell, centres));
  const terms = tellingTerms(whole);
  return { terms, design: whole.map((shares) => terms.map((term) => shares[term])) };
}

/**
 * The variances, from some of the cells where there are many: functions are drawn whole, so that what they share among
 * their cells stays visible.
 */
function variancesOf(
  data: { values: Float64Array; noiseFactors: Float64Array } & Design,
  cells: readonly ModelCell[],
  start: Variances | undefined,
): { variances: Variances } {
  const chosen = chosenFor(cells);
  const pick = (values: Float64Array): Float64Array => Float64Array.from(chosen, (i) => values[i] as number);
  return fitEffects(
    {
      values: pick(data.values),
      noiseFactors: pick(data.noiseFactors),
      design: chosen.map((i) => data.design[i] as Shares),
      terms: data.terms.length,
    },
    {
      orders: data.terms.map((term) => termOrders[term] as number),
      ...(start === undefined ? {} : { start, iterations: 8 }),
    },
  );
}

function chosenFor(cells: readonly ModelCell[]): number[] {
  if (cells.length <= cellsForVariances) return cells.map((_, i) => i);
  const functions = new Map<string, number[]>();
  for (const [i, { cell }] of cells.entries())
    functions.set(cell.function, [...(functions.get(cell.function) ?? []), i]);
  const chosen: number[] = [];
  for (const own of shuffle([...functions.values()], seededRandom(1, 'variances'))) {
    if (chosen.length > 0 && chosen.length + own.length > cellsForVariances) continue;
    chosen.push(...own);
  }
  return chosen.length <= cellsForVariances ? chosen : chosen.slice(0, cellsForVariances);
}

/** Undefined where no cell has the component. `intervals`: of the form's coefficients, by resampling. */
export function fitComponent(
  id: ComponentId,
  all: readonly ModelCell[],
  { intervals = true, start }: { intervals?: boolean; start?: Variances } = {},
): FittedComponent | undefined {
  const observed = all.flatMap((cell) => {
    const time = observedTime(id, cell);
    return time === undefined ? [] : [{ cell, time }];
  });
  if (observed.length === 0) return undefined;
  const cells = observed.map(({ cell }) => cell);
  const logs = Float64Array.from(observed, ({ time }) => time.log);
  const noiseFactors = Float64Array.from(observed, ({ time }) => time.noiseFactor);
  const trend = fitTrend(id, cells, intervals);
  const centres = centresOf(id, cells);
  const { terms, design } = designOf(id, cells, centres);
  const values = residuals(id, trend, cells, logs);
  const { variances } = variancesOf({ values, noiseFactors, terms, design }, cells, start);
  const data = { values, noiseFactors, design, terms: terms.length };
  const factors = huberFactors(solveEffects(data, variances), noiseFactors);
  return { id, cells, logs, trend, centres, terms, design, solved: solveEffects(data, variances, factors) };
}

/** The same component with other variances, e.g. those that were estimated without some of its cells. */
export function withVariances(fitted: FittedComponent, variances: Variances): FittedComponent {
  const { id, trend, cells, logs, design, terms } = fitted;
  const values = residuals(id, trend, cells, logs);
  const data = { values, noiseFactors: fitted.solved.noiseFactors, design, terms: terms.length };
  return { ...fitted, solved: solveEffects(data, variances) };
}

/** What the component is predicted to be for cells it is fitted without: logarithms of ms, in the order of `left`. */
export function predictLeftOut(
  fitted: FittedComponent,
  left: readonly ModelCell[],
): ReadonlyMap<ModelCell, number> {
  const { id, cells, logs } = fitted;
  const out = new Set(left);
  const group = cells.flatMap((cell, i) => (out.has(cell) ? [i] : []));
  if (group.length === 0) return new Map();
  if (group.length === cells.length) return new Map();
  const trend = trendWithout(id, fitted.trend, cells, out);
  const predicted = predictWithout(fitted.solved, residuals(id, trend, cells, logs), group);
  return new Map(
    group.map((index, i) => {
      const cell = cells[index] as ModelCell;
      return [cell, trendLog(id, trend, cell) + (predicted[i] as number)];
    }),
  );
}
