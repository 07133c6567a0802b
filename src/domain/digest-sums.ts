/**
 * Tells how often each record of a series occurs, in constant memory: where every record occurs k times, every sum over their
 * digests is a multiple of k.
 */

/** More often than this a record is rather a value that the source repeats, e.g. a constant. */
const mostCopies = 3;
/** Fewer different records may be alike by chance. */
const leastDifferent = 3;

export class DigestSums {
  records = 0;
  private readonly sums: Float64Array;

  /** @param parts numbers in a digest: chance makes all their sums even once in 2^parts */
  constructor(parts: number) {
    this.sums = new Float64Array(parts);
  }

  add(digest: ArrayLike<number>): void {
    this.records += 1;
    const { sums } = this;
    // An index: a source has millions of records, and an iterator takes several times as long.
    for (let i = 0; i < sums.length; i += 1) sums[i] = (sums[i] ?? 0) + (digest[i] ?? 0);
  }

  /** How often each record occurs; 1 where they do not all occur equally often. */
  get copies(): number {
    const divisor = this.sums.reduce(greatestCommonDivisor, 0);
    return divisor <= mostCopies && this.records >= leastDifferent * divisor ? Math.max(1, divisor) : 1;
  }
}

function greatestCommonDivisor(a: number, b: number): number {
  let [large, small] = [a, b];
  while (small !== 0) [large, small] = [small, large % small];
  return large;
}
