/** A file that grows by whole lines: what was appended stays, and a line is in it whole or not at all. */
import { fstatSync, readSync } from 'node:fs';
import { realFiles, writeAll, type FileCalls } from './file-calls.js';
import { cannotWrite } from './write-failure.js';

const lineFeed = 0x0a;

export class LineAppender {
  /** Whether bytes may stand behind `size` that a failed append left. */
  private isTorn = false;

  private constructor(
    private readonly path: string,
    private readonly descriptor: number,
    private wholeSize: number,
    private readonly calls: FileCalls,
  ) {}

  /** Opens `path`, made if it is not there; cuts off a last line that was never finished. @throws LumosError */
  static open(path: string, calls: FileCalls = realFiles): LineAppender {
    let descriptor: number | undefined;
    try {
      descriptor = calls.open(path, 'a+');
      const { size } = fstatSync(descriptor);
      const whole = endOfLastLine(descriptor, size);
      if (whole < size) calls.truncate(descriptor, whole);
      return new LineAppender(path, descriptor, whole, calls);
    } catch (error) {
      if (descriptor !== undefined) closeQuietly(descriptor, calls);
      throw cannotWrite(path, error);
    }
  }

  /** The bytes of all whole lines: where the next one begins. */
  get size(): number {
    return this.wholeSize;
  }

  /** Appends `lines`, each with its line feed: all of them or, when it throws, none. @throws LumosError */
  append(lines: string): void {
    const data = Buffer.from(lines);
    try {
      this.cutTornTail();
      this.isTorn = true;
      writeAll(this.calls, this.descriptor, data);
      this.isTorn = false;
    } catch (error) {
      try {
        this.cutTornTail();
      } catch {
        // The next append cuts it before it writes, and the next open before it gives the file out.
      }
      throw cannotWrite(this.path, error);
    }
    this.wholeSize += data.length;
  }

  /** Takes back everything behind the first `size` bytes. @throws LumosError */
  cutTo(size: number): void {
    this.wholeSize = Math.min(this.wholeSize, size);
    this.isTorn = true;
    try {
      this.cutTornTail();
    } catch (error) {
      throw cannotWrite(this.path, error);
    }
  }

  /** On the disk to the last byte, and closed. @throws LumosError */
  close(): void {
    try {
      this.calls.sync(this.descriptor);
    } catch (error) {
      closeQuietly(this.descriptor, this.calls);
      throw cannotWrite(this.path, error);
    }
    try {
      this.calls.close(this.descriptor);
    } catch (error) {
      throw cannotWrite(this.path, error);
    }
  }

  private cutTornTail(): void {
    if (!this.isTorn) return;
    this.calls.truncate(this.descriptor, this.wholeSize);
    this.isTorn = false;
  }
}

/** Appends `lines` to `path` and closes it: for a file that seldom grows. @throws LumosError */
export const appendLines = (path: string, lines: string, calls: FileCalls = realFiles): void =>
  appendAndClose(LineAppender.open(path, calls), lines);

/** @throws LumosError */
export function appendAndClose(file: LineAppender, lines: string): void {
  try {
    file.append(lines);
  } catch (error) {
    closeAfterFailure(file);
    throw error;
  }
  file.close();
}

/** Closes what could not be written: the failure of the write is the one to report. */
export function closeAfterFailure(file: { close(): void }): void {
  try {
    file.close();
  } catch {
    // The first failure says more.
  }
}

function closeQuietly(descriptor: number, calls: FileCalls): void {
  try {
    calls.close(descriptor);
  } catch {
    // What failed before is the one to report.
  }
}

/** Offset just behind the last line feed among the first `size` bytes. */
function endOfLastLine(descriptor: number, size: number): number {
  const buffer = Buffer.alloc(Math.min(size, 64 * 1024));
  // Mostly the last byte is the line feed: then nothing else has to be read.
  let length = Math.min(size, 1);
  for (let end = size; end > 0; end -= length, length = Math.min(end, buffer.length)) {
    const start = end - length;
    const count = readSync(descriptor, buffer, 0, length, start);
    const found = buffer.subarray(0, count).lastIndexOf(lineFeed);
    if (found !== -1) return start + found + 1;
  }
  return 0;
}
