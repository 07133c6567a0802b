/** Time as something handed in, so that everything above the clock can be tested on a virtual one. */
import { milliseconds, type Milliseconds } from './units.js';

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

/** Resolves once the clock shows `moment`: a timer may fire a little early. */
export async function reached(clock: Clock, moment: Milliseconds): Promise<void> {
  for (let left = moment - clock.now(); left > 0; left = moment - clock.now())
    await passed(clock, milliseconds(left));
}

/** Resolves once `delay` has passed on the clock. */
export const passed = (clock: Clock, delay: Milliseconds): Promise<void> =>
  new Promise((resolve) => void clock.after(delay, resolve));
