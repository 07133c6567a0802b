/** The append-only file of rows: what is in it stays, and a row is in it as soon as `append` returns. */
import { closeSync, fsyncSync, ftruncateSync, openSync, readSync, fstatSync, writeSync } from 'node:fs';
import type { Measurement } from '../domain/measurement.js';
import { completeLines } from '../files/lines.js';
import { decodeRow, encodeRow } from './row-codec.js';

/** Rows of `path` one after another, in constant memory. */
export async function* readRows(path: string): AsyncGenerator<Measurement> {
  for await (const { lines, firstNumber } of completeLines(path)) {
    for (const [index, line] of lines.entries()) {
      if (line.length > 0) yield decodeRow(line, path, firstNumber + index);
    }
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
