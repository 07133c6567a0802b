/** How latencies spread around their cell's median, pooled over the cells of a system, start and magnitude. */
import { z } from 'zod';
import { StartSchema, type Start } from '../../domain/factors.js';
import type { Milliseconds } from '../../domain/units.js';
import { quantile } from '../../stats/quantiles.js';
import { sortSamples } from '../../stats/sorted-samples.js';
import {
  modelQuantiles,
  quantileShares,
  systemOf,
  type ModelCell,
  type ModelQuantile,
} from './model-cell.js';

/** Shares at which a shape is kept: close together where objectives are. */
export const shapeShares = [0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999] as const;

export const LatencyShapeSchema = z.object({
  /** A system (`systemOf`); absent in the shape of all systems, which stands in for those with too few cells. */
  system: z.string().optional(),
  /** Of cells whose median in ms has this power of ten (2 ms: 0); absent in the shape of all magnitudes. */
  decade: z.number().int().optional(),
  start: StartSchema,
  cells: z.number().int().positive(),
  samples: z.number().int().positive(),
  /** Latency over the cell's median, at `shapeShares`. */
  ratios: z.array(z.number().positive()).length(shapeShares.length),
  /** How far single cells are from this shape: standard deviation of the logarithm of a quantile over its median. */
  differences: z.partialRecord(z.enum(modelQuantiles), z.number().nonnegative()),
});
export type LatencyShape = z.infer<typeof LatencyShapeSchema>;

/** Samples of one cell that enter the pool, evenly from all of them, so that no cell outweighs the rest. */
const perCell = 40;

/** The fewest cells a shape of its own is made of. */
const fewestCells = 4;

/**
 * What delays an invocation by a millisecond now and then (the scheduler, a collector) makes one of 30 us thirty times as long
 * and one of 5 ms hardly longer: spreads are alike where medians are.
 */
const decadeOf = (medianMs: Milliseconds): number => Math.floor(Math.log10(medianMs));

interface Pool {
  readonly system?: string;
  readonly decade?: number;
  readonly start: Start;
  cells: number;
  readonly ratios: number[];
  readonly logs: Partial<Record<ModelQuantile, number[]>>;
}

export class ShapePool {
  private readonly pools = new Map<string, Pool>();

  add({ cell, latencyMs }: ModelCell, latencies: readonly number[]): void {
    const sorted = [...latencies].sort((a, b) => a - b);
    const count = Math.min(perCell, sorted.length);
    const chosen = Array.from(
      { length: count },
      (_, i) => (sorted[Math.floor(((i + 0.5) * sorted.length) / count)] as number) / latencyMs.p50,
    );
    const [own, decade] = [systemOf(cell), decadeOf(latencyMs.p50)];
    const kinds = [{ system: own, decade }, { decade }, { system: own }, {}];
    for (const kind of kinds) {
      const key = JSON.stringify([kind, cell.start]);
      let pool = this.pools.get(key);
      if (pool === undefined) {
        pool = {
          ...kind,
          start: cell.start,
          cells: 0,
          ratios: [],
          logs: {},
        };
        this.pools.set(key, pool);
      }
      pool.cells++;
      pool.ratios.push(...chosen);
      for (const name of modelQuantiles) {
        const value = latencyMs[name];
        if (value !== undefined) (pool.logs[name] ??= []).push(Math.log(value / latencyMs.p50));
      }
    }
  }

  shapes(): LatencyShape[] {
    return [...this.pools.values()]
      .filter(({ system, decade, cells }) => (system ?? decade) === undefined || cells >= fewestCells)
      .map(({ ratios, logs, ...pool }) => {
        const sorted = sortSamples(ratios);
        return {
          ...pool,
          samples: ratios.length,
          ratios: shapeShares.map((share) => quantile(sorted, share)),
          differences: differencesOf(logs, (share) => quantile(sorted, share)),
        };
      });
  }
}

