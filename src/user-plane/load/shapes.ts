/** Who decides when a request is sent: a client that waits for its answer, or a schedule that waits for nobody. */
import type { Milliseconds } from '../../domain/units.js';

/** N clients, each of which sends as soon as it has its answer: the load falls when the server slows down. */
export interface ClosedShape {
  readonly kind: 'closed';
  /** At least 1. */
  readonly clients: number;
}

/** When requests are due, whatever becomes of the ones before. Rates are in requests a second. */
export type Arrivals =
  | { readonly kind: 'constant'; readonly perSecond: number }
  /** Independent users: exponential times in between. */
  | { readonly kind: 'poisson'; readonly perSecond: number }
  /** The rate goes evenly from one to the other, then stays. */
  | {
      readonly kind: 'ramp';
      readonly fromPerSecond: number;
      readonly toPerSecond: number;
      readonly overMs: Milliseconds;
    }
  /** Every `everyMs` begins with `burstMs` at a higher rate; evenly spaced within each of the two. */
  | {
      readonly kind: 'burst';
      readonly perSecond: number;
      readonly burstPerSecond: number;
      readonly everyMs: Milliseconds;
      readonly burstMs: Milliseconds;
    }
  /** Offsets from the start, ascending, as of a trace; may be read lazily. */
  | { readonly kind: 'list'; readonly offsets: Iterable<Milliseconds> };

export interface OpenShape {
  readonly kind: 'open';
  readonly arrivals: Arrivals;
}

export type LoadShape = ClosedShape | OpenShape;
