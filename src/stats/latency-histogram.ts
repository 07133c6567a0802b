/** Latencies counted in buckets: any number of them in constant memory, merged without loss. */
import { invalidInput, LumosError } from '../domain/errors.js';
import { histogramBuckets, type StoredHistogram } from '../domain/level.js';
import { milliseconds, type Milliseconds } from '../domain/units.js';

/** What a maintained library (hdr-histogram-js) could stand in for. */
export interface LatencyCounts {
  readonly count: number;
  /** Exact; undefined where nothing was recorded. */
  readonly min: Milliseconds | undefined;
  readonly max: Milliseconds | undefined;
  /** From exact sums, not from buckets. */
  readonly mean: Milliseconds | undefined;
  /** Latencies beyond `largestMs`; they count in the highest bucket and in `max`, so no quantile leaves them out. */
  readonly beyondRange: number;
  /** The value at a share in [0, 1]: the smallest recorded one that at least this share is not above. */
  quantile(share: number): Milliseconds | undefined;
}

/** Cells at a width of 1 ns: enough for 3 significant digits (2 * 10^3, rounded up to a power of two). */
const linearCells = 2048;
const half = linearCells / 2;
const firstExponent = 11;

/** Latencies are told apart up to this: 4.9 hours (2^44 ns). */
export const largestMs = milliseconds(2 ** 44 / 1e6);
const largestNs = 2 ** 44 - 1;
/** (44 - firstExponent + 2) * half. */
const cells = histogramBuckets;

/**
 * An HDR histogram (Tene, "HdrHistogram: A High Dynamic Range Histogram", hdrhistogram.org): log-linear buckets in
 * nanoseconds, of width 1 up to 2047 ns, then 1024 to each power of two. A bucket is narrower than 1/1024 of its values,
 * and answers with its middle: 3 significant digits, within 0.05 % (half a nanosecond below 2048 ns). Counts are whole numbers in doubles, exact up to 2^53.
 * It takes 280 kB, whatever is recorded.
 */
export class LatencyHistogram implements LatencyCounts {
  private readonly counts = new Float64Array(cells);
  private recorded = 0;
  private sumMs = 0;
  private least = Infinity;
  private most = -Infinity;
  private outside = 0;

  get count(): number {
    return this.recorded;
  }

  get min(): Milliseconds | undefined {
    return this.recorded === 0 ? undefined : milliseconds(this.least);
  }

  get max(): Milliseconds | undefined {
    return this.recorded === 0 ? undefined : milliseconds(this.most);
  }

  get mean(): Milliseconds | undefined {
    return this.recorded === 0 ? undefined : milliseconds(this.sumMs / this.recorded);
  }

  get beyondRange(): number {
    return this.outside;
  }

  /** Throws a LumosError for what is no latency: below 0, or not finite. */
  record(latency: Milliseconds): void {
    if (!(latency >= 0 && latency < Infinity))
      throw new LumosError('failed', `A latency of ${String(latency)} ms cannot be recorded.`);
    const cell = cellOf(Math.min(Math.round(latency * 1e6), largestNs));
    this.counts[cell] = (this.counts[cell] as number) + 1;
    this.recorded += 1;
    this.sumMs += latency;
    if (latency < this.least) this.least = latency;
    if (latency > this.most) this.most = latency;
    if (latency > largestMs) this.outside += 1;
  }

  /** Forgets everything. */
  clear(): void {
    if (this.recorded > 0) this.counts.fill(0, 0, cellOf(inRange(this.most)) + 1);
    this.recorded = this.sumMs = this.outside = 0;
    this.least = Infinity;
    this.most = -Infinity;
  }

  /** Adds what another has recorded: the same as if it had been recorded here. */
  add(other: LatencyHistogram): void {
    if (other.recorded === 0) return;
    const end = cellOf(inRange(other.most));
    for (let i = cellOf(inRange(other.least)); i <= end; i++)
      this.counts[i] = (this.counts[i] as number) + (other.counts[i] as number);
    this.recorded += other.recorded;
    this.sumMs += other.sumMs;
    this.least = Math.min(this.least, other.least);
    this.most = Math.max(this.most, other.most);
    this.outside += other.outside;
  }

  /** Of share 0 and 1, and wherever a bucket reaches beyond them, the exact smallest and largest. */
  quantile(share: number): Milliseconds | undefined {
    if (!(share >= 0 && share <= 1))
      throw new LumosError('failed', `A quantile's share lies between 0 and 1, not at ${share}.`);
    if (this.recorded === 0) return undefined;
    // A share such as 0.99 of 100 is 99.00000000000001 in doubles: the sliver must not make it the 100th.
    const rank = Math.max(1, Math.ceil(share * this.recorded * (1 - 2 ** -51)));
    if (rank === this.recorded) return milliseconds(this.most);
    let below = 0;
    for (let i = cellOf(inRange(this.least)); i < cells; i++) {
      below += this.counts[i] as number;
      if (below >= rank) return milliseconds(Math.min(Math.max(middleOf(i) / 1e6, this.least), this.most));
    }
    return milliseconds(this.most);
  }

  /** Everything that was recorded, to be kept in a file. */
  toStored(): StoredHistogram {
    const counts: [number, number][] = [];
    for (let i = 0; i < cells; i++) {
      const count = this.counts[i] as number;
      if (count > 0) counts.push([i, count]);
    }
    return {
      counts,
      ...(this.min === undefined ? {} : { minMs: this.min }),
      ...(this.max === undefined ? {} : { maxMs: this.max }),
      sumMs: milliseconds(this.sumMs),
      beyondRange: this.outside,
    };
  }

  /** Answers to every question as the one that was stored. @throws LumosError `invalid-input` for buckets there are not */
  static fromStored({ counts, minMs, maxMs, sumMs, beyondRange }: StoredHistogram): LatencyHistogram {
    const histogram = new LatencyHistogram();
    for (const [cell, count] of counts) {
      if (cell >= cells) throw invalidInput(`a histogram has no bucket ${cell}`);
      histogram.counts[cell] = count;
      histogram.recorded += count;
    }
    histogram.sumMs = sumMs;
    histogram.least = minMs ?? Infinity;
    histogram.most = maxMs ?? -Infinity;
    histogram.outside = beyondRange;
    return histogram;
  }

  /** The buckets that are not empty, by their middle, ascending: for charts of the distribution. */
  *buckets(): Generator<readonly [middle: Milliseconds, count: number], void> {
    for (let i = 0; i < cells; i++) {
      const count = this.counts[i] as number;
      if (count > 0) yield [milliseconds(middleOf(i) / 1e6), count];
    }
  }
}

const inRange = (ms: number): number => Math.min(Math.round(ms * 1e6), largestNs);

/** The bucket of a whole number of nanoseconds below 2^44. Without 32-bit operations on it: it may be longer. */
function cellOf(ns: number): number {
  if (ns < linearCells) return ns;
  const high = Math.floor(ns / 2 ** 32);
  const bits = high > 0 ? 64 - Math.clz32(high) : 32 - Math.clz32(ns);
  const exponent = bits - firstExponent;
  return exponent * half + Math.floor(ns / 2 ** exponent);
}

/** The middle of a bucket, in nanoseconds. */
function middleOf(cell: number): number {
  if (cell < linearCells) return cell;
  const exponent = Math.floor(cell / half) - 1;
  return (cell - exponent * half + 0.5) * 2 ** exponent;
}
