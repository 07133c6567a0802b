/** Time as something handed in, so that everything above the clock can be tested on a virtual one. */
import type { Milliseconds } from './units.js';

export interface Clock {
  /** Monotonic time since an arbitrary origin. Two readings differ by what passed between them. */
  now(): Milliseconds;
  /** Wall-clock time, for labels only: it may jump. */
  wallTime(): Date;
  /** Calls `callback` once after `delay`, unless the returned function is called before. */
  after(delay: Milliseconds, callback: () => void): () => void;
  /** As `after`, at a moment of this clock and as close to it as can be; absent where `after` is exact. */
  at?(moment: Milliseconds, callback: () => void): () => void;
}

/** Resolves once `delay` has passed on the clock. */
export const passed = (clock: Clock, delay: Milliseconds): Promise<void> =>
  new Promise((resolve) => void clock.after(delay, resolve));
