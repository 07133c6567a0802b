/** `levels.ndjson`: the levels of a load run, one a line, each whole or not there. */
import { appendFileSync, existsSync } from 'node:fs';
import { invalidInput } from '../domain/errors.js';
import { cellKey } from '../domain/factors.js';
import { LevelRecordSchema, type LevelRecord } from '../domain/level.js';
import { fittedTo, misfitText } from './fitting.js';
import { readRecords, type RecordKind } from './read-records.js';
import type { RecordProblems } from './record-problems.js';

const levelKind: RecordKind<LevelRecord> = {
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
 * @throws LumosError `invalid-input` that names the line, where it is refused
 */
export async function readLevels(path: string, problems?: RecordProblems): Promise<LevelRecord[]> {
  const levels = new Map<string, LevelRecord>();
  if (!existsSync(path)) return [];
  const file = problems?.of(path, levelKind.name);
  for await (const { record, lineNumber } of readRecords(path, levelKind, problems)) {
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

/** Levels that were measured together are kept together or not at all. */
export const appendLevels = (path: string, levels: readonly LevelRecord[]): void =>
  appendFileSync(path, levels.map((level) => `${encodeLevel(level)}\n`).join(''));
