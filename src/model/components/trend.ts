/** A component's form: what it grows with, by how much, and in units a person understands. */
import { z } from 'zod';
import { seededRandom, type Random } from '../../stats/random.js';
import { accessOf, systemOf, workOf, type ModelCell, type TargetId } from '../observations/model-cell.js';
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

type Measured = Parameters<typeof fitFixedAndRate>[0][number];

/** A cell is asked for each time that others are left out: hundreds of times, with the same answer. */
const known = new WeakMap<ModelCell, Map<AffineId, readonly Measured[]>>();

function amountsOfCell(id: AffineId, cell: ModelCell): readonly Measured[] {
  const found = observed(id, cell);
  if (found === undefined) return [];
  const time = Math.exp(found.log);
  const part = id === 'memory' ? 1 : Math.min(1, time / cell.latencyMs.p50 / leastShare);
  const weight = part / found.noiseFactor;
  return [{ ...amountsOf(id, cell), time, weight }];
}

function amountsMeasured(id: AffineId, cells: readonly ModelCell[]): Measured[] {
  return cells.flatMap((cell) => {
    let own = known.get(cell);
    if (own === undefined) known.set(cell, (own = new Map<AffineId, readonly Measured[]>()));
    let measured = own.get(id);
    if (measured === undefined) own.set(id, (measured = amountsOfCell(id, cell)));
    return measured;
  });
}

/** The form of all keys together, and of each drawn towards its mix of parts. */
function affineBy(
  id: AffineId,
  groups: readonly (readonly [string, readonly ModelCell[]])[],
  {
    all,
    intervals,
    before,
  }: { all: FixedAndRate; intervals: boolean; before?: Readonly<Record<string, FixedAndRate>> },
): Record<string, FixedAndRate> {
  const randomOf = (key: string): Random | undefined =>
    intervals ? seededRandom(1, JSON.stringify(['trend', id, key])) : undefined;
  return Object.fromEntries(
    groups.map(([key, own]) => [
      key,
      fitFixedAndRate(amountsMeasured(id, own), { random: randomOf(key), pooled: all, start: before?.[key] }),
    ]),
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
  const all = fitFixedAndRate(amountsMeasured(id, cells));
  return { form: 'fixed-and-rate', by: affineBy(id, groups, { all, intervals }), all };
}

/**
 * The trend without some cells: keys that they are of are fitted anew on `remaining`, the cells that these keep; a key of
 * which none remain is left out. `others`: all remaining cells, where what all keys have in common is to be fitted anew too.
 */
export function trendWithout(
  id: TargetId,
  trend: Trend,
  touched: ReadonlySet<string>,
  { remaining, others }: { remaining: readonly ModelCell[]; others: readonly ModelCell[] | undefined },
): Trend {
  if (trend.form === 'none') return trend;
  const groups = [...grouped(id, remaining)];
  if (trend.form === 'growth') {
    const anew = groups.map(([key, own]) => [key, growthOf(id, own)] as const);
    return { ...trend, by: { ...untouched(trend.by, touched), ...Object.fromEntries(anew) } };
  }
  const measured = others === undefined ? [] : amountsMeasured(id as AffineId, others);
  const all = measured.length === 0 ? trend.all : fitFixedAndRate(measured, { start: trend.all });
  const anew = affineBy(id as AffineId, groups, { all, intervals: false, before: trend.by });
  return { ...trend, by: { ...untouched(trend.by, touched), ...anew }, all };
}

const untouched = <T>(by: Readonly<Record<string, T>>, touched: ReadonlySet<string>): Record<string, T> =>
  Object.fromEntries(Object.entries(by).filter(([key]) => !touched.has(key)));

const linear: GrowthLaw = { law: 'linear' };

/** The growth that a place follows; undefined where nothing is known of its function. */
export function growthOfPlace(
  id: TargetId,
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
function growthLog(id: TargetId, by: Readonly<Record<string, FoundGrowth>>, place: Place): number {
  const found = growthOfPlace(id, by, place);
  const log = logGrowth(found?.growth ?? linear, driverOf(id, place));
  if (id !== 'whole' || found === undefined) return log;
  return log - logGrowth(found.growth, Math.sqrt(found.sizes[0] * found.sizes[1]));
}

/** The logarithm of what the form alone says, effects aside, in ms for fixed parts and rates. */
export function trendLog(id: TargetId, trend: Trend, place: Place): number {
  if (trend.form === 'none') return 0;
  if (trend.form === 'growth') return growthLog(id, trend.by, place);
  const own = trend.by[trendKeyOf(id, place)] ?? trend.all;
  return Math.log(Math.max(fixedAndRateTime(own, amountsOf(id as AffineId, place)), 1e-6));
}
