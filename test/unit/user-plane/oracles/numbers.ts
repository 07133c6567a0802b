import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** What an oracle's input() takes: uniform integers from 0 to 2^32 - 1, the same for the same seed. */
export function numbers(seed: number): () => number {
  const random = xoroshiro128plus(seed);
  return () => random.next() >>> 0;
}
