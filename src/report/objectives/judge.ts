/** From an interval and a limit to met, missed or unsure. */
import type { Objective } from '../../domain/slo.js';
import type { ObjectiveResult } from '../../domain/summary/objective-result.js';
import type { OpenInterval } from './estimates.js';

type Comparison = Objective['comparison'];

const keeps: Readonly<Record<Comparison, (value: number, limit: number) => boolean>> = {
  '<': (value, limit) => value < limit,
  '<=': (value, limit) => value <= limit,
  '>': (value, limit) => value > limit,
  '>=': (value, limit) => value >= limit,
};

/**
 * `met`: every value of the interval keeps to the limit; `missed`: none does; else, and without an interval, `unsure`.
 * An upper end that is null lies above every limit.
 */
export function judge(
  ci95: OpenInterval | undefined,
  comparison: Comparison,
  limit: number,
): ObjectiveResult['verdict'] {
  if (ci95 === undefined) return 'unsure';
  const [low, high] = ci95;
  const ends = [low, high ?? Number.POSITIVE_INFINITY].map((end) => keeps[comparison](end, limit));
  if (ends.every((kept) => kept)) return 'met';
  return ends.some((kept) => kept) ? 'unsure' : 'missed';
}
