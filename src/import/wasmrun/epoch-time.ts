/** The artefact's points in time: `seconds.nanoseconds`. */
import { milliseconds, type Milliseconds } from '../../domain/units.js';

/**
 * Milliseconds since 1970. The part after the dot is a count of nanoseconds, not a decimal fraction: some writers do not pad
 * it, and `1736200647.5064743` is 5 ms past the second. Undefined for what is no such time.
 */
export function parseEpochTime(text: string): Milliseconds | undefined {
  const found = /^(\d{9,11})\.(\d{1,9})$/u.exec(text.trim());
  if (found === null) return undefined;
  const [, seconds, nanoseconds] = found;
  return milliseconds(Number(seconds) * 1000 + Number(nanoseconds) / 1e6);
}
