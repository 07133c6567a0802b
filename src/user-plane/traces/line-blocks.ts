/**
 * Lines of a file of any size as ranges of bytes, in constant memory.
 *
 * No CSV library is used: csv-parse makes a string of every field, and a row of the 2019 data set has 1444 of them. Of the
 * formats none has quoted fields, so that a comma is a comma and cutting at line feeds is all there is to it.
 */
import { open } from 'node:fs/promises';
import { hasCode, invalidInput } from '../../domain/errors.js';

/** Bytes read at once, and the longest line there may be. */
const blockLength = 1 << 20;
const [lineFeed, carriageReturn, space] = [0x0a, 0x0d, 0x20];

export interface LineBlock {
  /** Overwritten by the next block: what is kept of it is copied. */
  readonly bytes: Buffer;
  /** Begins and ends of `count` lines that are not blank, without their line ends. */
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
  /** Their numbers in the file, from 1. */
  readonly numbers: Uint32Array;
  readonly count: number;
}

/**
 * LF or CRLF, the last line with or without; a byte order mark and blank lines are passed over.
 * @throws LumosError `invalid-input` for a file that cannot be opened, and for a line above 1 MiB
 */
export async function* lineBlocks(path: string): AsyncGenerator<LineBlock, void> {
  const file = await open(path, 'r').catch((error: unknown) => {
    throw unreadable(path, error);
  });
  const buffer = Buffer.allocUnsafe(blockLength);
  const cutter = new LineCutter();
  try {
    for (let held = 0, isFirst = true; ; isFirst = false) {
      const filled = await fill(file, buffer, held, path);
      if (filled === 0) return;
      const isLast = filled < buffer.length;
      const end = isLast ? filled : buffer.lastIndexOf(lineFeed) + 1;
      if (end === 0) throw invalidInput(`${path}:${cutter.line}: a line above 1 MiB: this is no trace`);
      yield cutter.cut(buffer, isFirst && hasByteOrderMark(buffer, filled) ? 3 : 0, end);
      if (isLast) return;
      buffer.copyWithin(0, end, filled);
      held = filled - end;
    }
  } finally {
    await file.close();
  }
}

/** Fills the buffer from `held` on as far as the file goes; a short read is not the end yet. */
async function fill(
  file: Awaited<ReturnType<typeof open>>,
  buffer: Buffer,
  held: number,
  path: string,
): Promise<number> {
  let filled = held;
  while (filled < buffer.length) {
    const { bytesRead } = await file
      .read(buffer, filled, buffer.length - filled, null)
      .catch((error: unknown) => {
        throw unreadable(path, error);
      });
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return filled;
}

export function unreadable(path: string, error: unknown): Error {
  if (hasCode(error, 'ENOENT', 'ENOTDIR')) return invalidInput(`there is no file ${path}`);
  if (hasCode(error, 'EISDIR')) return invalidInput(`${path} is a folder, not a file`);
  if (hasCode(error, 'EACCES', 'EPERM')) return invalidInput(`${path} may not be read`);
  return error instanceof Error ? error : new Error(String(error));
}

const hasByteOrderMark = (buffer: Buffer, filled: number): boolean =>
  filled >= 3 && buffer[0] === 0xef && buffer[1] === 0xbb && buffer[2] === 0xbf;

class LineCutter {
  /** The number of the line that comes next. */
  line = 1;
  private starts = new Uint32Array(1 << 14);
  private ends = new Uint32Array(1 << 14);
  private numbers = new Uint32Array(1 << 14);

  cut(bytes: Buffer, from: number, to: number): LineBlock {
    let count = 0;
    for (let start = from; start < to; this.line += 1) {
      let feed = start;
      while (feed < to && bytes[feed] !== lineFeed) feed += 1;
      const end = feed > start && bytes[feed - 1] === carriageReturn ? feed - 1 : feed;
      if (!isBlank(bytes, start, end)) {
        if (count === this.starts.length) this.grow();
        this.starts[count] = start;
        this.ends[count] = end;
        this.numbers[count] = this.line;
        count += 1;
      }
      start = feed + 1;
    }
    const { starts, ends, numbers } = this;
    return { bytes, starts, ends, numbers, count };
  }

  private grow(): void {
    const larger = (array: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> => {
      const grown = new Uint32Array(2 * array.length);
      grown.set(array);
      return grown;
    };
    this.starts = larger(this.starts);
    this.ends = larger(this.ends);
    this.numbers = larger(this.numbers);
  }
}

function isBlank(bytes: Buffer, start: number, end: number): boolean {
  let at = start;
  while (at < end && (bytes[at] as number) <= space) at += 1;
  return at === end;
}

/** The first line that is not blank, and its number. Undefined for a file without one. */
export async function firstLine(path: string): Promise<{ text: string; number: number } | undefined> {
  for await (const { bytes, starts, ends, numbers, count } of lineBlocks(path)) {
    if (count > 0) return { text: bytes.toString('utf8', starts[0], ends[0]), number: numbers[0] ?? 1 };
  }
  return undefined;
}
