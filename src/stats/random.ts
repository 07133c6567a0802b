/** The house's only source of randomness: seeded, so that a run's order, inputs and intervals can be had again. */
import { createHash } from 'node:crypto';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';
import { LumosError } from '../domain/errors.js';

export interface Random {
  /** A multiple of 2^-53 in [0, 1). */
  uniform(): number;
  /** A whole number from 0 to 2^32 - 1. */
  nextUint32(): number;
  /** A whole number from 0 to `bound` - 1, each as likely as any other. Throws a LumosError for a bound below 1. */
  below(bound: number): number;
  /** A variate of the symmetric distribution Beta(shape, shape), for a shape above 1/2, else a LumosError. */
  symmetricBeta(shape: number): number;
}

/**
 * The stream of random numbers that belongs to a seed and a label; streams of different seeds or labels are unrelated,
 * so a part that draws more does not change what another part draws. The generator is xoroshiro128+ (Blackman & Vigna,
 * "Scrambled linear pseudorandom number generators", ACM TOMS 47, 2021); its 128 bits of state are the first of the
 * SHA-256 of seed and label, as its authors advise against starting from states that differ in a few bits.
 */
export function seededRandom(seed: number, label = ''): Random {
  const digest = createHash('sha256').update(`${seed}\n${label}`).digest();
  const generator = xoroshiro128plusFromState([0, 4, 8, 12].map((offset) => digest.readInt32LE(offset)));
  const uniform = (): number => uniformFloat64(generator);
  return {
    uniform,
    nextUint32: () => generator.next() >>> 0,
    below: (bound) => {
      if (!(Number.isSafeInteger(bound) && bound >= 1))
        throw new LumosError('failed', `A random number below ${bound} cannot be drawn.`);
      return uniformInt(generator, 0, bound - 1);
    },
    symmetricBeta: (shape) => drawSymmetricBeta(shape, uniform),
  };
}

/**
 * Exact and without rejection, from two uniforms: Ulrich, "Computer generation of distributions on the m-sphere",
 * Applied Statistics 33, 1984; Devroye, "Non-Uniform Random Variate Generation", 1986, chapter IX.3.
 */
function drawSymmetricBeta(shape: number, uniform: () => number): number {
  if (!(shape > 0.5)) throw new LumosError('failed', `Beta(a, a) needs a shape above 1/2, not ${shape}.`);
  const radius = Math.sqrt(1 - uniform() ** (2 / (2 * shape - 1)));
  return (1 + radius * Math.cos(2 * Math.PI * uniform())) / 2;
}

/** A copy in random order, every order as likely as any other (Fisher & Yates 1938; Durstenfeld, CACM 7, 1964). */
export function shuffle<T>(items: readonly T[], random: Random): T[] {
  const shuffled = [...items];
  for (let last = shuffled.length - 1; last > 0; last--) {
    const other = random.below(last + 1);
    [shuffled[last], shuffled[other]] = [shuffled[other] as T, shuffled[last] as T];
  }
  return shuffled;
}
