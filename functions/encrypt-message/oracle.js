/** A key, a nonce and English text, and the text encrypted by OpenSSL. */
import { Buffer } from 'node:buffer';
import { createCipheriv } from 'node:crypto';
import { uniformBytes } from '../../oracles/bytes.js';
import { englishText } from '../../oracles/text.js';

const KEY_BYTES = 32;
const NONCE_BYTES = 12;

/** @type {import('../../src/domain/function-manifest.js').OracleInput} */
export function input(step, random) {
  const head = uniformBytes(KEY_BYTES + NONCE_BYTES, random);
  const length = (step.bytes ?? 0) - head.length;
  if (length < 0)
    throw new RangeError(`bytes: expected at least ${String(head.length)}, for the key and the nonce`);
  return Buffer.concat([head, englishText(length, random)]);
}

/** @type {import('../../src/domain/function-manifest.js').OracleOutput} */
export function output(input) {
  const key = input.subarray(0, KEY_BYTES);
  const nonce = input.subarray(KEY_BYTES, KEY_BYTES + NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  const message = input.subarray(KEY_BYTES + NONCE_BYTES);
  return Buffer.concat([cipher.update(message), cipher.final(), cipher.getAuthTag()]);
}
