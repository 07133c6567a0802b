/** A component's form: what it grows with, by how much, and in units a person understands. */
import { z } from 'zod';
import { seededRandom } from '../../stats/random.js';
import { accessOf, systemOf, type ModelCell, type TargetId } from '../observations/model-cell.js';
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
import { observed } from './observed.js';
import { amountsOf, driverOf, isAffine, trendKeyOf, type AffineId, type Place } from './place.js';

export const TrendSchema = z.discriminatedUnion('form', [
  /** The function's own growth, by function. */
  z.object({ form: z.literal('growth'), by: z.record(z.string(), FoundGrowthSchema) }),
  /** A fixed part and a part for each byte, by system (and storage); `all` for those that were not measured. */
  z.object({
    form: z.literal('fixed-and-rate'),
    by: z.record(z.string(), FixedAndRateSchema),
    all: FixedAndRateSchema,
  }),
  /** None of its own: effects only. */
  z.object({ form: z.literal('none') }),
]);
export type Trend = z.infer<typeof TrendSchema>;

/** Cells whose component makes up less of the latency than this say little of a rate. */
const leastShare = 0.02;

function amountsMeasured(id: AffineId, cells: readonly ModelCell[]): Parameters<typeof fitFixedAndRate>[0] {
  return cells.flatMap((cell) => {
    const found = observed(id, cell);
    if (found === undefined) return [];
    const time = Math.exp(found.log);
    const part = id === 'memory' ? 1 : Math.min(1, time / cell.latencyMs.p50 / leastShare);
    const weight = part / found.noiseFactor;
    return [{ ...amountsOf(id, cell), time, weight }];
  });
}

function affineOf(id: AffineId, key: string, cells: readonly ModelCell[], intervals: boolean): FixedAndRate {
  return fitFixedAndRate(
    amountsMeasured(id, cells),
    intervals ? seededRandom(1, JSON.stringify(['trend', id, key])) : undefined,
  );
}

function growthOf(id: TargetId, cells: readonly ModelCell[]): FoundGrowth {
  const points = cells.flatMap((cell) => {
    const found = observed(id, cell);
    if (found === undefined) return [];
    const { environment, start } = cell.cell;
    const series = JSON.stringify([systemOf(cell.cell), environment, start, accessOf(cell.cell)]);
    return [{ series, size: driverOf(id, cell), log: found.log }];
  });
  return findGrowth(points);
}

function grouped(id: TargetId, cells: readonly ModelCell[]): Map<string, ModelCell[]> {
  const groups = new Map<string, ModelCell[]>();
  for (const cell of cells) {
    if (observed(id, cell) === undefined) continue;
    const key = trendKeyOf(id, cell);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [cell]);
    else group.push(cell);
  }
  return groups;
}

/** The component's form fitted to cells, at least one of which has it. */
export function fitTrend(id: TargetId, cells: readonly ModelCell[], intervals: boolean): Trend {
  if (id === 'cpu') return { form: 'none' };
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
  id: TargetId,
  trend: Trend,
  touched: ReadonlySet<string>,
  remaining: readonly ModelCell[],
): Trend {
  if (trend.form === 'none') return trend;
  const anew = fitTrendBy(id, remaining);
  const untouched = Object.entries(trend.by).filter(([key]) => !touched.has(key));
  return { ...trend, by: { ...Object.fromEntries(untouched), ...anew } } as Trend;
}

function fitTrendBy(id: TargetId, cells: readonly ModelCell[]): Record<string, FixedAndRate | FoundGrowth> {
  const groups = [...grouped(id, cells)];
  return isAffine(id)
    ? Object.fromEntries(groups.map(([key, own]) => [key, affineOf(id, key, own, false)]))
    : Object.fromEntries(groups.map(([key, own]) => [key, growthOf(id, own)]));
}

const linear: GrowthLaw = { law: 'linear' };

/** The logarithm of what the form alone says, effects aside, in ms for fixed parts and rates. */
export function trendLog(id: TargetId, trend: Trend, place: Place): number {
  if (trend.form === 'none') return 0;
  if (trend.form === 'growth')
    return logGrowth(trend.by[trendKeyOf(id, place)]?.growth ?? linear, driverOf(id, place));
  const own = trend.by[trendKeyOf(id, place)] ?? trend.all;
  return Math.log(Math.max(fixedAndRateTime(own, amountsOf(id as AffineId, place)), 1e-6));
}
