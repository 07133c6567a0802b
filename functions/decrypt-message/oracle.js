/** A key, a nonce and English text encrypted by OpenSSL, and the text decrypted by it. */
import { Buffer } from 'node:buffer';
import { createCipheriv, createDecipheriv } from 'node:crypto';
import { uniformBytes } from '../../oracles/bytes.js';
import { englishText } from '../../oracles/text.js';

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** @type {import('../../src/domain/function-manifest.js').OracleInput} */
export function input(step, random) {
  const others = KEY_BYTES + NONCE_BYTES + TAG_BYTES;
  const length = (step.bytes ?? 0) - others;
  if (length < 0) throw new RangeError(`bytes: expected at least ${String(others)}, for key, nonce and tag`);
  const key = uniformBytes(KEY_BYTES, random);
  const nonce = uniformBytes(NONCE_BYTES, random);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  const sealed = [cipher.update(englishText(length, random)), cipher.final(), cipher.getAuthTag()];
  return Buffer.concat([key, nonce, ...sealed]);
}

/** @type {import('../../src/domain/function-manifest.js').OracleOutput} */
export function output(input) {
  const key = input.subarray(0, KEY_BYTES);
  const nonce = input.subarray(KEY_BYTES, KEY_BYTES + NONCE_BYTES);
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAuthTag(input.subarray(-TAG_BYTES));
  const ciphertext = input.subarray(KEY_BYTES + NONCE_BYTES, -TAG_BYTES);
  return Buffer.concat([decipher.update(ciphertext), decipher.final()]);
}
