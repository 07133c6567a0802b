/** Numbers in the bytes of a row. */

const [nine, zero, dot, comma, minus, plus, upperE, lowerE, quote] = [
  0x39, 0x30, 0x2e, 0x2c, 0x2d, 0x2b, 0x45, 0x65, 0x22,
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

/** The end of the field that begins at `start`: a comma that is in no quotes, or the end of the row. */
export function fieldEnd(bytes: Buffer, start: number, end: number): number {
  let at = start < end && bytes[start] === quote ? closingQuote(bytes, start, end) + 1 : start;
  while (at < end && bytes[at] !== comma) at += 1;
  return at;
}

/** The quote that closes the one at `start`; `start` itself where none does. Two in a row are one that is in the text. */
function closingQuote(bytes: Buffer, start: number, end: number): number {
  for (let at = start + 1; at < end; at += 1) {
    if (bytes[at] !== quote) continue;
    if (at + 1 === end || bytes[at + 1] !== quote) return at;
    at += 1;
  }
  return start;
}

/** Whether a field is in quotes, both of them. */
export const isInQuotes = (bytes: Buffer, start: number, end: number): boolean =>
  end - start >= 2 && bytes[start] === quote && bytes[end - 1] === quote;

/** The same of a text. */
export const decimalOf = (text: string): number =>
  /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text) ? Number(text) : NaN;
