/** Errors by how instances started: a share of cold starts in the cells says nothing of the warm ones. */
import type { Start } from '../../domain/factors.js';
import { quantile } from '../../stats/quantiles.js';
import { sortSamples } from '../../stats/sorted-samples.js';
import type { Prediction } from './validate-model.js';

export interface StartErrors {
  readonly cells: number;
  /** Absolute percentage errors of the median latency, as shares of 1. */
  readonly medianApe: number;
  readonly p90Ape: number;
}

/** Only starts that were left out and predicted. */
export function errorsByStart(predictions: readonly Prediction[]): Partial<Record<Start, StartErrors>> {
  const errors = new Map<Start, number[]>();
  for (const { cell, predictedMs } of predictions) {
    const own = errors.get(cell.cell.start) ?? [];
    own.push(Math.abs(predictedMs / cell.latencyMs.p50 - 1));
    errors.set(cell.cell.start, own);
  }
  return Object.fromEntries(
    [...errors].map(([start, own]): [Start, StartErrors] => {
      const sorted = sortSamples(own);
      return [start, { cells: own.length, medianApe: quantile(sorted, 0.5), p90Ape: quantile(sorted, 0.9) }];
    }),
  );
}
