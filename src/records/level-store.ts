/** `levels.ndjson`: the levels of a load run, one a line, each whole or not there. */
import { appendFileSync, existsSync } from 'node:fs';
import { messageOf, invalidInput } from '../domain/errors.js';
import { LevelRecordSchema, type LevelRecord } from '../domain/level.js';
import { completeLines } from '../files/lines.js';

/** @throws LumosError `invalid-input` for a line that is no level */
export async function readLevels(path: string): Promise<LevelRecord[]> {
  const levels: LevelRecord[] = [];
  if (!existsSync(path)) return levels;
  for await (const { lines, firstNumber } of completeLines(path)) {
    for (const [index, line] of lines.entries()) {
      if (line.length > 0) levels.push(decoded(line, `${path}:${firstNumber + index}`));
    }
  }
  return levels;
}

function decoded(line: string, where: string): LevelRecord {
  try {
    return LevelRecordSchema.parse(JSON.parse(line));
  } catch (error) {
    throw invalidInput(`${where}: no level: ${messageOf(error)}`);
  }
}

/** Levels that were measured together are kept together or not at all. */
export const appendLevels = (path: string, levels: readonly LevelRecord[]): void =>
  appendFileSync(path, levels.map((level) => `${JSON.stringify(level)}\n`).join(''));
