/** Whether a function answered what it must, and if not, where its answer differs. */

/** Bytes of each side that a reason quotes. */
const excerptLength = 16;

/**
 * Compares an answer with the oracle's, byte by byte.
 * @returns Why the answer is wrong, for a person: both lengths, the first byte that differs and what is there on both
 * sides. `undefined` if it is right.
 */
export function verifyOutput(expected: Uint8Array, actual: Uint8Array): string | undefined {
  if (Buffer.from(expected.buffer, expected.byteOffset, expected.byteLength).equals(actual)) return undefined;
  const offset = firstDifference(expected, actual);
  const lengths =
    expected.length === actual.length
      ? `${expected.length} bytes as expected`
      : `${actual.length} bytes, expected ${expected.length}`;
  return `answer of ${lengths}, differs at byte ${offset}: ${excerpt(actual, offset)}, expected ${excerpt(expected, offset)}`;
}

/** The offset of the first byte that is not the same; the shorter length if one is the beginning of the other. */
function firstDifference(a: Uint8Array, b: Uint8Array): number {
  const shared = Math.min(a.length, b.length);
  let offset = 0;
  while (offset < shared && a[offset] === b[offset]) offset += 1;
  return offset;
}

/** The bytes from `offset` on: in quotes if they are printable ASCII, else in hexadecimal. */
function excerpt(bytes: Uint8Array, offset: number): string {
  if (offset >= bytes.length) return 'the end';
  const quoted = bytes.subarray(offset, offset + excerptLength);
  const more = offset + excerptLength < bytes.length ? '...' : '';
  const printable = quoted.every((byte) => byte >= 0x20 && byte < 0x7f);
  const text = Buffer.from(quoted).toString(printable ? 'latin1' : 'hex');
  return printable ? `${JSON.stringify(text)}${more}` : `0x${text}${more}`;
}
