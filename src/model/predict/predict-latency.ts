/** A latency predicted: its parts, its quantiles, their intervals, and what it does not know. */
import { invalidInput } from '../../domain/errors.js';
import type { Start } from '../../domain/factors.js';
import { milliseconds, type Milliseconds } from '../../domain/units.js';
import { ComposedLatency, Composition } from '../compose.js';
import type { Calibration, ModelFile } from '../fit/model-file.js';
import type { SchemeId } from '../hold-out/schemes.js';
import { ratioAt, shapeOf, type SpreadAtMedian } from '../observations/latency-shape.js';
import { systemOf, workOf, type ComponentId, type ModelQuantile } from '../observations/model-cell.js';
import { componentValue } from './component-value.js';
import { linksOf, type LinkPart } from './links.js';
import { predictResources, type PredictedResources } from './predict-resources.js';
import { whyNotKnown } from './knowledge.js';
import { findPlace, type FoundPlace, type PredictionRequest } from './find-place.js';

export interface PredictedQuantile {
  /** Where `notKnown` is there: what the fitted growth gives, fit for nothing but a rough order. It is shown nowhere. */
  readonly ms: Milliseconds;
  /** 90 % interval; absent where the model has too little to say how wrong it may be. */
  readonly interval90?: readonly [Milliseconds, Milliseconds];
  /** Why the model does not know this figure, in words, e.g. `payload 128x beyond the largest measured`. */
  readonly notKnown?: string;
}

export interface LatencyPrediction {
  readonly request: PredictionRequest;
  readonly median: PredictedQuantile;
  /** Parts of the median; they sum up to it. */
  readonly componentsMs: Readonly<Partial<Record<ComponentId | LinkPart, Milliseconds>>>;
  /** What the invocation takes besides time; a resource that was not measured on this runtime is absent. */
  readonly resources: PredictedResources;
  /** How the prediction reaches beyond what was measured, in words; empty where it does not. */
  readonly beyond: readonly string[];
  /** Which leaving-out the intervals are from. */
  readonly scheme: SchemeId;
  /** The latency at a share of 1; absent where this start's spread was never measured. */
  quantile(share: number): PredictedQuantile | undefined;
  /** The share of requests at least as fast as this; the inverse of `quantile`. */
  shareWithin(limit: Milliseconds): number;
}

/** How the place reaches beyond what was measured, as one of the ways the model was tested in. */
function schemeFor({ unseen }: FoundPlace): SchemeId {
  if (unseen.environment) return 'leave-one-environment-out';
  if (unseen.outsideSizes) return 'leave-one-payload-out';
  return unseen.pair ? 'leave-one-pair-out' : 'leave-one-cell-out';
}

/** The width for a way of reaching beyond; where that was never tested, the widest of those that were. */
function widthOf(
  calibrations: readonly Calibration[],
  scheme: SchemeId,
  quantile: ModelQuantile,
): { width: number; tested: boolean } | undefined {
  const own = calibrations.find((one) => one.scheme === scheme)?.quantiles[quantile]?.width90;
  if (own !== undefined) return { width: own, tested: true };
  const others = calibrations.flatMap(({ quantiles }) => quantiles[quantile]?.width90 ?? []);
  return others.length === 0 ? undefined : { width: Math.max(...others), tested: false };
}

/** The quantile whose errors speak for a share: the nearest at or above it. */
const calibratedAs = (share: number): ModelQuantile =>
  share <= 0.5 ? 'p50' : share <= 0.9 ? 'p90' : share <= 0.95 ? 'p95' : 'p99';

const untested: Readonly<Record<SchemeId, string>> = {
  'leave-one-cell-out': 'the interval is a guess: too few cells to test predictions on',
  'leave-one-payload-out': 'the interval is a guess: no ladder to test extrapolation on',
  'leave-one-pair-out': 'the interval is a guess: too few runtimes to test unmeasured pairs on',
  'leave-one-environment-out': 'the interval is a guess: too few environments to test on',
};

function correctionOf(file: ModelFile, system: string, start: Start): number {
  const of = file.corrections.filter((one) => one.start === start);
  return (of.find((one) => one.system === system) ?? of.find((one) => one.system === undefined))?.log ?? 0;
}

/** The part of every one of its quantiles that is on the way between the client and the platform. */
export const clientNetworkOf = ({ componentsMs }: Pick<LatencyPrediction, 'componentsMs'>): Milliseconds =>
  componentsMs.network ?? milliseconds(0);

const compositions = new WeakMap<ModelFile, Composition>();

