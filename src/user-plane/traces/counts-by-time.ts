/** How many arrivals fall into equal stretches of time, of a stream that is in order; the stretches are not kept. */

export class CountsByTime {
  /** Stretches with so many arrivals; those with none are not among them. */
  private readonly occurrences = new Map<number, number>();
  private current = -1;
  private count = 0;
  private closed = 0;
  private sum = 0;
  private squares = 0;
  private highest = 0;
  private highestAt = 0;

  /** @param length in milliseconds @param origin where the first stretch begins */
  constructor(
    private readonly length: number,
    private readonly origin: number,
  ) {}

  add(at: number): void {
    const stretch = Math.floor((at - this.origin) / this.length);
    if (stretch !== this.current) {
      this.close();
      this.current = stretch;
    }
    this.count += 1;
  }

  private close(): void {
    if (this.count === 0) return;
    this.occurrences.set(this.count, (this.occurrences.get(this.count) ?? 0) + 1);
    this.closed += 1;
    this.sum += this.count;
    this.squares += this.count ** 2;
    if (this.count > this.highest) {
      this.highest = this.count;
      this.highestAt = this.current;
    }
    this.count = 0;
  }

  /** Everything up to the last arrival, its stretch included. */
  figures(): {
    readonly stretches: number;
    readonly mean: number;
    readonly p50: number;
    readonly peak: number;
    /** Number of the stretch with the peak, from 0. */
    readonly peakAt: number;
    /** Variance over mean: 1 for a Poisson process, 0 for an even one, above 1 for bursts. Absent below 2 stretches. */
    readonly dispersion: number | undefined;
  } {
    this.close();
    const stretches = this.current + 1;
    const mean = stretches === 0 ? 0 : this.sum / stretches;
    const variance = stretches < 2 ? 0 : (this.squares - stretches * mean ** 2) / (stretches - 1);
    return {
      ...{ stretches, mean, peak: this.highest, peakAt: this.highestAt },
      p50: this.median(stretches),
      dispersion: stretches < 2 || mean === 0 ? undefined : variance / mean,
    };
  }

  private median(stretches: number): number {
    let below = stretches - this.closed;
    const rank = Math.ceil(stretches / 2);
    if (below >= rank) return 0;
    for (const [count, times] of [...this.occurrences].sort(([a], [b]) => a - b)) {
      below += times;
      if (below >= rank) return count;
    }
    return 0;
  }
}
