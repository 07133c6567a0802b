/** Time 0 of a trace, which is the same for whoever reads it. */

/** A microsecond: what the plain format is written to. Differences of decimals have an error in their last digits. */
const perMillisecond = 1000;

/**
 * Time 0 is the first arrival, whatever the clock of the file says of it: an hour cut out of a day, or dates in seconds
 * since 1970, are traces of their own length. Times are taken in their order.
 */
export class TraceOrigin {
  /** Milliseconds on the file's own clock; undefined before the first arrival. */
  at: number | undefined;

  /** Milliseconds from time 0. @param time milliseconds on the file's own clock */
  since(time: number): number {
    this.at ??= time;
    return Math.round((time - this.at) * perMillisecond) / perMillisecond;
  }
}
