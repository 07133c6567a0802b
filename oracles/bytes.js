/** Bytes without any pattern. */
import { Buffer } from 'node:buffer';

/**
 * Uniform bytes, for keys and nonces.
 * @param {number} length how many bytes
 * @param {() => number} random uniform integers from 0 to 2^32 - 1
 * @returns {Buffer} of exactly `length` bytes
 */
export function uniformBytes(length, random) {
  return Buffer.from(Uint8Array.from({ length }, () => random() >>> 24));
}
