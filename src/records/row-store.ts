/** The append-only file of rows: what is in it stays, and a row is in it as soon as `append` returns. */
import type { Measurement } from '../domain/measurement.js';
import { realFiles, type FileCalls } from '../files/file-calls.js';
import { LineAppender } from '../files/line-appender.js';
import type { WhyUnplanned } from './planned.js';
import { readRecords, type RecordKind } from './read-records.js';
import type { RecordProblems } from './record-problems.js';
import { decodeRow, encodeRow } from './row-codec.js';
import { RowNames } from './row-names.js';

export const rowKind: RecordKind<Measurement> = { name: 'row', decode: decodeRow };

/**
 * Rows of `path` one after another, in constant memory but for their names.
 * @param problems takes lines that are no row, and rows with the trial and invocation of an earlier row of their cell: both are
 * counted and left out. Without it every row is given out, and the first line that is none is refused.
 * @param whyUnplanned rows for which it has a reason are counted and left out too
 * @throws LumosError `invalid-input` that names the line, where it is refused
 */
export async function* readRows(
  path: string,
  problems?: RecordProblems,
  whyUnplanned?: WhyUnplanned<Measurement>,
): AsyncGenerator<Measurement> {
  const names = new RowNames();
  const file = problems?.of(path, rowKind.name);
  for await (const { record, lineNumber } of readRecords(path, rowKind, problems)) {
    const why = file === undefined ? undefined : whyUnplanned?.(record);
    if (file !== undefined && why !== undefined) {
      problems?.unplanned(file, `${path}:${lineNumber}: ${why}`);
      continue;
    }
    if (file === undefined || names.add(record)) {
      yield record;
      continue;
    }
    const { trial, invocation } = record;
    problems?.repeated(
      file,
      `${path}:${lineNumber}: an earlier row has trial ${trial} and invocation ${invocation} too`,
    );
  }
}

/**
 * Appends rows to a file. Written at once, so that a kill at any moment costs at most the row being written. A row that
 * cannot be written whole is not there at all, and the rows before it are.
 */
export class RowWriter {
  private constructor(private readonly file: LineAppender) {}

  /** Opens `path`, made if it is not there; cuts off a last line that was never finished. @throws LumosError */
  static open(path: string, calls: FileCalls = realFiles): RowWriter {
    return new RowWriter(LineAppender.open(path, calls));
  }

  /** @throws LumosError that names the file and the reason */
  append(row: Measurement): void {
    this.file.append(`${encodeRow(row)}\n`);
  }

  /** All of `rows` or, when it throws, none of them. @throws LumosError */
  appendTogether(rows: readonly Measurement[]): void {
    const { size } = this.file;
    try {
      for (let at = 0; at < rows.length; at += rowsAtOnce)
        this.file.append(
          rows
            .slice(at, at + rowsAtOnce)
            .map((row) => `${encodeRow(row)}\n`)
            .join(''),
        );
    } catch (error) {
      this.file.cutTo(size);
      throw error;
    }
  }

  /** @throws LumosError when the disk did not take what was appended */
  close(): void {
    this.file.close();
  }
}

/** Rows put together before they are written. */
const rowsAtOnce = 1000;
