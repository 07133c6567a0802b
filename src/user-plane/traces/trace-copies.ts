/** Tells whether a trace has each of its rows two or three times, in constant memory and without a string of a row. */
import { DigestSums } from '../../domain/digest-sums.js';
import { invalidInput } from '../../domain/errors.js';

const bitsOfWord = 32;

export class TraceCopies {
  private readonly sums = new DigestSums(2 * bitsOfWord);
  private readonly bits = new Uint8Array(2 * bitsOfWord);
  private readonly fields = new Float64Array(4);
  private readonly words = new Uint32Array(this.fields.buffer);
  private hasFineTimes = false;
  private firstDuration: number | undefined;
  private hasDurations = false;

  /** @param at milliseconds; NaN for what the trace does not say */
  add(at: number, duration: number, memory: number, name: number): void {
    const { fields, bits } = this;
    fields[0] = at;
    fields[1] = known(duration);
    fields[2] = known(memory);
    fields[3] = name;
    if (at % 1000 !== 0) this.hasFineTimes = true;
    this.firstDuration ??= fields[1];
    if (fields[1] !== this.firstDuration) this.hasDurations = true;
    const [first, second] = [this.hash(0x9747b28c), this.hash(0x3c6ef372)];
    for (let i = 0; i < bitsOfWord; i += 1) {
      bits[i] = (first >>> i) & 1;
      bits[bitsOfWord + i] = (second >>> i) & 1;
    }
    this.sums.add(bits);
  }

  /**
   * @throws LumosError `invalid-input` where each row is there several times: all rates would be a multiple of what was. Rows of whole
   * seconds that say no more may be real, so these are only noted.
   */
  check(path: string, onNote: (note: string) => void): void {
    const { copies, records } = this.sums;
    if (copies < 2) return;
    const found = `${path}: each row is in it ${copies} times (${records} rows, ${records / copies} of them different)`;
    if (!this.hasFineTimes && !this.hasDurations) {
      onNote(`${found}; with times in whole seconds they may be invocations of their own, so all count`);
      return;
    }
    throw invalidInput(
      found,
      'Remove the copies. If they are invocations of their own, give each its time to the microsecond.',
    );
  }

  /** MurmurHash3 (x86, 32 bits; Appleby) of the fields. */
  private hash(seed: number): number {
    const { words } = this;
    let hash = seed;
    for (let i = 0; i < words.length; i += 1) {
      const word = Math.imul(rotated(Math.imul(words[i] as number, 0xcc9e2d51), 15), 0x1b873593);
      hash = (Math.imul(rotated(hash ^ word, 13), 5) + 0xe6546b64) | 0;
    }
    hash ^= 4 * words.length;
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    return hash ^ (hash >>> 16);
  }
}

const known = (value: number): number => (Number.isNaN(value) ? -1 : value);

const rotated = (word: number, bits: number): number => (word << bits) | (word >>> (bitsOfWord - bits));
