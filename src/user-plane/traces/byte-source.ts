/** The bytes of a trace from the beginning, whatever they come from: a file, a pipe, either of them compressed. */
import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { hasCode, invalidInput } from '../../domain/errors.js';
import { InputFile } from '../../files/input.js';
import { UnnamedFile } from './unnamed-file.js';

export interface ByteSource {
  /** Fills `into` from `from` on as far as there are bytes, and gives back where they end. */
  fill(into: Buffer, from: number): Promise<number>;
  /** True once compressed data ended before its end: whoever wrote it was stopped. */
  readonly isCut: boolean;
  close(): Promise<void>;
}

/** Reads up to `length` bytes to `at`; 0 at the end. */
type Read = (into: Buffer, at: number, length: number) => Promise<number>;

/**
 * A trace that can be read several times, although a pipe gives its bytes once: they are kept in an unnamed file while
 * they are read the first time. Of a regular file nothing is kept.
 */
export class TraceFile {
  private copy: UnnamedFile | undefined;

  /** @param path also what messages call it */
  constructor(readonly path: string) {}

  /** @throws LumosError `invalid-input` for a file that cannot be opened */
  async open(): Promise<ByteSource> {
    const { copy, path } = this;
    if (copy !== undefined) return sourceOf(readingCopy(copy), path, () => Promise.resolve());
    const file = await InputFile.open(traceInput(path));
    const read = readingFile(file);
    const kept = file.isRegular ? read : keeping(read, (this.copy = new UnnamedFile()));
    return sourceOf(kept, path, () => file.close());
  }

  close(): void {
    this.copy?.close();
    this.copy = undefined;
  }
}

/** A trace that is read once: nothing is kept. @throws LumosError as `TraceFile.open` */
export async function openOnce(path: string): Promise<ByteSource> {
  const file = await InputFile.open(traceInput(path));
  return sourceOf(readingFile(file), path, () => file.close());
}

/** `-` is standard input. */
export const traceInput = (path: string): string => (path === '-' ? '/dev/stdin' : path);

const readingFile =
  (file: InputFile): Read =>
  (into, at, length) =>
    file.read(into.subarray(0, at + length), at);

const keeping =
  (read: Read, copy: UnnamedFile): Read =>
  async (into, at, length) => {
    const count = await read(into, at, length);
    if (count > 0) copy.append(into.subarray(at, at + count));
    return count;
  };

function readingCopy(copy: UnnamedFile): Read {
  let place = 0;
  return (into, at, length) => {
    const count = Math.min(length, copy.size - place);
    copy.read(into.subarray(at, at + count), place);
    place += count;
    return Promise.resolve(count);
  };
}

const chunkLength = 1 << 16;

/** Known by the first two bytes, whatever the file is called. */
const isGzip = (bytes: Buffer): boolean => bytes.length >= 2 && bytes[0] === 0x1f && bytes[1] === 0x8b;

async function sourceOf(read: Read, path: string, close: () => Promise<void>): Promise<ByteSource> {
  try {
    const head = Buffer.allocUnsafe(chunkLength);
    const start = head.subarray(0, await fillBy(read, head, 0, 2));
    return isGzip(start)
      ? new GunzipSource(chunksOf(start, read), path, close)
      : new PlainSource(start, read, close);
  } catch (error) {
    await close();
    throw error;
  }
}

/** Reads until there are `least` bytes: a pipe gives them in pieces of its own. */
async function fillBy(read: Read, into: Buffer, from: number, least: number): Promise<number> {
  let filled = from;
  while (filled < least) {
    const count = await read(into, filled, into.length - filled);
    if (count === 0) break;
    filled += count;
  }
  return filled;
}

class PlainSource implements ByteSource {
  readonly isCut = false;

  constructor(
    private start: Buffer,
    private readonly read: Read,
    readonly close: () => Promise<void>,
  ) {}

  async fill(into: Buffer, from: number): Promise<number> {
    const taken = this.start.copy(into, from);
    this.start = this.start.subarray(taken);
    return await fillBy(this.read, into, from + taken, into.length);
  }
}

async function* chunksOf(start: Buffer, read: Read): AsyncGenerator<Buffer, void> {
  yield start;
  for (;;) {
    const chunk = Buffer.allocUnsafe(chunkLength);
    const count = await read(chunk, 0, chunk.length);
    if (count === 0) return;
    yield chunk.subarray(0, count);
  }
}

class GunzipSource implements ByteSource {
  isCut = false;
  private rest: Buffer = Buffer.alloc(0);
  private readonly pieces: AsyncIterator<Buffer>;
  private readonly input: Readable;

  constructor(
    chunks: AsyncGenerator<Buffer, void>,
    private readonly path: string,
    private readonly closeFile: () => Promise<void>,
  ) {
    const gunzip = createGunzip();
    this.input = Readable.from(chunks, { objectMode: false });
    // Failures are thrown where the pieces are read.
    pipeline(this.input, gunzip, () => undefined);
    this.pieces = (gunzip as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
  }

  async fill(into: Buffer, from: number): Promise<number> {
    let filled = from;
    while (filled < into.length) {
      if (this.rest.length === 0 && !(await this.next())) break;
      const taken = this.rest.copy(into, filled);
      this.rest = this.rest.subarray(taken);
      filled += taken;
    }
    return filled;
  }

  async close(): Promise<void> {
    await this.pieces.return?.();
    this.input.destroy();
    await this.closeFile();
  }

  private async next(): Promise<boolean> {
    if (this.isCut) return false;
    try {
      const piece = await this.pieces.next();
      if (piece.done === true) return false;
      this.rest = piece.value;
      return true;
    } catch (error) {
      // Everything before the cut has been given out.
      if (hasCode(error, 'Z_BUF_ERROR')) {
        this.isCut = true;
        return false;
      }
      if (error instanceof Error && 'code' in error && String(error.code).startsWith('Z_'))
        throw invalidInput(
          `${this.path}: damaged gzip data (${error.message})`,
          'Compress or fetch the file anew.',
        );
      throw error;
    }
  }
}
