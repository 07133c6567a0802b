/** A component's form: what it grows with, by how much, and in units a person understands. */
import { z } from 'zod';
import { seededRandom } from '../../stats/random.js';
import { accessOf, systemOf, workOf, type ComponentId, type ModelCell } from '../observations/model-cell.js';
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

/** The growth that a place follows; undefined where nothing is known of its function. */
export function growthOfPlace(
  id: ComponentId,
  by: Readonly<Record<string, FoundGrowth>>,
  place: Place,
): FoundGrowth | undefined {
  return by[trendKeyOf(id, place)] ?? (id === 'whole' ? likest(by, place) : undefined);
}

/** A pair of function and runtime that was not measured whole grows like the function does elsewhere, best at the same start. */
function likest(by: Readonly<Record<string, FoundGrowth>>, { cell }: Place): FoundGrowth | undefined {
  const others = Object.entries(by).flatMap(([key, found]) => {
    const [work, , start] = JSON.parse(key) as [string, string, string];
    return work === workOf(cell) ? [{ found, sameStart: start === cell.start }] : [];
  });
  return (others.find(({ sameStart }) => sameStart) ?? others[0])?.found;
}

/**
 * Growth by function is a height that all its cells share. A whole latency has the floor of a runtime and start in it, so that its growth is
 * of function, runtime and start: each is taken relative to the middle of its sizes, or laws of unlike steepness would differ in height
 * too, and share no effects.
 */
function growthLog(id: ComponentId, by: Readonly<Record<string, FoundGrowth>>, place: Place): number {
  const found = growthOfPlace(id, by, place);
  const log = logGrowth(found?.growth ?? linear, driverOf(id, place));
  if (id !== 'whole' || found === undefined) return log;
  return log - logGrowth(found.growth, Math.sqrt(found.sizes[0] * found.sizes[1]));
}

/** The logarithm of what the form alone says, effects aside, in ms for fixed parts and rates. */
export function trendLog(id: ComponentId, trend: Trend, place: Place): number {
  if (trend.form === 'growth') return growthLog(id, trend.by, place);
  const own = trend.by[trendKeyOf(id, place)] ?? trend.all;
  return Math.log(Math.max(fixedAndRateTime(own, amountsOf(id as AffineId, place)), 1e-6));
}
