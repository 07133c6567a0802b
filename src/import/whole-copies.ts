/**
 * Tells whether a source has each of its records two or three times: it was written twice, or put together with a copy of itself. In
 * constant memory: where every record occurs k times, every sum over their digests is a multiple of k.
 */
import { createHash } from 'node:crypto';
import { invalidInput } from '../domain/errors.js';

/** More often than this a record is rather a value that the source repeats, e.g. a constant. */
const mostCopies = 3;
/** Fewer different records may be alike by chance. */
const leastDifferent = 3;

export class WholeCopies {
  private readonly sums = new Float64Array(32);
  private records = 0;

  /** @param record everything that the source says of it, and nothing that Lumos made */
  add(record: string): void {
    this.records += 1;
    const digest = createHash('sha256').update(record).digest();
    // An index: an import has millions of records, and an iterator takes several times as long.
    for (let i = 0; i < digest.length; i += 1) this.sums[i] = (this.sums[i] ?? 0) + (digest[i] ?? 0);
  }

  /** How often each record occurs; 1 where they do not all occur equally often. */
  get copies(): number {
    const divisor = this.sums.reduce(greatestCommonDivisor, 0);
    return divisor <= mostCopies && this.records >= leastDifferent * divisor ? Math.max(1, divisor) : 1;
  }

  /** @throws LumosError `invalid-input` where each record occurs several times: its n would be a multiple of what was measured */
  refuse(source: string, remedy: string): void {
    const { copies, records } = this;
    if (copies < 2) return;
    throw invalidInput(
      `${source}: each record is in it ${copies} times (${records} records, ${records / copies} of them different)`,
      remedy,
    );
  }
}

function greatestCommonDivisor(a: number, b: number): number {
  let [large, small] = [a, b];
  while (small !== 0) [large, small] = [small, large % small];
  return large;
}
