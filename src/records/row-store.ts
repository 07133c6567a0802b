/** The append-only file of rows: what is in it stays, and a row is in it as soon as `append` returns. */
import { closeSync, fsyncSync, ftruncateSync, openSync, readSync, fstatSync, writeSync } from 'node:fs';
import type { Measurement } from '../domain/measurement.js';
import { readRecords, type RecordKind } from './read-records.js';
import type { RecordProblems } from './record-problems.js';
import { decodeRow, encodeRow } from './row-codec.js';
import { RowNames } from './row-names.js';

const rowKind: RecordKind<Measurement> = { name: 'row', decode: decodeRow };

/**
 * Rows of `path` one after another, in constant memory but for their names.
 * @param problems takes lines that are no row, and rows with the trial and invocation of an earlier row of their cell: both are
 * counted and left out. Without it every row is given out, and the first line that is none is refused.
 * @throws LumosError `invalid-input` that names the line, where it is refused
 */
export async function* readRows(path: string, problems?: RecordProblems): AsyncGenerator<Measurement> {
  const names = new RowNames();
  const file = problems?.of(path, rowKind.name);
  for await (const { record, lineNumber } of readRecords(path, rowKind, problems)) {
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

/** Appends rows to a file. Written at once, so that a kill at any moment costs at most the row being written. */
export class RowWriter {
  private constructor(private readonly descriptor: number) {}

  /** Opens `path`, made if it is not there; cuts off a last line that was never finished. */
  static open(path: string): RowWriter {
    const descriptor = openSync(path, 'a+');
    const size = fstatSync(descriptor).size;
    ftruncateSync(descriptor, endOfLastLine(descriptor, size));
    return new RowWriter(descriptor);
  }

  append(row: Measurement): void {
    writeSync(this.descriptor, `${encodeRow(row)}\n`);
  }

  close(): void {
    fsyncSync(this.descriptor);
    closeSync(this.descriptor);
  }
}

/** Offset just behind the last line feed among the first `size` bytes. */
function endOfLastLine(descriptor: number, size: number): number {
  const buffer = Buffer.alloc(64 * 1024);
  for (let end = size; end > 0;) {
    const start = Math.max(0, end - buffer.length);
    readSync(descriptor, buffer, 0, end - start, start);
    const found = buffer.subarray(0, end - start).lastIndexOf(0x0a);
    if (found !== -1) return start + found + 1;
    end = start;
  }
  return 0;
}
