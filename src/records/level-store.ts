/** `levels.ndjson`: the levels of a load run, one a line, each whole or not there. */
import { readFileSync } from 'node:fs';
import { invalidInput } from '../domain/errors.js';
import { cellKey } from '../domain/factors.js';
import { LevelRecordSchema, type LevelRecord } from '../domain/level.js';
import { realFiles, type FileCalls } from '../files/file-calls.js';
import { isThere } from '../files/input.js';
import { appendAndClose, LineAppender } from '../files/line-appender.js';
import { writeWhole } from '../files/write-whole.js';
import { fittedTo, misfitText } from './fitting.js';
import type { WhyUnplanned } from './planned.js';
import { readRecords, type RecordKind } from './read-records.js';
import type { RecordProblems } from './record-problems.js';

export const levelKind: RecordKind<LevelRecord> = {
  name: 'level',
  decode: (line, path, lineNumber) => {
    try {
      return LevelRecordSchema.parse(JSON.parse(line));
    } catch (error) {
      throw invalidInput(`${path}:${lineNumber}: no level: ${misfitText(error)}`);
    }
  },
};

/**
 * The levels of a run; none where there is no such file. Of several records of one level the last counts: a level whose record
 * cannot be read is measured again.
 * @param problems takes lines that are no level, and levels that are there several times; without it the first is refused
 * @param whyUnplanned levels for which it has a reason are counted and left out too
 * @throws LumosError `invalid-input` that names the line, where it is refused
 */
export async function readLevels(
  path: string,
  problems?: RecordProblems,
  whyUnplanned?: WhyUnplanned<LevelRecord>,
): Promise<LevelRecord[]> {
  const levels = new Map<string, LevelRecord>();
  if (!isThere(path)) return [];
  const file = problems?.of(path, levelKind.name);
  for await (const { record, lineNumber } of readRecords(path, levelKind, problems)) {
    const why = file === undefined ? undefined : whyUnplanned?.(record);
    if (file !== undefined && why !== undefined) {
      problems?.unplanned(file, `${path}:${lineNumber}: ${why}`);
      continue;
    }
    const key = JSON.stringify([cellKey(record), record.index]);
    if (file !== undefined && levels.has(key))
      problems?.repeated(
        file,
        `${path}:${lineNumber}: an earlier record is of the level ${record.index} too`,
      );
    levels.set(file === undefined ? `${key} ${lineNumber}` : key, record);
  }
  return [...levels.values()];
}

/** One line without its line feed. @throws LumosError `failed` for a record that nobody could read */
export const encodeLevel = (level: LevelRecord): string =>
  JSON.stringify(fittedTo(LevelRecordSchema, level, `the level ${level.index}`).record);

/**
 * Appends levels that were measured together: they are kept together or not at all, also when the process is killed in
 * between. A last line that was never finished is cut off first: what is appended to it would be lost too.
 * @returns what takes the levels out again, for when what belongs to them cannot be kept
 * @throws LumosError that names the file and the reason
 */
export function appendLevels(
  path: string,
  levels: readonly LevelRecord[],
  calls: FileCalls = realFiles,
): () => void {
  const lines = levels.map((level) => `${encodeLevel(level)}\n`).join('');
  const file = LineAppender.open(path, calls);
  const { size } = file;
  // A kill may cut one line, which is then left out; of several it could leave some.
  if (levels.length <= 1) appendAndClose(file, lines);
  else {
    file.close();
    writeWhole(path, readFileSync(path, 'utf8') + lines, calls);
  }
  return () => {
    const longer = LineAppender.open(path, calls);
    longer.cutTo(size);
    longer.close();
  };
}
