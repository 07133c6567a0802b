/** How wide an interval must be so that it holds what it promises, whatever the errors' distribution. */
import { modelQuantiles, type ResourceId } from '../observations/model-cell.js';
import type { FittedComponent } from '../components/fit-component.js';
import type { Scheme, SchemeId } from '../hold-out/schemes.js';
import type { LeftOut } from './left-out.js';
import { leaveResourceOut } from './left-out-resource.js';
import type { Calibration, Resource } from './model-file.js';

/** The fewest scores an interval of 90 % can be had from: with fewer, the largest is not above 90 % of them. */
export const fewestScores = 10;

/**
 * The score below which a new one stays with at least the given share, if it is exchangeable with these: the
 * ceil((n + 1) share)-th smallest (Vovk, Gammerman, Shafer, "Algorithmic Learning in a Random World", 2005; for scores by
 * leaving out: Barber, Candes, Ramdas, Tibshirani, "Predictive inference with the jackknife+", Annals of Statistics 49,
 * 2021). Undefined for too few scores.
 */
export function conformalWidth(scores: readonly number[], share: number): number | undefined {
  const rank = Math.ceil((scores.length + 1) * share);
  if (scores.length < fewestScores || rank > scores.length) return undefined;
  return [...scores].sort((a, b) => a - b)[rank - 1];
}

/** Widths of a scheme's intervals, one for each quantile of latency that enough cells were measured at. */
export function calibrate(scheme: SchemeId, left: readonly LeftOut[]): Calibration {
  const quantiles: Calibration['quantiles'] = {};
  for (const quantile of modelQuantiles) {
    const scores = left.flatMap((one) => one.scores[quantile] ?? []);
    const width = conformalWidth(scores, 0.9);
    if (width !== undefined) quantiles[quantile] = { n: scores.length, width90: Math.max(width, 1e-6) };
  }
  return { scheme, quantiles };
}

/** The width of a resource's intervals for a scheme; undefined where too few cells were measured. */
export function calibrateResource(
  resource: FittedComponent<ResourceId>,
  scheme: Scheme,
  latencies: readonly LeftOut[],
): Resource['calibrations'][number] | undefined {
  const scores = leaveResourceOut(resource, scheme, latencies).map(({ score }) => score);
  const width = conformalWidth(scores, 0.9);
  if (width === undefined) return undefined;
  return { scheme: scheme.id, n: scores.length, width90: Math.max(width, 1e-6) };
}
