/** A time made of a fixed part for each of one thing and a part for each of another, e.g. round trips and bytes. */
import { z } from 'zod';
import { quantile } from '../../stats/quantiles.js';
import { sortSamples } from '../../stats/sorted-samples.js';
import type { Random } from '../../stats/random.js';

export const FixedAndRateSchema = z.object({
  /** Milliseconds for each unit of what is counted once (a launch, a crossing, a round trip). */
  fixed: z.number().nonnegative(),
  /** Milliseconds for each byte. 0 where the cells do not differ enough in size to show one. */
  rate: z.number().nonnegative(),
  /** 95 % intervals, by resampling the cells; absent for fewer than five of them. */
  fixedCi95: z.tuple([z.number(), z.number()]).optional(),
  rateCi95: z.tuple([z.number(), z.number()]).optional(),
  cells: z.number().int().positive(),
});
export type FixedAndRate = z.infer<typeof FixedAndRateSchema>;

export interface TimedAmounts {
  /** How often the fixed part is due. */
  readonly count: number;
  /** How many bytes. */
  readonly amount: number;
  /** Milliseconds. */
  readonly time: number;
  /** How much it counts, relative to the others. */
  readonly weight: number;
}

/** Largest amount over smallest that a rate can be told from a fixed part with. */
const leastSpread = 1.5;

/** Rounds of reweighting; the weights settle after a few. */
const rounds = 12;

/** Huber's limit, times the median absolute relative error (as 1.345 standard deviations of a normal distribution). */
const limit = 1.345 * 1.4826;

const medianOf = (values: readonly number[]): number => quantile(sortSamples(values), 0.5);

interface Coefficients {
  readonly fixed: number;
  readonly rate: number;
}

const timeOf = ({ fixed, rate }: Coefficients, { count, amount }: TimedAmounts): number =>
  fixed * count + rate * amount;

/** Weighted least squares of relative errors in two coefficients that cannot be negative. */
function solve(points: readonly TimedAmounts[], weights: readonly number[]): Coefficients {
  let [cc, ca, aa, ct, at] = [0, 0, 0, 0, 0];
  for (const [i, { count, amount, time }] of points.entries()) {
    const weight = (weights[i] as number) / time ** 2;
    cc += weight * count * count;
    ca += weight * count * amount;
    aa += weight * amount * amount;
    ct += weight * count * time;
    at += weight * amount * time;
  }
  const determinant = cc * aa - ca * ca;
  const both = {
    fixed: (ct * aa - at * ca) / determinant,
    rate: (at * cc - ct * ca) / determinant,
  };
  if (determinant > 0 && both.fixed >= 0 && both.rate >= 0) return both;
  const onlyFixed = { fixed: cc > 0 ? Math.max(0, ct / cc) : 0, rate: 0 };
  const onlyRate = { fixed: 0, rate: aa > 0 ? Math.max(0, at / aa) : 0 };
  const misses = (one: Coefficients): number =>
    points.reduce(
      (sum, point, i) => sum + (weights[i] as number) * (timeOf(one, point) / point.time - 1) ** 2,
      0,
    );
  return misses(onlyFixed) <= misses(onlyRate) ? onlyFixed : onlyRate;
}

/** Iteratively reweighted, so that single cells do not rule (Huber, "Robust Statistics", 1981). */
function fitOnce(points: readonly TimedAmounts[]): Coefficients {
  let weights = points.map(({ weight }) => weight);
  let found = solve(points, weights);
  for (let round = 0; round < rounds; round++) {
    const errors = points.map((point) => Math.abs(timeOf(found, point) / point.time - 1));
    const scale = Math.max(limit * medianOf(errors), 1e-6);
    weights = points.map(
      ({ weight }, i) => weight * Math.min(1, scale / Math.max(errors[i] as number, 1e-12)),
    );
    found = solve(points, weights);
  }
  return found;
}

/** Without a spread of amounts, a rate would be an accident of two cells. */
function withoutRate(points: readonly TimedAmounts[]): boolean {
  const ratios = points.map(({ count, amount }) => amount / Math.max(count, 1));
  return Math.max(...ratios) < leastSpread * Math.max(Math.min(...ratios), 1);
}

/** Draws an interval is made of. */
const draws = 200;

/** Cells that an interval needs. */
const fewestCells = 5;

/** Fits both parts to points with times above 0; at least one. Without `random` there are no intervals. */
export function fitFixedAndRate(points: readonly TimedAmounts[], random?: Random): FixedAndRate {
  const fixedOnly = withoutRate(points);
  const used = fixedOnly ? points.map((point) => ({ ...point, amount: 0 })) : points;
  const found = fitOnce(used);
  const cells = points.length;
  if (random === undefined || cells < fewestCells) return { ...found, cells };
  const drawn = Array.from({ length: draws }, () =>
    fitOnce(used.map(() => used[random.below(used.length)] as TimedAmounts)),
  );
  const interval = (of: (one: Coefficients) => number): [number, number] => {
    const sorted = sortSamples(drawn.map(of));
    return [quantile(sorted, 0.025), quantile(sorted, 0.975)];
  };
  return {
    ...found,
    cells,
    fixedCi95: interval(({ fixed }) => fixed),
    ...(fixedOnly ? {} : { rateCi95: interval(({ rate }) => rate) }),
  };
}

export const fixedAndRateTime = (found: FixedAndRate, count: number, amount: number): number =>
  found.fixed * count + found.rate * amount;
