/** The index of a Fibonacci number, and the number by doubling the index, where the function adds n times. */
import { Buffer } from 'node:buffer';

/** @type {import('../../src/domain/function-manifest.js').OracleInput} */
export function input(step) {
  const n = step.size;
  if (n === undefined || !Number.isInteger(n)) throw new RangeError('size: expected the index of a number');
  return Buffer.from(String(n));
}

/** @type {import('../../src/domain/function-manifest.js').OracleOutput} */
export function output(input) {
  const [number] = pairAt(BigInt(Buffer.from(input).toString('utf8')));
  return Buffer.from(String(number));
}

/**
 * F(n) and F(n + 1) modulo 2^64 by F(2k) = F(k) (2 F(k + 1) - F(k)) and F(2k + 1) = F(k)^2 + F(k + 1)^2.
 * @param {bigint} n
 * @returns {[bigint, bigint]}
 */
function pairAt(n) {
  if (n === 0n) return [0n, 1n];
  const [f, g] = pairAt(n / 2n);
  const even = BigInt.asUintN(64, f * (2n * g - f));
  const odd = BigInt.asUintN(64, f * f + g * g);
  return n % 2n === 0n ? [even, odd] : [odd, BigInt.asUintN(64, even + odd)];
}
