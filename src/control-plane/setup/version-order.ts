/** Which of two versions is the older one. */

/** Whether `version` is `oldest` or newer, by its first three numbers; what has none is older than everything. */
export function isAtLeast(version: string, oldest: string): boolean {
  const [had, needed] = [numbersOf(version), numbersOf(oldest)];
  for (const [index, number] of needed.entries()) {
    const own = had[index] ?? 0;
    if (own !== number) return own > number;
  }
  return had.length > 0;
}

const numbersOf = (version: string): number[] =>
  (/^v?\d+(\.\d+){0,2}/.exec(version)?.[0] ?? '').replace('v', '').split('.').filter(Boolean).map(Number);