/** By the median absolute deviation from the pool's own ratio. */
function differencesOf(logs: Pool['logs'], ratioOf: (share: number) => number): LatencyShape['differences'] {
  const differences: LatencyShape['differences'] = {};
  for (const name of modelQuantiles) {
    const own = logs[name];
    if (own === undefined) continue;
    const middle = Math.log(ratioOf(quantileShares[name]));
    differences[name] = 1.4826 * quantile(sortSamples(own.map((log) => Math.abs(log - middle))), 0.5);
  }
  return differences;
}

/** What a latency at one median spreads like. */
export type SpreadAtMedian = Pick<LatencyShape, 'ratios' | 'differences'>;

/** The logarithm to base 10 of a median at which a decade's shape holds as it is. */
const centreOf = (decade: number): number => decade + 0.5;

/**
 * The shape of a system's start at such a median. A decade's shape is the system's own, or that of all systems; between the
 * centres of two decades it is interpolated in the logarithm, so that a median a little larger has nearly the same shape.
 * Beyond the outermost decades it stays as it is there. Without a decade it is the system's, or that of all. Undefined where
 * the start was never measured.
 */
export function shapeOf(
  shapes: readonly LatencyShape[],
  {
    system,
    start,
    medianMs,
  }: { readonly system: string; readonly start: Start; readonly medianMs: Milliseconds },
): SpreadAtMedian | undefined {
  const usable = shapes.filter(
    (shape) => shape.start === start && (shape.system === undefined || shape.system === system),
  );
  const ofDecade = (decade: number | undefined): LatencyShape[] =>
    usable
      .filter((shape) => shape.decade === decade)
      .sort((a, b) => Number(a.system === undefined) - Number(b.system === undefined));
  const general = ofDecade(undefined);
  const decades = [...new Set(usable.flatMap(({ decade }) => decade ?? []))].sort((a, b) => a - b);
  const place = Math.log10(medianMs);
  const below = decades.findLast((decade) => centreOf(decade) <= place) ?? decades[0];
  const above = decades.find((decade) => centreOf(decade) > place) ?? below;
  if (below === undefined || above === undefined) return spreadOf(general);
  const [low, high] = [
    spreadOf([...ofDecade(below), ...general]),
    spreadOf([...ofDecade(above), ...general]),
  ];
  if (low === undefined || high === undefined || above <= below) return low;
  return between(low, high, (place - centreOf(below)) / (above - below));
}

/** The ratios of the first of the shapes; each difference from the first that has one. */
function spreadOf(shapes: readonly LatencyShape[]): SpreadAtMedian | undefined {
  const [first] = shapes;
  if (first === undefined) return undefined;
  const differences: LatencyShape['differences'] = {};
  for (const shape of [...shapes].reverse()) Object.assign(differences, shape.differences);
  return { ratios: first.ratios, differences };
}

/** Part of the way from one to the other: of ratios in the logarithm. */
function between(low: SpreadAtMedian, high: SpreadAtMedian, part: number): SpreadAtMedian {
  const differences: LatencyShape['differences'] = {};
  for (const name of modelQuantiles) {
    const [from, to] = [low.differences[name], high.differences[name]];
    if (from !== undefined && to !== undefined) differences[name] = from + part * (to - from);
  }
  return {
    ratios: low.ratios.map((ratio, i) => ratio ** (1 - part) * (high.ratios[i] as number) ** part),
    differences,
  };
}

/** Latency over its median at a share of 1, between the kept shares by interpolation of the logarithm. */
export function ratioAt({ ratios }: Pick<LatencyShape, 'ratios'>, share: number): number {
  const next = shapeShares.findIndex((kept) => kept >= share);
  if (next <= 0) return ratios[next === 0 ? 0 : ratios.length - 1] as number;
  const [low, high] = [shapeShares[next - 1] as number, shapeShares[next] as number];
  const part = (share - low) / (high - low);
  const [below, above] = [ratios[next - 1] as number, ratios[next] as number];
  return below ** (1 - part) * above ** part;
}
