/** Signal numbers in words. */
import { constants } from 'node:os';

/** `SIGKILL` for 9, and so on; `undefined` for 0; the bare number where the system has no name for it. */
export function signalName(number: number): string | undefined {
  if (number === 0) return undefined;
  const found = Object.entries(constants.signals).find(([, value]) => value === number);
  return found?.[0] ?? `signal ${number}`;
}
