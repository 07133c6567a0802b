/** The concurrency from which on more clients bring no more throughput. */
import { fewestBatches } from './batch-means.js';
import { defaultDraws, drawnInterval, drawTimes } from './drawn-interval.js';
import type { Interval } from './median-interval.js';
import { meanOf, resampledMean } from './resampling.js';
import type { Random } from './random.js';
import { roundSpreadOf, throughputOf, type MeasuredLevel, type RoundSpread } from './round-spread.js';

export type Knee =
  | {
      readonly found: true;
      /** Clients; not a whole number in general. */
      readonly concurrency: number;
      readonly ci95: Interval | undefined;
      /** Requests a second where it is saturated. */
      readonly capacityPerSecond: number;
      readonly capacityCi95: Interval | undefined;
    }
  | { readonly found: false; readonly why: string };

/** Throughputs within this of the highest count as the same plateau, and more where rounds lie further apart. */
export const plateauMargin = 0.03;

/** Bootstrap draws for both figures of one knee. */
const draws = defaultDraws;

interface Point extends MeasuredLevel {
  readonly throughput: number;
}

/**
 * The saturation point N* of operational analysis: where the two asymptotes of throughput cross, the line through the
 * origin and the lowest level (every client served as if it were alone) and the capacity, N* = X_max / (X(N_1) / N_1) (Denning
 * & Buzen, "The operational analysis of queueing network models", ACM Computing Surveys 10, 1978; Kleinrock, "Queueing
 * Systems" II, 1976). It needs no model to fit and does not depend on how far the levels reach, as the chord of Kneedle
 * (Satopaa et al., 2011) does; the Universal Scalability Law (Gunther, 2007) puts its maximum at infinity where
 * throughput stays flat. X_max is the mean over the plateau, the levels within 3 % of the highest, or within two standard errors of
 * their difference where rounds tell that and it is more: the highest alone would be the luckiest. The lowest level must be
 * far from saturated: one client, best.
 *
 * The intervals are of measuring again: with several rounds a bootstrap over how far rounds of one level lie apart, pooled over
 * the ladder (`roundSpreadOf`); with one round only over the level's blocks, which does not know by how much other sandboxes at
 * another time would differ. Plateau and all are computed anew in each draw (Efron & Tibshirani, 1993). They hold the figure
 * itself: where levels are noisy the draws' plateaus are of the luckiest levels and lie above it. Absent where a level that counts
 * has one round of fewer than 5 blocks. Not found where throughput still grew at the highest level.
 */
export function findKnee(levels: readonly MeasuredLevel[], random: Random): Knee {
  const points = levels
    .filter(({ rounds }) => rounds.length > 0)
    .sort((a, b) => a.concurrency - b.concurrency)
    .map((level): Point => ({ ...level, throughput: throughputOf(level) }));
  const [lowest] = points;
  const highest = points.at(-1);
  if (lowest === undefined || highest === undefined || points.length < 3)
    return { found: false, why: `${points.length} levels were measured, and it takes 3` };
  if (!(lowest.throughput > 0)) return { found: false, why: 'the lowest level had no throughput' };
  const spread = roundSpreadOf(points);
  const margin = marginOf(points, spread);
  const throughputs = points.map(({ throughput }) => throughput);
  const before = Math.max(...throughputs.slice(0, -1));
  if (highest.throughput > before * (1 + margin))
    return { found: false, why: `throughput still grew at ${highest.concurrency} clients` };
  const draw = drawerOf(points, spread, random);
  const capacities: number[] = [];
  const knees =
    draw &&
    drawTimes(() => {
      const drawn = draw();
      const capacity = capacityOf(drawn, margin);
      capacities.push(capacity);
      return kneeAt(capacity, lowest.concurrency, drawn[0]);
    }, draws);
  const capacityPerSecond = capacityOf(throughputs, margin);
  const concurrency = kneeAt(capacityPerSecond, lowest.concurrency, lowest.throughput);
  return {
    found: true,
    concurrency,
    ci95: knees && holding(concurrency, drawnInterval(knees)),
    capacityPerSecond,
    capacityCi95: knees && holding(capacityPerSecond, drawnInterval(capacities)),
  };
}

/** Two standard errors of the difference of two levels, where that is more than the least. */
function marginOf(levels: readonly MeasuredLevel[], spread: RoundSpread | undefined): number {
  if (spread === undefined) return plateauMargin;
  const rounds = meanOf(levels.map((level) => level.rounds.length));
  return Math.max(plateauMargin, 2 * spread.deviation * Math.sqrt(2 / rounds));
}

/** The throughputs as if they were measured again; undefined where nothing says how they would differ. */
function drawerOf(
  points: readonly Point[],
  spread: RoundSpread | undefined,
  random: Random,
): (() => number[]) | undefined {
  if (spread !== undefined)
    return () =>
      points.map(
        ({ throughput, rounds }) => throughput * (1 + resampledMean(spread.residuals, random, rounds.length)),
      );
  const blocks = points.map(({ rounds }) => rounds.flat());
  if (blocks.some(({ length }) => length < fewestBatches)) return undefined;
  return () => blocks.map((ours) => resampledMean(ours, random));
}

const holding = (value: number, interval: Interval | undefined): Interval | undefined =>
  interval && [Math.min(interval[0], value), Math.max(interval[1], value)];

function capacityOf(throughputs: readonly number[], margin: number): number {
  const most = Math.max(...throughputs);
  return meanOf(throughputs.filter((throughput) => throughput >= most * (1 - margin)));
}

/** Where the line of the lowest level meets the capacity. */
const kneeAt = (capacity: number, lowestConcurrency: number, lowestThroughput = NaN): number =>
  (capacity * lowestConcurrency) / lowestThroughput;
