/** How much load there may be unless someone asks for more: every load ends by itself. */
import { invalidInput } from '../../domain/errors.js';
import type { Load } from '../../domain/load.js';
import { milliseconds, type Milliseconds } from '../../domain/units.js';
import type { Arrivals, LoadShape } from './shapes.js';

export interface LoadBounds {
  readonly clients: number;
  readonly perSecond: number;
  readonly timeMs: Milliseconds;
  readonly count: number;
}

export const defaultBounds: LoadBounds = {
  clients: 1000,
  perSecond: 20_000,
  timeMs: milliseconds(10 * 60_000),
  count: 10_000_000,
};

/** @throws LumosError `invalid-input` for a load beyond the bounds, naming the bound; a list is bounded by time alone */
export function checkLoad(
  shape: LoadShape,
  limits: { readonly timeMs: Milliseconds; readonly count?: number },
  bounds: LoadBounds = defaultBounds,
): void {
  if (shape.kind === 'closed') {
    if (!(Number.isInteger(shape.clients) && shape.clients >= 1))
      throw invalidInput(`A closed load has a whole number of clients, not ${shape.clients}.`);
    refuseAbove('clients', shape.clients, bounds.clients);
  } else refuseAbove('requests a second', highestRate(shape.arrivals), bounds.perSecond);
  refuseAbove('milliseconds', limits.timeMs, bounds.timeMs);
  refuseAbove('requests', limits.count ?? 0, bounds.count);
}

/** The bounds of a declared load: what it says of them, and the defaults for the rest. */
export function boundsOf({ bounds }: Pick<Load, 'bounds'>): LoadBounds {
  const { clients, perSecond, seconds, count } = bounds;
  return {
    clients: clients ?? defaultBounds.clients,
    perSecond: perSecond ?? defaultBounds.perSecond,
    timeMs: seconds === undefined ? defaultBounds.timeMs : milliseconds(seconds * 1000),
    count: count ?? defaultBounds.count,
  };
}

function refuseAbove(what: string, value: number, most: number): void {
  if (value <= most) return;
  throw invalidInput(
    `A load of ${value} ${what} is above the bound of ${most}.`,
    'If it is meant, raise the bound: load.bounds in the experiment has clients, perSecond, seconds and count.',
  );
}

function highestRate(arrivals: Arrivals): number {
  switch (arrivals.kind) {
    case 'constant':
    case 'poisson':
      return arrivals.perSecond;
    case 'ramp':
      return Math.max(arrivals.fromPerSecond, arrivals.toPerSecond);
    case 'burst':
      return Math.max(arrivals.perSecond, arrivals.burstPerSecond);
    case 'list':
      return 0;
  }
}
