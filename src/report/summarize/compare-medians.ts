/** One median against another: ratio, interval, verdict. */
import type { Comparison } from '../../domain/summary/cell-summary.js';
import type { MedianEstimate } from '../../stats/median-interval.js';
import { seededRandom } from '../../stats/random.js';
import { estimateRatio } from '../../stats/ratio-interval.js';
import { verdictOn } from '../../stats/verdict.js';

export type MedianComparison = Pick<Comparison, 'ratio' | 'ci95' | 'verdict'>;

export interface ComparisonOptions {
  /** Ratios within 1/(1+margin) and 1+margin count as the same. */
  readonly margin: number;
  readonly seed: number;
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
