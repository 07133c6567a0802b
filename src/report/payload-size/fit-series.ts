/** Lines through a series' times, part by part. */
import { CellSchema } from '../../domain/factors.js';
import {
  timeParts,
  type Estimate,
  type LineFit,
  type SizeSeries,
  type TimePart,
} from '../../domain/summary/payload-size.js';
import { milliseconds, type Milliseconds } from '../../domain/units.js';
import { drawnInterval } from '../../stats/drawn-interval.js';
import type { Interval } from '../../stats/median-interval.js';
import { seededRandom } from '../../stats/random.js';
import { estimateRatio } from '../../stats/ratio-interval.js';
import { estimateLine, fewestPlaces, type LineEstimate } from '../../stats/relative-line.js';
import type { Series, SizedCell } from './size-series.js';

/** Times below this are weighted as if they were this long: a few readings of the clock, 100 ns. */
const leastTime = 1e-4;

/** ns a byte, of ms a byte. */
const nanosecondsPerMillisecond = 1e6;

/** A series with its lines, the draws of which are needed for what is computed from more than one. */
export interface FittedSeries {
  readonly series: Series;
  readonly lines: ReadonlyMap<TimePart, LineEstimate>;
}

export const estimateOf = (value: number, ci95: Interval | undefined): Estimate => ({
  value,
  ...(ci95 === undefined ? {} : { ci95 }),
});

const scaled = (value: number, ci95: Interval | undefined, factor: number): Estimate =>
  estimateOf(value * factor, ci95 === undefined ? undefined : [ci95[0] * factor, ci95[1] * factor]);

/** A slope in ms a byte as ns a byte. */
export const perByte = (value: number, ci95: Interval | undefined): Estimate =>
  scaled(value, ci95, nanosecondsPerMillisecond);

/** Fits every part that was measured at enough different sizes. */
export function fitSeries(series: Series, seed: number): FittedSeries {
  const lines = new Map<TimePart, LineEstimate>();
  for (const part of timeParts) {
    const sizes = series.sizes.flatMap((size) => {
      const estimate = size.medians.get(part);
      return estimate === undefined ? [] : [{ x: size.bytes, estimate }];
    });
    if (new Set(sizes.map(({ x }) => x)).size < fewestPlaces) continue;
    const random = seededRandom(seed, JSON.stringify(['size', series.key, part]));
    lines.set(
      part,
      estimateLine(
        sizes.map(({ x }) => x),
        sizes.map(({ estimate }) => estimate),
        leastTime,
        random,
      ),
    );
  }
  return { series, lines };
}

const fitOf = (line: LineEstimate): LineFit => ({
  slopeNsPerByte: perByte(line.slope, line.slopeCi95),
  interceptMs: estimateOf(line.intercept, line.interceptCi95),
  worstMiss: line.worstMiss,
});

/** The interval of a quotient of draws, of which the divisor is surely not 0. */
export function quotientInterval(above: Float64Array, below: Float64Array): Interval | undefined {
  if (above.length === 0 || above.length !== below.length) return undefined;
  return drawnInterval(above.map((value, i) => value / (below[i] as number)));
}

function againstNative(
  { series, lines }: FittedSeries,
  native: FittedSeries,
  seed: number,
): SizeSeries['againstNative'] {
  const [ours, theirs] = [lines.get('total'), native.lines.get('total')];
  const slope =
    ours === undefined || theirs?.slopeCi95 === undefined || !(theirs.slopeCi95[0] > 0)
      ? undefined
      : estimateOf(ours.slope / theirs.slope, quotientInterval(ours.drawnSlopes, theirs.drawnSlopes));
  const total = largestOver(series, native.series, seed);
  if (slope === undefined && total === undefined) return undefined;
  return { ...(slope === undefined ? {} : { slope }), ...(total === undefined ? {} : { total }) };
}

function largestOver(
  ours: Series,
  theirs: Series,
  seed: number,
): NonNullable<SizeSeries['againstNative']>['total'] {
  const pairs = ours.sizes.flatMap((size) => {
    const other = theirs.sizes.find((one) => one.bytes === size.bytes)?.medians.get('total');
    const own = size.medians.get('total');
    return own === undefined || other === undefined || !(other.median > 0) ? [] : [{ size, own, other }];
  });
  const largest = pairs.at(-1);
  if (largest === undefined) return undefined;
  const random = seededRandom(seed, JSON.stringify(['size against native', ours.key]));
  const { ratio, ci95 } = estimateRatio(largest.own, largest.other, random);
  return { ...estimateOf(ratio, ci95), bytes: largest.size.bytes };
}

function medianTimes({ medians }: SizedCell): Partial<Record<TimePart, Milliseconds>> {
  return Object.fromEntries([...medians].map(([part, estimate]) => [part, milliseconds(estimate.median)]));
}

/** A fitted series as the summary says it. `native` is the same on the runtime `native`, where it is another. */
export function sizeSeriesOf(
  fitted: FittedSeries,
  native: FittedSeries | undefined,
  seed: number,
): SizeSeries {
  const cell = CellSchema.omit({ payload: true }).parse(fitted.series.cell);
  const against = native === undefined ? undefined : againstNative(fitted, native, seed);
  return {
    ...cell,
    sizes: fitted.series.sizes.map((size) => ({
      payload: size.cell.payload,
      bytes: size.bytes,
      n: size.n,
      medianMs: medianTimes(size),
    })),
    fits: Object.fromEntries([...fitted.lines].map(([part, line]) => [part, fitOf(line)])),
    ...(against === undefined ? {} : { againstNative: against }),
  };
}
