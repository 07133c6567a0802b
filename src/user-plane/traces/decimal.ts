/** Numbers in the bytes of a row. */

const [nine, zero, dot, comma, minus, plus, upperE, lowerE] = [
  0x39, 0x30, 0x2e, 0x2c, 0x2d, 0x2b, 0x45, 0x65,
];

/** A decimal number, with a sign, point or exponent; NaN for anything else, an empty field among it. */
export function decimalIn(bytes: Buffer, start: number, end: number): number {
  for (let at = start; at < end; at += 1) {
    const byte = bytes[at] as number;
    const isDigit = byte >= zero && byte <= nine;
    if (!isDigit && byte !== dot && byte !== minus && byte !== plus && byte !== lowerE && byte !== upperE)
      return NaN;
  }
  // An empty string would be 0.
  return start === end ? NaN : Number(bytes.toString('latin1', start, end));
}

/** The end of the field that begins at `start`: a comma, or the end of the row. */
export function fieldEnd(bytes: Buffer, start: number, end: number): number {
  let at = start;
  while (at < end && bytes[at] !== comma) at += 1;
  return at;
}

/** The same of a text. */
export const decimalOf = (text: string): number =>
  /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text) ? Number(text) : NaN;
