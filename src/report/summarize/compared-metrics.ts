/** The figures that runtimes are compared by. */
import type { Comparison } from '../../domain/summary/cell-summary.js';

export type ComparedMetric = Comparison['metric'];

export const comparedMetrics: readonly ComparedMetric[] = ['latencyMs', 'cpuMs', 'peakMemoryBytes'];
