/**
 * Lines of a file or pipe of any size as ranges of bytes, in constant memory and one pass.
 *
 * No CSV library is used: csv-parse makes a string of every field, and a row of the 2019 data set has 1444 of them. A quoted
 * field has no line feed in it, so that cutting at line feeds is all there is to it.
 */
import { invalidInput } from '../../domain/errors.js';
import { openOnce, type ByteSource } from './byte-source.js';

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
  /** True where nothing ends the last of them: whoever wrote the file may have been stopped in it. */
  readonly isOpen: boolean;
  /** True where compressed data ended before its end. */
  readonly isCut: boolean;
  /** The number of the line after the last of them. */
  readonly nextNumber: number;
}

type CutLines = Pick<LineBlock, 'bytes' | 'starts' | 'ends' | 'numbers' | 'count'>;

/** A line, and its number in its file, from 1. */
export interface HeaderLine {
  readonly text: string;
  readonly number: number;
}

/**
 * The lines of one reading. The first of them says which format the file has, so it is there before the blocks are; they
 * begin with it all the same.
 */
export class TraceLines {
  /** The first line that is not blank; undefined for a file without one. */
  header: HeaderLine | undefined;
  private first: LineBlock | undefined;
  private readonly rest: AsyncGenerator<LineBlock, void>;

  private constructor(
    readonly path: string,
    source: ByteSource,
  ) {
    this.rest = lineBlocks(source, path);
  }

  /** @throws LumosError `invalid-input` for a file that cannot be read, and for a line above 1 MiB */
  static async of(path: string, open: () => Promise<ByteSource> = () => openOnce(path)): Promise<TraceLines> {
    const lines = new TraceLines(path, await open());
    try {
      await lines.readFirst();
      return lines;
    } catch (error) {
      await lines.close();
      throw error;
    }
  }

  /** Once. */
  async *blocks(): AsyncGenerator<LineBlock, void> {
    if (this.first !== undefined) yield this.first;
    yield* this.rest;
  }

  /** Also where the blocks were not read to their end. */
  async close(): Promise<void> {
    await this.rest.return();
  }

  private async readFirst(): Promise<void> {
    for (;;) {
      const { done, value } = await this.rest.next();
      if (done === true) return;
      if (value.count === 0) continue;
      const { bytes, starts, ends, numbers } = value;
      this.first = value;
      this.header = { text: bytes.toString('utf8', starts[0], ends[0]), number: numbers[0] ?? 1 };
      return;
    }
  }
}

/**
 * LF or CRLF, the last line with or without; a byte order mark and blank lines are passed over. Closes the source.
 * @throws LumosError `invalid-input` for a line above 1 MiB
 */
async function* lineBlocks(source: ByteSource, path: string): AsyncGenerator<LineBlock, void> {
  const cutter = new LineCutter();
  try {
    const buffer = Buffer.allocUnsafe(blockLength);
    for (let held = 0, isFirst = true; ; isFirst = false) {
      const filled = await source.fill(buffer, held);
      if (filled === 0) return;
      const isLast = filled < buffer.length;
      const end = isLast ? filled : buffer.lastIndexOf(lineFeed) + 1;
      if (end === 0) throw invalidInput(`${path}:${cutter.line}: a line above 1 MiB: this is no trace`);
      const from = isFirst && hasByteOrderMark(buffer, filled) ? 3 : 0;
      const cut = cutter.cut(buffer, from, end);
      const isOpen = buffer[end - 1] !== lineFeed && (cut.ends[cut.count - 1] ?? -1) + 1 >= end;
      yield { ...cut, isOpen, isCut: isLast && source.isCut, nextNumber: cutter.line };
      if (isLast) return;
      buffer.copyWithin(0, end, filled);
      held = filled - end;
    }
  } finally {
    await source.close();
  }
}

const hasByteOrderMark = (buffer: Buffer, filled: number): boolean =>
  filled >= 3 && buffer[0] === 0xef && buffer[1] === 0xbb && buffer[2] === 0xbf;

class LineCutter {
  /** The number of the line that comes next. */
  line = 1;
  private starts = new Uint32Array(1 << 14);
  private ends = new Uint32Array(1 << 14);
  private numbers = new Uint32Array(1 << 14);

  cut(bytes: Buffer, from: number, to: number): CutLines {
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
export async function firstLine(path: string): Promise<HeaderLine | undefined> {
  const lines = await TraceLines.of(path);
  await lines.close();
  return lines.header;
}
