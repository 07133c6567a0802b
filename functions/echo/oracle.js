/** Random bytes, and the same bytes again. */
import { Buffer } from 'node:buffer';

const WORD_BYTES = 4;

/** @type {import('../../src/domain/function-manifest.js').OracleInput} */
export function input(step, random) {
  const length = step.bytes ?? 0;
  const words = Buffer.alloc(Math.ceil(length / WORD_BYTES) * WORD_BYTES);
  for (let offset = 0; offset < words.length; offset += WORD_BYTES)
    words.writeUInt32LE(random() >>> 0, offset);
  return words.subarray(0, length);
}

/** @type {import('../../src/domain/function-manifest.js').OracleOutput} */
export function output(input) {
  return input;
}
