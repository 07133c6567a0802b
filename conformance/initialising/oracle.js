/** Random bytes, and the Collatz steps of each two of them, by the definition, without a table. */
import { Buffer } from 'node:buffer';

/** @type {import('../../src/domain/function-manifest.js').OracleInput} */
export function input(step, random) {
  return Buffer.from(Uint8Array.from({ length: step.bytes ?? 0 }, () => random() & 0xff));
}

/** @param {number} value */
const steps = (value) => {
  let count = 0;
  for (let n = value; n > 1; count += 1) n = n % 2 === 0 ? n / 2 : 3 * n + 1;
  return count;
};

/** @type {import('../../src/domain/function-manifest.js').OracleOutput} */
export function output(input) {
  const pairs = Buffer.from(input);
  let sum = 0;
  for (let at = 0; at < pairs.length; at += 2) sum += steps(pairs.readUInt16LE(at));
  return Buffer.from(String(sum));
}
