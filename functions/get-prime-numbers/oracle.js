/** A limit, and the primes up to it by Legendre's recurrence and trial division, where the function has a sieve. */
import { Buffer } from 'node:buffer';

/** @type {import('../../src/domain/function-manifest.js').OracleInput} */
export function input(step) {
  const n = step.size;
  if (n === undefined || !Number.isInteger(n)) throw new RangeError('size: expected the limit of the primes');
  return Buffer.from(String(n));
}

/** @type {import('../../src/domain/function-manifest.js').OracleOutput} */
export function output(input) {
  const n = Number(Buffer.from(input).toString('utf8'));
  const count = sumOver(n, 0);
  const sum = sumOver(n, 1);
  let largest = n;
  while (!isPrime(largest)) largest -= 1;
  return Buffer.from(`${count} ${sum} ${largest}`);
}

/**
 * The sum of p^power over the primes p up to n, without finding them. S(v), over the numbers from 2 to v without a
 * divisor below p, becomes S(v) - p^power (S(v / p) - S(p - 1)) when the multiples of the prime p go: Legendre's
 * recurrence, kept for the values v = floor(n / k) alone.
 * @param {number} n
 * @param {0 | 1} power
 */
function sumOver(n, power) {
  const root = Math.floor(Math.sqrt(n));
  const small = Float64Array.from({ length: root + 1 }, (_, v) => fromTwoTo(v, power));
  const large = Float64Array.from({ length: root + 1 }, (_, k) => fromTwoTo(Math.floor(n / k), power));
  /** @param {number} v */
  const upTo = (v) => (v <= root ? small[v] : large[Math.floor(n / v)]) ?? 0;
  for (let p = 2; p <= root; p += 1) {
    const before = upTo(p - 1);
    if (upTo(p) === before) continue;
    for (let k = 1; k <= root && Math.floor(n / k) >= p * p; k += 1) {
      const v = Math.floor(n / k);
      large[k] = upTo(v) - p ** power * (upTo(Math.floor(v / p)) - before);
    }
    for (let v = root; v >= p * p; v -= 1) {
      small[v] = upTo(v) - p ** power * (upTo(Math.floor(v / p)) - before);
    }
  }
  return upTo(n);
}

/**
 * The sum of i^power for i from 2 to v.
 * @param {number} v
 * @param {0 | 1} power
 */
function fromTwoTo(v, power) {
  if (v < 2) return 0;
  return power === 0 ? v - 1 : (v * (v + 1)) / 2 - 1;
}

/** @param {number} n */
function isPrime(n) {
  for (let divisor = 2; divisor * divisor <= n; divisor += 1) if (n % divisor === 0) return false;
  return true;
}
