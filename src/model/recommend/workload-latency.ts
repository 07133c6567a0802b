/** The latency of a workload on one runtime, however it was found. */
import { milliseconds, type Milliseconds } from '../../domain/units.js';
import type { LatencyPrediction, PredictedQuantile } from '../predict/predict-latency.js';
import type { Side } from './side.js';

export interface WorkloadPart {
  /** Of all requests, 0 to 1. */
  readonly share: number;
  readonly cold: boolean;
  readonly prediction: LatencyPrediction;
}

export interface WorkloadLatency {
  readonly runtime: string;
  readonly parts: readonly WorkloadPart[];
  readonly coldShare: number;
  /** Of all requests, those that a full queue turned away; 0 where there is no queue. */
  readonly rejectedShare: number;
  /** The latency in ms that this share of all requests stays below. */
  quantile(share: number, side?: Side): number;
  /** In ms. */
  mean(side?: Side): number;
  /** In ms: what a request holds an instance for, without the clients' network and the queue. Platforms bill this. */
  meanAtInstance(side?: Side): number;
  /** Why no latency of it is known, whatever its parts are; absent where they decide. */
  readonly notKnown?: string | undefined;
}

/** What the predictions say of reaching beyond what was measured, each once. */
export const beyondOf = ({ parts }: WorkloadLatency): readonly string[] => [
  ...new Set(parts.flatMap(({ prediction }) => prediction.beyond)),
];

/** Whether every part's prediction says how wrong it may be at this share. */
export const isBounded = ({ parts }: WorkloadLatency, share: number): boolean =>
  parts.every(({ prediction }) => prediction.quantile(share)?.interval90 !== undefined);

/** Parts that are too rare to be looked at: they move no quantile that is shown. */
const rarest = 1e-4;

/** Why the latency at this share is not known; undefined where every part that matters is. */
export function notKnownAt({ parts, notKnown }: WorkloadLatency, share: number): string | undefined {
  if (notKnown !== undefined) return notKnown;
  const reasons = parts
    .filter((part) => part.share > rarest)
    .map(({ prediction }) => (prediction.quantile(share) ?? prediction.median).notKnown);
  return reasons.find((reason) => reason !== undefined);
}

export function predictedQuantile(one: WorkloadLatency, share: number): PredictedQuantile {
  const at = (side: Side): Milliseconds => milliseconds(one.quantile(share, side));
  const notKnown = notKnownAt(one, share);
  if (notKnown !== undefined) return { ms: at('middle'), notKnown };
  return {
    ms: at('middle'),
    ...(isBounded(one, share) ? { interval90: [at('low'), at('high')] as const } : {}),
  };
}
