/** The lines of a file of records, decoded one after another: a line that is none is counted and left out. */
import { LumosError } from '../domain/errors.js';
import { completeLines } from '../files/lines.js';
import type { RecordProblems } from './record-problems.js';

export interface RecordKind<T> {
  /** What a line is, e.g. `row`. */
  readonly name: string;
  /** @throws LumosError that names the file, the line and what does not fit */
  decode(line: string, path: string, lineNumber: number): T;
}

export interface PlacedRecord<T> {
  readonly record: T;
  readonly lineNumber: number;
}

/**
 * In constant memory.
 * @param problems takes what cannot be read; without it the first such line is refused
 * @throws LumosError `invalid-input` for a line that is no record, where nobody takes it or reading is strict
 */
export async function* readRecords<T>(
  path: string,
  kind: RecordKind<T>,
  problems: RecordProblems | undefined,
): AsyncGenerator<PlacedRecord<T>> {
  const file = problems?.of(path, kind.name);
  for await (const { lines, firstNumber } of completeLines(path)) {
    for (const [index, line] of lines.entries()) {
      if (line.length === 0) continue;
      const lineNumber = firstNumber + index;
      let record: T;
      try {
        record = kind.decode(line, path, lineNumber);
      } catch (error) {
        if (file === undefined || !(error instanceof LumosError)) throw error;
        problems?.unreadable(file, error.message);
        continue;
      }
      if (file !== undefined) file.read += 1;
      yield { record, lineNumber };
    }
  }
}
