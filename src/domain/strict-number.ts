/** Numbers in text that somebody else wrote: plain decimals, and nothing that only looks like one. */

const decimal = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d{1,4})?$/iu;
const onlyZeros = /^[+-]?[0.]+(?:e|$)/iu;

/**
 * The number that `text` is, blanks around it aside. `undefined` for an empty text, hexadecimal, octal and binary
 * notation, `NaN`, `Infinity`, thousands separators, and for what a double cannot hold: `1e999` and `1e-999`.
 */
export function decimalOf(text: string): number | undefined {
  const trimmed = text.trim();
  if (!decimal.test(trimmed)) return undefined;
  const value = Number(trimmed);
  if (!Number.isFinite(value)) return undefined;
  if (value === 0) return onlyZeros.test(trimmed) ? 0 : undefined;
  return value;
}
