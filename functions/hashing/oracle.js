/** Random bytes, and their SHA-256 by OpenSSL. */
import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';

/** @type {import('../../src/domain/function-manifest.js').OracleInput} */
export function input(step, random) {
  const length = step.bytes ?? 0;
  const payload = Buffer.alloc(length);
  for (let offset = 0; offset < length; offset += 4) {
    payload.writeUIntLE(
      random() >>> (8 * Math.max(0, offset + 4 - length)),
      offset,
      Math.min(4, length - offset),
    );
  }
  return payload;
}

/** @type {import('../../src/domain/function-manifest.js').OracleOutput} */
export function output(input) {
  return Buffer.from(createHash('sha256').update(input).digest('hex'));
}
