/** A time made of a fixed part for each of one thing and a part for each byte in and out, e.g. round trips and objects. */
import { z } from 'zod';
import { invertSpd, multiply } from '../linear/spd-inverse.js';
import { quantile } from '../../stats/quantiles.js';
import { sortSamples } from '../../stats/sorted-samples.js';
import type { Random } from '../../stats/random.js';

const CoefficientSchema = z.object({
  /** For each unit. Where the cells do not differ enough to show it, as all runtimes together have it, or 0. */
  value: z.number().nonnegative(),
  /** 95 % interval, by resampling the cells; absent for fewer than five of them, and where it could not be told. */
  ci95: z.tuple([z.number(), z.number()]).optional(),
});

export const FixedAndRateSchema = z.object({
  /** Of what is counted once: a launch, a crossing, a round trip. */
  fixed: CoefficientSchema,
  /** Of each byte on the way in: of the payload, of objects fetched; of the artefact, for a launch. */
  perByteIn: CoefficientSchema,
  /** Of each byte on the way out: of the answer, of objects stored. */
  perByteOut: CoefficientSchema,
  cells: z.number().int().positive(),
});
export type FixedAndRate = z.infer<typeof FixedAndRateSchema>;

/** How often the fixed part is due, and how many bytes go in and out. */
export interface Amounts {
  readonly count: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
}

export interface TimedAmounts extends Amounts {
  /** Milliseconds. */
  readonly time: number;
  /** How much it counts, relative to the others. */
  readonly weight: number;
}

/** Largest amount over smallest that a rate can be told from a fixed part with. */
const leastSpread = 1.5;

/** Rounds of reweighting; the weights settle after a few. */
const rounds = 12;

/** Coefficients that move by less than this share have settled. */
const settled = 1e-4;

/** Huber's limit, times the median absolute relative error (as 1.345 standard deviations of a normal distribution). */
const limit = 1.345 * 1.4826;

const medianOf = (values: readonly number[]): number => quantile(sortSamples(values), 0.5);

/** Fixed, in, out. */
type Coefficients = readonly [number, number, number];

const featuresOf = ({ count, bytesIn, bytesOut }: Amounts): Coefficients => [count, bytesIn, bytesOut];

const timeOf = (coefficients: Coefficients, amounts: Amounts): number =>
  featuresOf(amounts).reduce((sum, feature, k) => sum + feature * (coefficients[k] as number), 0);

/** What the coefficients are drawn towards, and how strongly: as so many points whose relative error is that of the coefficient. */
interface Pull {
  readonly towards: Coefficients;
  readonly strength: number;
}

/** So many points does the pull count as: hardly anything where points tell parts apart, all there is where they do not. */
const pullPoints = 0.01;

/** Towards the mix of fixed part and rates that a pooled fit has, at the height of these points. */
function pullOf(points: readonly TimedAmounts[], pooled: FixedAndRate | undefined): Pull | undefined {
  if (pooled === undefined) return undefined;
  const mix = coefficientsOf(pooled);
  const ratios = points.flatMap((point) => {
    const time = timeOf(mix, point);
    return time > 0 ? [point.time / time] : [];
  });
  if (ratios.length === 0) return undefined;
  const height = medianOf(ratios);
  const strength = (pullPoints * points.reduce((sum, { weight }) => sum + weight, 0)) / points.length;
  return { towards: [mix[0] * height, mix[1] * height, mix[2] * height], strength };
}

/** Weighted least squares of relative errors in the coefficients of `used`; undefined where they cannot be told apart. */
function solveFor(
  used: readonly number[],
  points: readonly TimedAmounts[],
  { weights, pull }: Weighted,
): Coefficients | undefined {
  const order = used.length;
  const normal = new Float64Array(order * order);
  const right = new Float64Array(order);
  // Each feature on the scale of its largest value, so that bytes and counts are of one size.
  const scales = used.map((k) => Math.max(...points.map((point) => featuresOf(point)[k] as number), 1e-12));
  for (const [i, point] of points.entries()) {
    const weight = weights[i] as number;
    const row = used.map((k, a) => (featuresOf(point)[k] as number) / point.time / (scales[a] as number));
    for (let a = 0; a < order; a++) {
      right[a] = (right[a] ?? 0) + weight * (row[a] as number);
      for (let b = 0; b < order; b++)
        normal[a * order + b] =
          (normal[a * order + b] as number) + weight * (row[a] as number) * (row[b] as number);
    }
  }
  for (const [a, k] of used.entries()) {
    const at = a * order + a;
    const towards = (pull?.towards[k] ?? 0) * (scales[a] as number);
    if (pull !== undefined && towards > 0) {
      normal[at] = (normal[at] as number) + pull.strength / towards ** 2;
      right[a] = (right[a] as number) + pull.strength / towards;
    }
    normal[at] = (normal[at] as number) * (1 + 1e-9);
  }
  try {
    const solution = multiply(invertSpd(normal, order), right);
    const whole: [number, number, number] = [0, 0, 0];
    for (const [a, k] of used.entries()) whole[k] = (solution[a] as number) / (scales[a] as number);
    return whole.every((value) => value >= 0) ? whole : undefined;
  } catch {
    return undefined;
  }
}

