/** A component's form: what it grows with, by how much, and in units a person understands. */
import { z } from 'zod';
import { seededRandom } from '../../stats/random.js';
import { accessOf, systemOf, type ComponentId, type ModelCell } from '../observations/model-cell.js';
import {
  findGrowth,
  FoundGrowthSchema,
  logGrowth,
  type FoundGrowth,
  type GrowthLaw,
} from '../growth/growth-law.js';
import {
  fitFixedAndRate,
  fixedAndRateTime,
  FixedAndRateSchema,
  type FixedAndRate,
} from '../growth/fixed-and-rate.js';
import { observedTime } from './observed-times.js';
import { amountsOf, driverOf, trendKeyOf, type Place } from './place.js';

export const TrendSchema = z.discriminatedUnion('form', [
  /** The function's own growth, by function. */
  z.object({ form: z.literal('growth'), by: z.record(z.string(), FoundGrowthSchema) }),
  /** A fixed part and a part for each byte, by system (and storage); `all` for those that were not measured. */
  z.object({
    form: z.literal('fixed-and-rate'),
    by: z.record(z.string(), FixedAndRateSchema),
    all: FixedAndRateSchema,
  }),
]);
export type Trend = z.infer<typeof TrendSchema>;

const affineComponents = ['launch', 'boundary', 'data'] as const;
type AffineId = (typeof affineComponents)[number];
const isAffine = (id: ComponentId): id is AffineId => affineComponents.some((one) => one === id);

/** Cells whose component makes up less of the latency than this say little of a rate. */
const leastShare = 0.02;

function amountsMeasured(id: AffineId, cells: readonly ModelCell[]): Parameters<typeof fitFixedAndRate>[0] {
  return cells.flatMap((cell) => {
    const observed = observedTime(id, cell);
    if (observed === undefined) return [];
    const time = Math.exp(observed.log);
    const weight = Math.min(1, time / cell.latencyMs.p50 / leastShare) / observed.noiseFactor;
    return [{ ...amountsOf(id, cell), time, weight }];
  });
}

function affineOf(id: AffineId, key: string, cells: readonly ModelCell[], intervals: boolean): FixedAndRate {
  return fitFixedAndRate(
    amountsMeasured(id, cells),
    intervals ? seededRandom(1, JSON.stringify(['trend', id, key])) : undefined,
  );
}

function growthOf(id: ComponentId, cells: readonly ModelCell[]): FoundGrowth {
  const points = cells.flatMap((cell) => {
    const observed = observedTime(id, cell);
    if (observed === undefined) return [];
    const { environment, start } = cell.cell;
    const series = JSON.stringify([systemOf(cell.cell), environment, start, accessOf(cell.cell)]);
    return [{ series, size: driverOf(id, cell), log: observed.log }];
  });
  return findGrowth(points);
}

function grouped(id: ComponentId, cells: readonly ModelCell[]): Map<string, ModelCell[]> {
  const groups = new Map<string, ModelCell[]>();
  for (const cell of cells) {
    if (cell.componentsMs[id] === undefined) continue;
    const key = trendKeyOf(id, cell);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [cell]);
    else group.push(cell);
  }
  return groups;
}

/** The component's form fitted to cells, at least one of which has it. */
export function fitTrend(id: ComponentId, cells: readonly ModelCell[], intervals: boolean): Trend {
  const groups = [...grouped(id, cells)];
  if (!isAffine(id))
    return { form: 'growth', by: Object.fromEntries(groups.map(([key, own]) => [key, growthOf(id, own)])) };
  return {
    form: 'fixed-and-rate',
    by: Object.fromEntries(groups.map(([key, own]) => [key, affineOf(id, key, own, intervals)])),
    all: affineOf(id, '', cells, false),
  };
}

/** The trend with some keys fitted anew, on the cells that remain of them; a key of which none remain is left out. */
export function trendWithout(
  id: ComponentId,
  trend: Trend,
  touched: ReadonlySet<string>,
  remaining: readonly ModelCell[],
): Trend {
  const anew = fitTrendBy(id, remaining);
  const untouched = Object.entries(trend.by).filter(([key]) => !touched.has(key));
  return { ...trend, by: { ...Object.fromEntries(untouched), ...anew } };
}

function fitTrendBy(id: ComponentId, cells: readonly ModelCell[]): Trend['by'] {
  const groups = [...grouped(id, cells)];
  return isAffine(id)
    ? Object.fromEntries(groups.map(([key, own]) => [key, affineOf(id, key, own, false)]))
    : Object.fromEntries(groups.map(([key, own]) => [key, growthOf(id, own)]));
}

const linear: GrowthLaw = { law: 'linear' };

/** The logarithm of what the form alone says, effects aside, in ms for fixed parts and rates. */
export function trendLog(id: ComponentId, trend: Trend, place: Place): number {
  if (trend.form === 'growth')
    return logGrowth(trend.by[trendKeyOf(id, place)]?.growth ?? linear, driverOf(id, place));
  const own = trend.by[trendKeyOf(id, place)] ?? trend.all;
  return Math.log(Math.max(fixedAndRateTime(own, amountsOf(id as AffineId, place)), 1e-6));
}