/** The same for every prediction of a file. */
function compositionOf(file: ModelFile): Composition {
  const known = compositions.get(file) ?? new Composition(file.cells);
  compositions.set(file, known);
  return known;
}

/** How wide intervals are for the way in which a place reaches beyond the data, and at which quantile. */
interface Widths extends Pick<FoundPlace, 'beyond' | 'notKnown'> {
  readonly calibrations: readonly Calibration[];
  readonly scheme: SchemeId;
}

/** The composed latency's quantiles, with their intervals. */
class Quantiles {
  constructor(
    private readonly latency: ComposedLatency,
    private readonly shape: SpreadAtMedian | undefined,
    private readonly widths: Widths,
  ) {}

  private predicted(ratio: number, as: ModelQuantile): PredictedQuantile {
    const width = widthOf(this.widths.calibrations, this.widths.scheme, as)?.width;
    const difference = as === 'p50' ? 0 : (this.shape?.differences[as] ?? 0);
    const time = (deviations: number): Milliseconds => this.latency.time(deviations, ratio, difference);
    const ms = time(0);
    // The other quantiles are the median times the shape of the latencies.
    const unknown = this.widths.notKnown ?? (as === 'p50' ? undefined : this.median.notKnown);
    if (unknown !== undefined) return { ms, notKnown: unknown };
    if (width === undefined) return { ms };
    const interval90 = [time(-width), time(width)] as const;
    const notKnown = whyNotKnown(interval90, this.widths.beyond);
    return notKnown === undefined ? { ms, interval90 } : { ms, notKnown };
  }

  at(share: number): PredictedQuantile | undefined {
    if (share === 0.5) return this.predicted(1, 'p50');
    if (this.shape === undefined) return undefined;
    return this.predicted(ratioAt(this.shape, share), calibratedAs(share));
  }

  get median(): PredictedQuantile {
    return this.predicted(1, 'p50');
  }

  within(limit: Milliseconds): number {
    const ratio = (limit - this.latency.fixedMs) / this.latency.medianMs;
    return shareBelow((share) => (this.shape === undefined ? 1 : ratioAt(this.shape, share)), ratio);
  }
}

/** @throws LumosError `invalid-input` for a factor that the model never saw */
export function predictLatency(file: ModelFile, request: PredictionRequest): LatencyPrediction {
  const found = findPlace(file, request);
  const { place } = found;
  const [system, start] = [systemOf(place.cell), request.start];
  const ids = compositionOf(file).partsOf(workOf(place.cell), start) ?? [];
  const parts = file.components.flatMap((component) =>
    ids.includes(component.id) ? [{ id: component.id, ...componentValue(component, place) }] : [],
  );
  if (parts.length === 0) throw invalidInput(`${request.function} has no part that the model was fitted on`);
  const correction = correctionOf(file, system, start);
  const links = linksOf(file, request, place);
  const fixedMs = milliseconds(Object.values(links.timesMs).reduce((sum, time) => sum + time, 0));
  const latency = new ComposedLatency(parts, correction, fixedMs);
  const scheme = schemeFor(found);
  const shape = shapeOf(file.shapes, { system, start, medianMs: latency.medianMs });
  const quantiles = new Quantiles(latency, shape, {
    ...{ calibrations: file.calibrations, scheme, beyond: found.beyond },
    ...(found.notKnown === undefined ? {} : { notKnown: found.notKnown }),
  });
  const tested = widthOf(file.calibrations, scheme, 'p50')?.tested === true;
  // CPU time is a share of what was measured, which has no client's network and no pulling in it.
  const measurable = new ComposedLatency(parts, correction, links.timesMs['data network']);
  return {
    request,
    median: quantiles.median,
    componentsMs: {
      ...Object.fromEntries(
        parts.map((part) => [part.id, milliseconds(Math.exp(part.log + correction))] as const),
      ),
      ...links.timesMs,
    },
    resources: predictResources(file, {
      place,
      latency: measurable,
      scheme,
      isKnown: found.notKnown === undefined,
      isLatencyKnown: quantiles.median.notKnown === undefined,
    }),
    beyond: [...found.beyond, ...links.words, ...(tested ? [] : [untested[scheme]])],
    scheme,
    quantile: (share) => quantiles.at(share),
    shareWithin: (limit) => quantiles.within(limit),
  };
}

/** Where a rising function of shares passes a ratio, by bisection. */
function shareBelow(ratioOf: (share: number) => number, ratio: number): number {
  let [low, high] = [0, 1];
  for (let i = 0; i < 40; i++) {
    const middle = (low + high) / 2;
    if (ratioOf(middle) <= ratio) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
