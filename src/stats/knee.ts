/** The concurrency from which on more clients bring no more throughput. */
import { fewestBatches } from './batch-means.js';
import { defaultDraws, drawnInterval, drawTimes } from './drawn-interval.js';
import type { Interval } from './median-interval.js';
import type { Random } from './random.js';

/** The throughput at one concurrency, in requests a second: of each block of time (src/stats/time-blocks.ts). */
export interface MeasuredLevel {
  readonly concurrency: number;
  readonly blocks: readonly number[];
}

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

/** Throughputs within this of the highest count as the same plateau. */
export const plateauMargin = 0.03;

/** Bootstrap draws for both figures of one knee. */
const draws = defaultDraws;

const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

interface Point {
  readonly concurrency: number;
  readonly throughput: number;
}

/**
 * The saturation point N* of operational analysis: where the two asymptotes of throughput cross, the line through the
 * origin and the lowest level (every client served as if it were alone) and the capacity, N* = X_max / (X(N_1) / N_1) (Denning
 * & Buzen, "The operational analysis of queueing network models", ACM Computing Surveys 10, 1978; Kleinrock, "Queueing
 * Systems" II, 1976). It needs no model to fit and does not depend on how far the levels reach, as the chord of Kneedle
 * (Satopaa et al., 2011) does; the Universal Scalability Law (Gunther, 2007) puts its maximum at infinity where
 * throughput stays flat. X_max is the mean over the plateau, the levels within 3 % of the highest: the highest alone would be
 * the luckiest. The lowest level must be far from saturated: one client, best.
 *
 * The intervals are a bootstrap over each level's blocks, plateau and all computed anew (Efron & Tibshirani, 1993), and hold the
 * figure itself: with few answers in a block the draws' plateaus are of the luckiest levels and lie above it. Absent where a
 * level that counts has fewer than 5 blocks. Not found where throughput still grew at the highest level.
 */
export function findKnee(levels: readonly MeasuredLevel[], random: Random): Knee {
  const sorted = levels
    .filter(({ blocks }) => blocks.length > 0)
    .sort((a, b) => a.concurrency - b.concurrency);
  const points = sorted.map(({ concurrency, blocks }) => ({ concurrency, throughput: meanOf(blocks) }));
  const [lowest] = points;
  const highest = points.at(-1);
  if (lowest === undefined || highest === undefined || points.length < 3)
    return { found: false, why: `${points.length} levels were measured, and it takes 3` };
  if (!(lowest.throughput > 0)) return { found: false, why: 'the lowest level had no throughput' };
  const before = Math.max(...points.slice(0, -1).map(({ throughput }) => throughput));
  if (highest.throughput > before * (1 + plateauMargin))
    return { found: false, why: `throughput still grew at ${highest.concurrency} clients` };
  const hasIntervals = sorted.every(({ blocks }) => blocks.length >= fewestBatches);
  const capacities: number[] = [];
  const knees = hasIntervals
    ? drawTimes(() => {
        const drawn = sorted.map(({ concurrency, blocks }) => ({
          concurrency,
          throughput: resampledMean(blocks, random),
        }));
        capacities.push(capacityOf(drawn));
        return kneeOf(drawn);
      }, draws)
    : undefined;
  const [concurrency, capacityPerSecond] = [kneeOf(points), capacityOf(points)];
  return {
    found: true,
    concurrency,
    ci95: knees && holding(concurrency, drawnInterval(knees)),
    capacityPerSecond,
    capacityCi95: knees && holding(capacityPerSecond, drawnInterval(capacities)),
  };
}

const holding = (value: number, interval: Interval | undefined): Interval | undefined =>
  interval && [Math.min(interval[0], value), Math.max(interval[1], value)];

function capacityOf(points: readonly Point[]): number {
  const most = Math.max(...points.map(({ throughput }) => throughput));
  return meanOf(
    points.flatMap(({ throughput }) => (throughput >= most * (1 - plateauMargin) ? [throughput] : [])),
  );
}

function kneeOf(points: readonly Point[]): number {
  const [lowest] = points;
  return lowest === undefined ? NaN : (capacityOf(points) * lowest.concurrency) / lowest.throughput;
}

function resampledMean(blocks: readonly number[], random: Random): number {
  let sum = 0;
  for (let i = 0; i < blocks.length; i++) sum += blocks[random.below(blocks.length)] ?? 0;
  return sum / blocks.length;
}
