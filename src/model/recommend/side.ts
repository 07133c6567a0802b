/** The middle of a prediction, or the ends of its interval. */
import type { PredictedQuantile } from '../predict/predict-latency.js';

/** At an end all parts err to the same side, which is the worst case. */
export type Side = 'low' | 'middle' | 'high';
export const sides: readonly Side[] = ['low', 'middle', 'high'];

export const sideOf = ({ ms, interval90 }: PredictedQuantile, side: Side): number =>
  side === 'middle' || interval90 === undefined ? ms : interval90[side === 'low' ? 0 : 1];