interface Weighted {
  readonly weights: readonly number[];
  readonly pull: Pull | undefined;
}

const subsets: readonly (readonly number[])[] = [[0, 1, 2], [0, 1], [0, 2], [1, 2], [0], [1], [2]];

/** Coefficients that cannot be negative: of all subsets that give none below 0, the one that misses least. */
function solve(
  points: readonly TimedAmounts[],
  weighted: Weighted,
  allowed: readonly number[],
): Coefficients {
  const { weights } = weighted;
  const misses = (one: Coefficients): number =>
    points.reduce(
      (sum, point, i) => sum + (weights[i] as number) * (timeOf(one, point) / point.time - 1) ** 2,
      0,
    );
  let best: Coefficients = [0, 0, 0];
  let least = Infinity;
  for (const used of subsets) {
    if (!used.every((k) => allowed.includes(k))) continue;
    const found = solveFor(used, points, weighted);
    if (found === undefined || misses(found) >= least) continue;
    [best, least] = [found, misses(found)];
    if (used.length === allowed.length) break;
  }
  return best;
}

/** Iteratively reweighted, so that single cells do not rule (Huber, "Robust Statistics", 1981). */
function fitOnce(
  points: readonly TimedAmounts[],
  allowed: readonly number[],
  { pull, start }: { pull: Pull | undefined; start: Coefficients | undefined },
): Coefficients {
  let weights = points.map(({ weight }) => weight);
  let found = start ?? solve(points, { weights, pull }, allowed);
  for (let round = 0; round < rounds; round++) {
    const errors = points.map((point) => Math.abs(timeOf(found, point) / point.time - 1));
    const scale = Math.max(limit * medianOf(errors), 1e-6);
    weights = points.map(
      ({ weight }, i) => weight * Math.min(1, scale / Math.max(errors[i] as number, 1e-12)),
    );
    const before = found;
    found = solve(points, { weights, pull }, allowed);
    const moved = found.some((value, k) => Math.abs(value - (before[k] as number)) > settled * value);
    if (!moved) break;
  }
  return found;
}

/** Which parts differ enough between the cells to be told: without a spread, a rate would be an accident of two cells. */
function tellable(points: readonly TimedAmounts[]): number[] {
  const spreads = (k: 1 | 2): boolean => {
    const ratios = points.map((point) => featuresOf(point)[k] / Math.max(point.count, 1));
    return Math.max(...ratios) > leastSpread * Math.max(Math.min(...ratios), 1);
  };
  return [0, ...([1, 2] as const).filter(spreads)];
}

/** Draws an interval is made of. */
const draws = 200;

/** Cells that an interval needs. */
const fewestCells = 5;

export interface FixedAndRateOptions {
  /** For intervals by resampling; none without it. */
  readonly random?: Random | undefined;
  /** A fit of more points than these, whose mix of parts stands where these do not tell them apart. */
  readonly pooled?: FixedAndRate | undefined;
  /** A fit of nearly the same points, to begin from. */
  readonly start?: FixedAndRate | undefined;
}

const coefficientsOf = ({ fixed, perByteIn, perByteOut }: FixedAndRate): Coefficients => [
  fixed.value,
  perByteIn.value,
  perByteOut.value,
];

/** Fits the parts to points with times above 0; at least one. */
export function fitFixedAndRate(
  points: readonly TimedAmounts[],
  { random, pooled, start }: FixedAndRateOptions = {},
): FixedAndRate {
  const pull = pullOf(points, pooled);
  const told = tellable(points);
  const allowed = [0, 1, 2].filter((k) => told.includes(k) || (pull?.towards[k] ?? 0) > 0);
  const from = start === undefined ? undefined : coefficientsOf(start);
  const found = fitOnce(points, allowed, { pull, start: from });
  const drawn =
    random === undefined || points.length < fewestCells
      ? []
      : Array.from({ length: draws }, () =>
          fitOnce(
            points.map(() => points[random.below(points.length)] as TimedAmounts),
            allowed,
            { pull, start: found },
          ),
        );
  const coefficient = (k: 0 | 1 | 2): FixedAndRate['fixed'] => {
    if (drawn.length === 0 || !told.includes(k)) return { value: found[k] };
    const sorted = sortSamples(drawn.map((one) => one[k]));
    return { value: found[k], ci95: [quantile(sorted, 0.025), quantile(sorted, 0.975)] };
  };
  return {
    fixed: coefficient(0),
    perByteIn: coefficient(1),
    perByteOut: coefficient(2),
    cells: points.length,
  };
}

export const fixedAndRateTime = ({ fixed, perByteIn, perByteOut }: FixedAndRate, amounts: Amounts): number =>
  timeOf([fixed.value, perByteIn.value, perByteOut.value], amounts);
