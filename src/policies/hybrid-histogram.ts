/** Azure's policy: learns from a function's idle times when it will be needed again. */
import { milliseconds, type Milliseconds } from '../domain/units.js';
import type { IdleWindows, KeepAlivePolicy } from './policy.js';

export interface HybridHistogramOptions {
  /** Width of a bin. Default 1 minute. */
  readonly binMs: Milliseconds;
  /** Bins; idle times beyond them are out of bounds. Default 240: 4 hours. */
  readonly bins: number;
  /** Shares of idle times below the pre-warming and below the end of keeping alive. Default 0.05 and 0.99. */
  readonly head: number;
  readonly tail: number;
  /** Taken off the head and put on the tail. Default 0.1. */
  readonly margin: number;
  /** The bins' counts must vary by more than this (standard deviation over mean), or there is no pattern. Default 2. */
  readonly leastVariation: number;
  /** With a larger share of idle times out of bounds the histogram says nothing. Default 0.5. */
  readonly mostOutOfBounds: number;
  /** For what the histogram cannot say. Default: as long as the histogram reaches. */
  readonly fallbackMs: Milliseconds;
}

const defaults = {
  binMs: milliseconds(60_000),
  bins: 240,
  head: 0.05,
  tail: 0.99,
  margin: 0.1,
  leastVariation: 2,
  mostOutOfBounds: 0.5,
};

/**
 * The hybrid histogram policy of Shahrad et al., "Serverless in the Wild", USENIX ATC 2020, section 4: idle times (from
 * the end of the last request to the next) are counted in bins. The head's percentile, rounded down to a bin and less the
 * margin, is how long after the last request an instance is pre-warmed; from then it is kept to the tail's percentile,
 * rounded up and with the margin. A head in the first bin means that the instance is not taken down at all. Where the
 * histogram is not representative a fixed keep-alive is used. Idle times that are mostly out of bounds the paper
 * forecasts with ARIMA; here they fall back to the fixed one as well.
 */
export class HybridHistogram implements KeepAlivePolicy {
  readonly kind = 'keep-alive';
  private readonly options: HybridHistogramOptions;
  private readonly counts: number[];
  private outOfBounds = 0;
  private inBounds = 0;
  private sumOfSquares = 0;
  /** Asked for at every request, and changed by an idle time alone. */
  private known: IdleWindows | undefined;

  constructor(options: Partial<HybridHistogramOptions> = {}) {
    const merged = { ...defaults, ...options };
    this.options = { fallbackMs: milliseconds(merged.binMs * merged.bins), ...merged };
    this.counts = Array.from({ length: merged.bins }, () => 0);
  }

  idleEnded(idle: Milliseconds): void {
    this.known = undefined;
    const bin = Math.floor(idle / this.options.binMs);
    if (bin >= this.options.bins) this.outOfBounds += 1;
    else {
      const before = this.counts[bin] ?? 0;
      this.counts[bin] = before + 1;
      this.sumOfSquares += 2 * before + 1;
      this.inBounds += 1;
    }
  }

  windows(): IdleWindows {
    this.known ??= this.findWindows();
    return this.known;
  }

  private findWindows(): IdleWindows {
    const { binMs, head, tail, margin, fallbackMs } = this.options;
    if (!this.isRepresentative()) return { preWarmMs: milliseconds(0), keepAliveMs: fallbackMs };
    const preWarm = this.binOf(head) * binMs * (1 - margin);
    const end = (this.binOf(tail) + 1) * binMs * (1 + margin);
    return { preWarmMs: milliseconds(preWarm), keepAliveMs: milliseconds(end - preWarm) };
  }

  private isRepresentative(): boolean {
    const { mostOutOfBounds, leastVariation, bins } = this.options;
    if (this.inBounds === 0 || this.outOfBounds / (this.inBounds + this.outOfBounds) > mostOutOfBounds)
      return false;
    // The squared variation, in whole numbers: variance / mean^2 = (bins * sum of squares - n^2) / n^2.
    const squared = this.inBounds ** 2;
    return bins * this.sumOfSquares - squared > leastVariation ** 2 * squared;
  }

  /** The bin in which the share of idle times within bounds is reached. */
  private binOf(share: number): number {
    const wanted = Math.max(1, Math.ceil(share * this.inBounds * (1 - 2 ** -51)));
    let below = 0;
    return this.counts.findIndex((count) => (below += count) >= wanted);
  }
}
