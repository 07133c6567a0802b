/** One component's prediction from a model file: the form, the effects seen, and how uncertain that leaves it. */
import { sharesOf, termNames } from '../components/terms.js';
import { driverOf, type Place } from '../components/place.js';
import { growthOfPlace, trendLog } from '../components/trend.js';
import type { Fit } from '../fit/model-file.js';

export interface ComponentValue {
  /** Logarithm of ms. */
  readonly log: number;
  /** Variance of that logarithm, as far as the component's own variances tell. */
  readonly variance: number;
}

/** Cells of a level that are to be thought away, by term name and level. */
export type Discount = (term: string, level: string) => number;

/** How far an exponent may be off, for the part of a size that lies beyond what was measured: found, or assumed. */
const exponentError = { measured: 0.1, assumed: 0.5 } as const;

/** How far, as a logarithm, a place lies beyond what its growth was found from; and by how much that may be off. */
function extrapolation({ id, trend }: Fit, place: Place): number {
  if (trend.form !== 'growth') return 0;
  const found = growthOfPlace(id, trend.by, place);
  if (found === undefined) return 0;
  const driver = driverOf(id, place);
  const beyond = Math.max(0, Math.log(driver / found.sizes[1]), Math.log(found.sizes[0] / driver));
  return (exponentError[found.basis] * beyond) ** 2;
}

/**
 * An effect that was seen in n cells is known up to what n cells leave open; one that was never seen may be anything its
 * term has. Effects are taken as if known independently of each other: the calibration makes up for what that misses.
 */
export function componentValue(component: Fit, place: Place, discount?: Discount): ComponentValue {
  const shares = sharesOf(component.id, place, component.centres);
  const noise = component.noiseSd ** 2;
  let log = trendLog(component.id, component.trend, place);
  let variance = noise + extrapolation(component, place);
  for (const { name, sd, levels } of component.terms) {
    const share = shares[termNames.indexOf(name)];
    if (share === undefined) continue;
    const level = levels[share.level];
    if (level !== undefined) log += level.effect * share.scale;
    const seen = Math.max(0, (level?.n ?? 0) - (discount?.(name, share.level) ?? 0));
    const own = sd ** 2 * share.scale ** 2;
    if (own > 0) variance += (own * noise) / (noise + seen * own);
  }
  return { log, variance };
}
