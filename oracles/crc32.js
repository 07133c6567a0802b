/** CRC-32 of ISO 3309, as in Ethernet, gzip and PNG: a table of 256 entries, one byte at a time. */
import { Buffer } from 'node:buffer';

const table = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit += 1) value = (value >>> 1) ^ (value & 1 ? 0xedb88320 : 0);
  return value >>> 0;
});

/**
 * @param {Uint8Array} bytes
 * @returns {number} unsigned, 32 bits
 */
export function crc32(bytes) {
  let value = 0xffffffff;
  for (const byte of bytes) value = (value >>> 8) ^ (table[(value ^ byte) & 0xff] ?? 0);
  return (value ^ 0xffffffff) >>> 0;
}

/** What a function says of bytes it got or put: how many, and their CRC-32. @param {Uint8Array} bytes */
export const lengthAndCrc = (bytes) =>
  Buffer.from(`${String(bytes.length)} ${crc32(bytes).toString(16).padStart(8, '0')}`);
