/** One check of validity, and the words that checks share. */
import type { LevelRecord } from '../../domain/level.js';
import { runtimeName, type Cell } from '../../domain/factors.js';
import type { RunManifest } from '../../domain/run-manifest.js';
import type { Summary } from '../../domain/summary/summary.js';
import type { ConcernedCells, ValidityFinding } from '../../domain/validity.js';
import type { FileProblems } from '../../records/record-problems.js';
import type { RunFacts } from './run-facts.js';

export interface CheckedRun {
  readonly facts: RunFacts;
  readonly manifest: RunManifest;
  readonly summary: Summary;
  /** The levels of a load; empty for single invocations. */
  readonly levels: readonly LevelRecord[];
  /** What was wrong with the files of records; absent where nobody looked. */
  readonly problems?: readonly FileProblems[];
}

/** Finds nothing in a healthy run. Pure. */
export type Check = (run: CheckedRun) => ValidityFinding[];

export const concerned = ({ function: name, payload, runtime, start }: Cell): ConcernedCells => ({
  ...{ function: name, payload, runtime, start },
});

export const cellText = (cell: Cell): string =>
  `${cell.function} ${cell.payload}, ${cell.start}, on ${runtimeName(cell)}`;

export { counted } from '../../domain/counted.js';

/** Some of many texts, and how many more there are. */
export function someOf(texts: readonly string[], most = 6): string {
  const rest = texts.length - most;
  return rest > 0 ? `${texts.slice(0, most).join('; ')}; and ${rest} more` : texts.join('; ');
}

const [minute, hour] = [60_000, 3_600_000];

/** A time between two trials: `25 min`, `4.9 h`, `26 h`. */
export function spanText(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < minute) return `${Math.round(ms / 1000)} s`;
  if (ms < hour) return `${Math.round(ms / minute)} min`;
  const hours = ms / hour;
  return `${hours < 10 ? hours.toFixed(1) : hours.toFixed(0)} h`;
}

/** Things in groups by a key, in the order of the first of each. */
export function groupBy<T>(things: readonly T[], keyOf: (thing: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const thing of things) {
    const key = keyOf(thing);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [thing]);
    else group.push(thing);
  }
  return [...groups.values()];
}

/** A string that is equal for cells that differ in none but the factors left out. */
export const keyWithout = (cell: Cell, ...leftOut: (keyof Cell)[]): string =>
  JSON.stringify(
    Object.entries(cell)
      .filter(([factor]) => !leftOut.some((one) => one === factor))
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
