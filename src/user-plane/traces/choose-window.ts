/** A stretch of a trace that stands for all of it. */
import { invalidInput } from '../../domain/errors.js';
import type { TraceInvocation } from '../../domain/trace.js';

const minute = 60_000;
/** Two years. */
const mostMinutes = 366 * 2 * 1440;

/** Invocations in each minute of a trace, from its first arrival on. */
export class MinuteTotals {
  private readonly totals: number[] = [];

  /** @throws LumosError `invalid-input` for an arrival after more than two years */
  add({ atMs }: TraceInvocation): void {
    const at = Math.floor(atMs / minute);
    if (at >= mostMinutes)
      throw invalidInput(
        `an arrival ${Math.round(atMs / 1000)} s after the first one`,
        'A trace is two years long at most: look for a row with a wrong time, with lumos trace info.',
      );
    while (this.totals.length <= at) this.totals.push(0);
    this.totals[at] = (this.totals[at] ?? 0) + 1;
  }

  /**
   * The first minute of the window of `length` whole minutes whose rate is nearest to the whole trace's, the first of
   * several, among those with invocations; 0 where the trace is no longer than that.
   */
  typicalWindow(length: number): number {
    const { totals } = this;
    const mean = (totals.reduce((sum, count) => sum + count, 0) / Math.max(1, totals.length)) * length;
    let inside = totals.slice(0, length).reduce((sum, count) => sum + count, 0);
    let best = { from: 0, off: inside === 0 ? Infinity : Math.abs(inside - mean) };
    for (let from = 1; from + length <= totals.length; from += 1) {
      inside += (totals[from + length - 1] ?? 0) - (totals[from - 1] ?? 0);
      const off = Math.abs(inside - mean);
      if (inside > 0 && off < best.off) best = { from, off };
    }
    return best.from;
  }
}
