/** Completions cut into equal blocks of time, of which there are never more than a stated number. */
import { milliseconds, type Milliseconds } from '../domain/units.js';
import { LatencyHistogram } from './latency-histogram.js';

export interface ClosedBlock {
  readonly completions: number;
  /** Those whose latency was recorded. */
  readonly recorded: number;
  /** Absent where nothing was completed in it. */
  readonly p50: Milliseconds | undefined;
  /** The quantile that was asked for besides. */
  readonly asked: Milliseconds | undefined;
}

interface Block extends ClosedBlock {
  readonly histogram: LatencyHistogram;
}

/** Times are sums, so a block may seem to end this many ms too early or too late. */
const rounding = 1e-6;

/** Collapsed to half as many when reached. */
const mostBlocks = 32;

/**
 * Blocks for batch means of a run whose length is not known beforehand: at 32 blocks neighbours are joined, so that from
 * then on there are 16 to 31, each twice as long (the dynamic batching of Fishman, "Grouping observations in digital
 * simulation", Management Science 24, 1978; Law & Carson, Operations Research 27, 1979). Memory is constant.
 */
export class TimeBlocks {
  private closed: Block[] = [];
  /** Of blocks that were joined. Making one takes up to a millisecond, in which a load sends nothing. */
  private readonly free: LatencyHistogram[] = [];
  private open = new LatencyHistogram();
  /** Completions in the open block without a latency. */
  private others = 0;
  private length: number;

  /** @param start on the clock; @param length of the first blocks; @param share of the quantile to have of each block */
  constructor(
    private readonly start: Milliseconds,
    length: Milliseconds,
    private readonly share = 0.5,
  ) {
    this.length = length;
  }

  get blockMs(): Milliseconds {
    return milliseconds(this.length);
  }

  /** One success, completed at `at`; times do not go back. */
  record(at: Milliseconds, latency: Milliseconds): void {
    this.advance(at);
    this.open.record(latency);
  }

  /** A success at `at` that counts as one, and whose latency does not: it was sent before the measuring began. */
  complete(at: Milliseconds): void {
    this.advance(at);
    this.others += 1;
  }

  /** Closes the blocks that are over at `at`. Gives back whether there were any. */
  advance(at: Milliseconds): boolean {
    let closedAny = false;
    while (at - this.start >= (this.closed.length + 1) * this.length - rounding) {
      this.closed.push(closedOf(this.open, this.others, this.share));
      this.others = 0;
      this.open = this.free.pop() ?? new LatencyHistogram();
      closedAny = true;
      if (this.closed.length === mostBlocks) this.join();
    }
    return closedAny;
  }

  /** The blocks that are over: one that is not would count short. */
  blocks(): readonly ClosedBlock[] {
    return this.closed;
  }

  private join(): void {
    const joined: Block[] = [];
    for (let i = 0; i + 1 < this.closed.length; i += 2) {
      const [first, second] = [this.closed[i], this.closed[i + 1]];
      if (first === undefined || second === undefined) break;
      first.histogram.add(second.histogram);
      const others = first.completions + second.completions - first.histogram.count;
      joined.push(closedOf(first.histogram, others, this.share));
      second.histogram.clear();
      this.free.push(second.histogram);
    }
    this.closed = joined;
    this.length *= 2;
  }
}

function closedOf(histogram: LatencyHistogram, others: number, share: number): Block {
  const p50 = histogram.quantile(0.5);
  return {
    ...{ histogram, p50, completions: histogram.count + others, recorded: histogram.count },
    asked: share === 0.5 ? p50 : histogram.quantile(share),
  };
}
