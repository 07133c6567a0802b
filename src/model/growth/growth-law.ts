/** How a function's work grows with its size, found from the ladder of its payloads. */
import { z } from 'zod';
import { quantile } from '../../stats/quantiles.js';
import { sortSamples } from '../../stats/sorted-samples.js';

export const GrowthLawSchema = z.discriminatedUnion('law', [
  z.object({ law: z.literal('constant') }),
  z.object({ law: z.literal('linear') }),
  z.object({ law: z.literal('n log n') }),
  z.object({ law: z.literal('power'), exponent: z.number() }),
  /** 1 + n / turn: at the size `turn` the part that grows is as large as the fixed one. */
  z.object({ law: z.literal('fixed plus linear'), turn: z.number().positive() }),
]);
export type GrowthLaw = z.infer<typeof GrowthLawSchema>;

export const FoundGrowthSchema = z.object({
  growth: GrowthLawSchema,
  /** `assumed`: the function was measured at one size, which says nothing of growth. */
  basis: z.enum(['measured', 'assumed']),
  /** Smallest and largest size it was found from. */
  sizes: z.tuple([z.number(), z.number()]),
  /** The mean distance of the measured from the law, as a share; absent where it is assumed. */
  miss: z.number().optional(),
});
export type FoundGrowth = z.infer<typeof FoundGrowthSchema>;

/** The logarithm of the work at a size, up to a constant of the function's. */
export function logGrowth(growth: GrowthLaw, size: number): number {
  switch (growth.law) {
    case 'constant':
      return 0;
    case 'linear':
      return Math.log(size);
    case 'n log n':
      return Math.log(size * Math.log2(size + 1));
    case 'power':
      return growth.exponent * Math.log(size);
    case 'fixed plus linear':
      return Math.log1p(size / growth.turn);
  }
}

/** One measured value. Values of one series differ by their size only. */
export interface GrowthPoint {
  readonly series: string;
  readonly size: number;
  /** The logarithm of what was measured. */
  readonly log: number;
}

/** Simpler laws are preferred as long as they miss by no more than this share beyond the best one. */
const tolerance = 0.05;

/** Turns that are tried between the smallest and largest size, evenly apart in the logarithm, and a little beyond. */
const turnsTried = 48;

const medianOf = (values: readonly number[]): number => quantile(sortSamples(values), 0.5);

function bySeries(points: readonly GrowthPoint[]): GrowthPoint[][] {
  const series = new Map<string, GrowthPoint[]>();
  for (const point of points) {
    const found = series.get(point.series);
    if (found === undefined) series.set(point.series, [point]);
    else found.push(point);
  }
  return [...series.values()].filter((one) => new Set(one.map(({ size }) => size)).size > 1);
}

/** Mean distance from the law, each series at its own height: least absolute deviations, which single outliers do not rule. */
function missOf(growth: GrowthLaw, series: readonly GrowthPoint[][]): number {
  let [sum, count] = [0, 0];
  for (const points of series) {
    const rest = points.map(({ log, size }) => log - logGrowth(growth, size));
    const height = medianOf(rest);
    for (const value of rest) sum += Math.abs(value - height);
    count += points.length;
  }
  return sum / count;
}

/** The median of the slopes between pairs of a series, weighted by how far apart they are (Sen, JASA 63, 1968). */
function medianSlope(series: readonly GrowthPoint[][]): number {
  const slopes: { slope: number; weight: number }[] = [];
  for (const points of series) {
    for (const [i, a] of points.entries()) {
      for (const b of points.slice(i + 1)) {
        const apart = Math.log(b.size) - Math.log(a.size);
        if (apart !== 0) slopes.push({ slope: (b.log - a.log) / apart, weight: Math.abs(apart) });
      }
    }
  }
  slopes.sort((a, b) => a.slope - b.slope);
  const half = slopes.reduce((sum, { weight }) => sum + weight, 0) / 2;
  let sum = 0;
  return slopes.find(({ weight }) => (sum += weight) >= half)?.slope ?? 1;
}

/** The turn of a fixed part and a linear one that misses least. */
function bestTurn(series: readonly GrowthPoint[][], [low, high]: readonly [number, number]): GrowthLaw {
  const [from, to] = [Math.log(low / 4), Math.log(high * 4)];
  const tried = Array.from({ length: turnsTried }, (_, i): GrowthLaw => {
    return { law: 'fixed plus linear', turn: Math.exp(from + ((to - from) * i) / (turnsTried - 1)) };
  });
  const missed = tried.map((law) => ({ law, miss: missOf(law, series) }));
  return missed.reduce((best, one) => (one.miss < best.miss ? one : best)).law;
}

/**
 * The simplest law that fits nearly as well as the best. Through two sizes a power goes as well as a fixed and a linear
 * part; it takes three to tell these apart. Measured at one size, work is taken to be linear in bytes of data, as in a
 * size parameter: the caller's intervals say how little that is worth.
 */
export function findGrowth(points: readonly GrowthPoint[]): FoundGrowth {
  const sizes = points.map(({ size }) => size);
  const range: [number, number] = [Math.min(...sizes), Math.max(...sizes)];
  const series = bySeries(points);
  if (series.length === 0) return { growth: { law: 'linear' }, basis: 'assumed', sizes: range };
  const simple: GrowthLaw[] = [{ law: 'constant' }, { law: 'linear' }, { law: 'n log n' }];
  const exponent = Math.max(0, medianSlope(series));
  const fitted: GrowthLaw[] = [
    { law: 'power', exponent },
    ...(new Set(sizes).size > 2 ? [bestTurn(series, range)] : []),
  ];
  const missed = [...simple, ...fitted].map((growth) => ({ growth, miss: missOf(growth, series) }));
  const least = Math.min(...missed.map(({ miss }) => miss));
  const { growth, miss } =
    missed.slice(0, simple.length).find((one) => one.miss <= least + tolerance) ??
    missed.slice(simple.length).reduce((a, b) => (b.miss < a.miss ? b : a));
  return { growth, basis: 'measured', sizes: range, miss: Math.expm1(miss) };
}
