/** The medians of a cell's figures, with intervals, each taken once. */
import { comparedMetrics, type ComparedMetric } from './compared-metrics.js';
import type { CellColumns } from './accumulate.js';
import { estimateMedian, type MedianEstimate } from '../../stats/median-interval.js';

/** Of each metric that has samples, its median with its interval; samples of one trial are one cluster. */
export type CellMedians = ReadonlyMap<ComparedMetric, MedianEstimate>;

export function mediansOf(
  columns: CellColumns | undefined,
  metrics: readonly ComparedMetric[] = comparedMetrics,
): CellMedians {
  const medians = new Map<ComparedMetric, MedianEstimate>();
  for (const metric of metrics) {
    const column = columns?.figures.get(metric);
    if (columns === undefined || column === undefined) continue;
    medians.set(metric, estimateMedian(column.present(), column.alongside(columns.sandboxes)));
  }
  return medians;
}
