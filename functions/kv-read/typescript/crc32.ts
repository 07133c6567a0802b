/**
 * CRC-32 of ISO 3309, four bytes at a time ("slicing by 4": Kounavis and Berry, Novel Table Lookup-Based Algorithms for
 * High-Performance CRC Generation, IEEE Transactions on Computers 57(11), 2008).
 */

const polynomial = 0xedb88320;
const slices = 4;
const entries = 256;

/** Table `s` is at `s * 256`: the remainder of a byte that `s` more bytes follow. */
const table = createTable();

function createTable(): Int32Array {
  const made = new Int32Array(slices * entries);
  for (let byte = 0; byte < entries; byte += 1) {
    let remainder = byte;
    for (let bit = 0; bit < 8; bit += 1) {
      remainder = (remainder >>> 1) ^ ((remainder & 1) === 0 ? 0 : polynomial);
    }
    made[byte] = remainder;
  }
  for (let index = entries; index < made.length; index += 1) {
    const before = made[index - entries] ?? 0;
    made[index] = (before >>> 8) ^ (made[before & 0xff] ?? 0);
  }
  return made;
}

/** The CRC-32 of `bytes` as an unsigned number. */
export function crc32(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const entry = (slice: number, byte: number): number => table[slice * entries + (byte & 0xff)] ?? 0;
  const whole = bytes.length - (bytes.length % slices);
  let remainder = -1;
  for (let at = 0; at < whole; at += slices) {
    const word = remainder ^ view.getInt32(at, true);
    remainder = entry(3, word) ^ entry(2, word >>> 8) ^ entry(1, word >>> 16) ^ entry(0, word >>> 24);
  }
  for (let at = whole; at < bytes.length; at += 1) {
    remainder = (remainder >>> 8) ^ entry(0, remainder ^ view.getUint8(at));
  }
  return ~remainder >>> 0;
}
