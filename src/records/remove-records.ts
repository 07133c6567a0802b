/** Takes records out of a run's files before what they stood for is measured again; `logs/removed.ndjson` keeps them. */
import type { LevelRecord } from '../domain/level.js';
import type { Measurement } from '../domain/measurement.js';
import { isThere } from '../files/input.js';
import { appendLines } from '../files/line-appender.js';
import { completeLines } from '../files/lines.js';
import { writeWhole } from '../files/write-whole.js';
import { encodeLevel, levelKind } from './level-store.js';
import type { WhyUnplanned } from './planned.js';
import { readRecords, type RecordKind } from './read-records.js';
import { RecordProblems } from './record-problems.js';
import { rowKind } from './row-store.js';
import type { RunDirectory } from './run-directory.js';

export interface Removed {
  readonly count: number;
  /** Some of them, each with its line before the removal and the reason. */
  readonly first: readonly string[];
}

/** How many records are named; the others are counted. */
const mostNamed = 5;

/**
 * Rewrites the rows without those that `why` has a reason against.
 * @throws LumosError that names the file and the reason; the file is then as it was
 */
export const removeRows = (directory: RunDirectory, why: WhyUnplanned<Measurement>): Promise<Removed> =>
  removeRecords(directory, directory.measurementsPath, rowKind, why);

/** Rewrites the levels with `kept` alone. @throws LumosError that names the file and the reason; the file is then as it was */
export function removeLevels(directory: RunDirectory, kept: readonly LevelRecord[]): Promise<Removed> {
  const lines = new Set(kept.map(encodeLevel));
  return removeRecords(directory, directory.levelsPath, levelKind, (level) =>
    lines.delete(encodeLevel(level)) ? undefined : `the level ${level.index} is to be measured again`,
  );
}

/** Lines that are no record stay as they are. A file in which every record belongs is not touched. */
async function removeRecords<T>(
  directory: RunDirectory,
  path: string,
  kind: RecordKind<T>,
  whyRemoved: WhyUnplanned<T>,
): Promise<Removed> {
  const removed = new Set<number>();
  const first: string[] = [];
  if (!isThere(path)) return { count: 0, first };
  for await (const { record, lineNumber } of readRecords(path, kind, new RecordProblems())) {
    const why = whyRemoved(record);
    if (why === undefined) continue;
    removed.add(lineNumber);
    if (first.length < mostNamed) first.push(`${path}:${lineNumber}: ${why}`);
  }
  if (removed.size > 0) {
    const { kept, others } = await parted(path, removed);
    appendLines(directory.removedPath, others, directory.calls);
    writeWhole(path, kept, directory.calls);
  }
  return { count: removed.size, first };
}

async function parted(
  path: string,
  removed: ReadonlySet<number>,
): Promise<{ readonly kept: Buffer; readonly others: string }> {
  const kept: Buffer[] = [];
  let others = '';
  for await (const { lines, firstNumber } of completeLines(path)) {
    const isRemoved = (_: string, index: number): boolean => removed.has(firstNumber + index);
    others += textOf(lines.filter(isRemoved));
    kept.push(Buffer.from(textOf(lines.filter((line, index) => !isRemoved(line, index)))));
  }
  return { kept: Buffer.concat(kept), others };
}

const textOf = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');
