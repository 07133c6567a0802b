/** The ratio of two estimates of which only the intervals are known. */
import type { Interval } from './median-interval.js';

export interface Estimate {
  readonly value: number;
  readonly ci95?: Readonly<Interval> | undefined;
}

/**
 * `candidate` over `baseline`, with a 95 % interval where both have one: the distances of the ends from the values, as logarithms,
 * are combined by their squares (MOVER: Zou & Donner, "Construction of confidence limits about effect measures", Statistics in
 * Medicine 27, 2008). The estimates must be independent and above 0.
 */
export function ratioOfEstimates(
  candidate: Estimate,
  baseline: Estimate,
): { readonly ratio: number; readonly ci95: Interval | undefined } {
  const ratio = candidate.value / baseline.value;
  const [above, below] = [distances(candidate), distances(baseline)];
  if (above === undefined || below === undefined) return { ratio, ci95: undefined };
  return {
    ratio,
    ci95: [
      ratio / Math.exp(Math.hypot(above.down, below.up)),
      ratio * Math.exp(Math.hypot(above.up, below.down)),
    ],
  };
}

/** How far the ends lie from the value, as logarithms; an end on the wrong side of it is no distance away. */
function distances({ value, ci95 }: Estimate): { readonly down: number; readonly up: number } | undefined {
  if (ci95 === undefined || !(ci95[0] > 0)) return undefined;
  return {
    down: Math.max(0, Math.log(value / ci95[0])),
    up: Math.max(0, Math.log(ci95[1] / value)),
  };
}
