/** One median against another: ratio, interval, verdict. */
import type { Comparison } from '../../domain/summary/cell-summary.js';
import type { MedianEstimate } from '../../stats/median-interval.js';
import { seededRandom } from '../../stats/random.js';
import { ratioOfEstimates, type Estimate } from '../../stats/ratio-of-estimates.js';
import { estimateRatio } from '../../stats/ratio-interval.js';
import { isSelection, type CellFailures } from './cell-failures.js';
import type { LoadCell } from '../levels/load-cells.js';
import { verdictOn } from '../../stats/verdict.js';

export type MedianComparison = Pick<Comparison, 'ratio' | 'ci95' | 'verdict'>;

export interface ComparisonOptions {
  /** Ratios within 1/(1+margin) and 1+margin count as the same. */
  readonly margin: number;
  readonly seed: number;
}

/** A figure of a cell with what is known of its spread. */
export interface CellEstimate extends Estimate {
  readonly n: number;
  readonly failures?: CellFailures | undefined;
  /** The samples; absent of a load, whose figure is of all its requests. */
  readonly samples?: MedianEstimate;
}

/**
 * The figure of a cell that comparisons are made of: of a load's latency that of all its requests, else the median of the samples.
 * Undefined where there is none, and for a level that is not valid.
 */
export function estimateOfCell(
  samples: MedianEstimate | undefined,
  metric: Comparison['metric'],
  load: LoadCell | undefined,
  failures: CellFailures | undefined,
): CellEstimate | undefined {
  if (load?.level.valid === false) return undefined;
  if (load !== undefined && metric === 'latencyMs') {
    const { latencyMs, succeeded } = load.level;
    return latencyMs === undefined
      ? undefined
      : { value: latencyMs.p50, ci95: latencyMs.ci95, n: succeeded, failures };
  }
  if (samples === undefined) return undefined;
  return { value: samples.median, ci95: samples.ci95, n: samples.size.n, failures, samples };
}

/**
 * `candidate` over `baseline`; undefined where either is 0 or not there. See `compareMedians`. The verdict is `unsure` where
 * more than half of either failed: what fails where it would be slow looks fast.
 */
export function compareEstimates(
  candidate: CellEstimate | undefined,
  baseline: CellEstimate | undefined,
  options: ComparisonOptions,
  label: string,
): MedianComparison | undefined {
  if (candidate === undefined || baseline === undefined) return undefined;
  const compared = ofEstimates(candidate, baseline, options, label);
  const isOfSelections = [candidate, baseline].some(
    ({ failures }) => failures !== undefined && isSelection(failures),
  );
  return compared !== undefined && isOfSelections ? { ...compared, verdict: 'unsure' } : compared;
}

function ofEstimates(
  candidate: CellEstimate,
  baseline: CellEstimate,
  options: ComparisonOptions,
  label: string,
): MedianComparison | undefined {
  if (candidate.samples !== undefined && baseline.samples !== undefined)
    return compareMedians(candidate.samples, baseline.samples, options, label);
  if (!(candidate.value > 0 && baseline.value > 0)) return undefined;
  const { ratio, ci95 } = ratioOfEstimates(candidate, baseline);
  return { ratio, ...(ci95 === undefined ? {} : { ci95 }), verdict: verdictOn(ci95, options.margin) };
}

/**
 * `candidate` over `baseline`. `label` names the pair: its draws depend on nothing but the seed and the label, so other
 * cells of the run do not change them. Undefined where either median is 0 or not there: that has no ratio.
 */
export function compareMedians(
  candidate: MedianEstimate | undefined,
  baseline: MedianEstimate | undefined,
  options: ComparisonOptions,
  label: string,
): MedianComparison | undefined {
  if (candidate === undefined || baseline === undefined) return undefined;
  if (!(candidate.median > 0 && baseline.median > 0)) return undefined;
  const { ratio, ci95 } = estimateRatio(candidate, baseline, seededRandom(options.seed, label));
  return { ratio, ...(ci95 === undefined ? {} : { ci95 }), verdict: verdictOn(ci95, options.margin) };
}
