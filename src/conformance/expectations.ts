/** Checks that say what was expected and what came. */
import { inspect, isDeepStrictEqual } from 'node:util';

export class ExpectationError extends Error {
  override readonly name = 'ExpectationError';
}

const show = (value: unknown): string =>
  typeof value === 'string' ? `"${value}"` : inspect(value, { depth: 4, breakLength: Infinity });

const refuse = (what: string, expected: string, found: unknown): never => {
  throw new ExpectationError(`${what}: expected ${expected}, found ${show(found)}`);
};

/** Equal in value, to the depth of the objects. @throws ExpectationError */
export function expectEqual(what: string, found: unknown, expected: unknown): void {
  if (!isDeepStrictEqual(found, expected)) refuse(what, show(expected), found);
}

/** A number, and from `least` to `most`. @throws ExpectationError, also where there is none */
export function expectWithin(
  what: string,
  found: number | undefined,
  { least = -Infinity, most = Infinity }: { readonly least?: number; readonly most?: number },
): void {
  if (found !== undefined && found >= least && found <= most) return;
  const bounds = [
    ...(least === -Infinity ? [] : [`at least ${least}`]),
    ...(most === Infinity ? [] : [`at most ${most}`]),
  ];
  refuse(what, bounds.join(' and '), found);
}

/** @throws ExpectationError */
export function expectMatch(what: string, found: string | undefined, pattern: RegExp): void {
  if (found === undefined || !pattern.test(found)) refuse(what, `what fits ${String(pattern)}`, found);
}

/** @throws ExpectationError */
export function expectPresent<T>(what: string, found: T | undefined): T {
  if (found === undefined) throw new ExpectationError(`${what}: expected to be there, found none`);
  return found;
}

/** @throws ExpectationError */
export function expectAbsent(what: string, found: unknown): void {
  if (found !== undefined) refuse(what, 'none', found);
}

/** The same bytes. @throws ExpectationError that says where they begin to differ */
export function expectBytes(what: string, found: Uint8Array, expected: Uint8Array): void {
  const length = Math.min(found.length, expected.length);
  const same = Buffer.compare(found.subarray(0, length), expected.subarray(0, length)) === 0;
  if (same && found.length === expected.length) return;
  const at = same ? length : found.findIndex((byte, index) => byte !== expected[index]);
  throw new ExpectationError(
    `${what}: expected ${expected.length} bytes, found ${found.length}, which differ at byte ${at}`,
  );
}
