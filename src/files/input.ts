/**
 * Files that users name, read with bounds: a regular file or a pipe, never a device that does not end, never more than
 * was allowed, and no waiting for ever on a pipe that nobody writes into. What goes wrong is one sentence.
 */
import { closeSync, constants, fstatSync, lstatSync, openSync, readSync, type Stats } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { hasCode, invalidInput } from '../domain/errors.js';
import { fromMebibytes, milliseconds, type Bytes, type Milliseconds } from '../domain/units.js';
import { explained } from './explain.js';

/** The most that a file written by hand has: an experiment, an environment, prices, a workload, a function's manifest. */
const mostByHandBytes = fromMebibytes(16);
/** The most of a file that a program wrote and that is read whole. */
export const mostOfDataBytes = fromMebibytes(256);
const blockLength = 1 << 20;

/** How long nothing may come through a pipe before it is given up. */
interface Patience {
  /** While nobody writes into it. */
  readonly withoutWriterMs: Milliseconds;
  /** While its writer writes nothing. */
  readonly withWriterMs: Milliseconds;
}
const usualPatience: Patience = {
  withoutWriterMs: milliseconds(5_000),
  withWriterMs: milliseconds(60_000),
};

export interface InputOptions {
  readonly maximumBytes?: Bytes;
  /** What to do where the file is not there. */
  readonly remedy?: string;
  readonly patience?: Patience;
}

/** Opened so that a pipe without a writer does not block. */
const readFlags = constants.O_RDONLY | constants.O_NONBLOCK;

/** The content of a file as UTF-8, without a byte order mark. @throws LumosError as `readInput` */
export function readText(path: string, options: InputOptions = {}): string {
  const text = readInput(path, options).toString('utf8');
  return text.startsWith('\ufeff') ? text.slice(1) : text;
}

/**
 * The bytes of a regular file or a pipe.
 * @throws LumosError that says what is wrong: not there, a folder, a device, no permission, too large, a silent pipe
 */
export function readInput(path: string, options: InputOptions = {}): Buffer {
  const { maximumBytes = mostByHandBytes } = options;
  try {
    const descriptor = openSync(path, readFlags);
    try {
      const status = fstatSync(descriptor);
      checkKind(status, path);
      if (status.size > maximumBytes) throw tooLarge(path, maximumBytes);
      return readAll(descriptor, path, { maximumBytes, patience: options.patience ?? usualPatience });
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    throw withRemedy(error, path, options.remedy);
  }
}

function withRemedy(error: unknown, path: string, remedy: string | undefined): unknown {
  const known = explained(error, path);
  if (known === undefined || remedy === undefined || !hasCode(error, 'ENOENT', 'ENOTDIR', 'EISDIR'))
    return known ?? error;
  return invalidInput(known.message, remedy);
}

/** Linux's number of /dev/null, the one device that ends. */
const nullDevice = 0x103;

function checkKind(status: Stats, path: string): void {
  if (status.isDirectory()) throw invalidInput(`${path}: this is a folder, not a file`, 'Name a file.');
  const isDevice = status.isCharacterDevice() || status.isBlockDevice();
  if (isDevice && status.rdev !== nullDevice)
    throw invalidInput(`${path}: this is a device, not a file`, 'Name a regular file or a pipe.');
}

const tooLarge = (path: string, most: Bytes): Error =>
  invalidInput(
    `${path}: the file is larger than ${most / 2 ** 20} MiB, which no file of this kind is`,
    'Name another file.',
  );

/** How long a pipe has been silent. */
class Silence {
  private since = performance.now();

  constructor(
    private readonly path: string,
    private readonly patience: Patience,
  ) {}

  end(): void {
    this.since = performance.now();
  }

  /** @throws LumosError once it lasts too long */
  check(hasWriter: boolean): void {
    const { withWriterMs, withoutWriterMs } = this.patience;
    if (performance.now() - this.since <= (hasWriter ? withWriterMs : withoutWriterMs)) return;
    throw invalidInput(
      `${this.path}: nothing came through this pipe`,
      'Start what writes into it first, or name a regular file.',
    );
  }
}

interface ReadAllOptions {
  readonly maximumBytes: Bytes;
  readonly patience: Patience;
}

function readAll(descriptor: number, path: string, { maximumBytes, patience }: ReadAllOptions): Buffer {
  const pieces: Buffer[] = [];
  const silence = new Silence(path, patience);
  const isPipe = fstatSync(descriptor).isFIFO();
  let length = 0;
  for (;;) {
    const block = Buffer.allocUnsafe(64 * 1024);
    const count = readOrWait(() => readSync(descriptor, block, 0, block.length, null));
    if (count === 0 && !(isPipe && length === 0)) return Buffer.concat(pieces);
    if (count === undefined || count === 0) {
      silence.check(count === undefined);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
      continue;
    }
    pieces.push(block.subarray(0, count));
    length += count;
    silence.end();
    if (length > maximumBytes) throw tooLarge(path, maximumBytes);
  }
}

/** `undefined` where the pipe has a writer and nothing in it. */
function readOrWait(read: () => number): number | undefined {
  try {
    return read();
  } catch (error) {
    if (hasCode(error, 'EAGAIN')) return undefined;
    throw error;
  }
}

/**
 * The bytes of a file of any size, piece by piece, in constant memory; of a regular file or a pipe.
 * @throws LumosError as `readInput`
 */
export async function* chunksOf(path: string, options: InputOptions = {}): AsyncGenerator<Buffer, void> {
  const file = await InputFile.open(path, options);
  try {
    for (;;) {
      const block = Buffer.allocUnsafe(blockLength);
      const count = await file.read(block, 0);
      if (count === 0) return;
      // A pipe gives little at a time: a whole block is not kept for it.
      yield count * 2 < block.length ? Buffer.from(block.subarray(0, count)) : block.subarray(0, count);
    }
  } finally {
    await file.close();
  }
}

/** A regular file or a pipe, open for reading once from its beginning to its end. */
export class InputFile {
  private hasBegun = false;

  private constructor(
    private readonly path: string,
    private readonly file: FileHandle,
    private readonly isPipe: boolean,
    private readonly silence: Silence,
  ) {}

  /** @throws LumosError as `readInput` */
  static async open(path: string, options: InputOptions = {}): Promise<InputFile> {
    try {
      const file = await open(path, readFlags);
      try {
        const status = await file.stat();
        checkKind(status, path);
        const silence = new Silence(path, options.patience ?? usualPatience);
        return new InputFile(path, file, status.isFIFO(), silence);
      } catch (error) {
        await file.close();
        throw error;
      }
    } catch (error) {
      throw withRemedy(error, path, options.remedy);
    }
  }

  /** Reads into `buffer` from `offset` on; 0 at the end. A short read is not the end. @throws LumosError */
  async read(buffer: Buffer, offset: number): Promise<number> {
    for (;;) {
      const count = await this.readNow(buffer, offset);
      const isWithoutData = count === undefined || (count === 0 && this.isPipe && !this.hasBegun);
      if (!isWithoutData) {
        this.hasBegun = true;
        this.silence.end();
        return count;
      }
      this.silence.check(count === undefined);
      await sleep(2);
    }
  }

  /** Whether it can be read again from its beginning. */
  get isRegular(): boolean {
    return !this.isPipe;
  }

  close(): Promise<void> {
    return this.file.close();
  }

  /** `undefined` where the pipe has a writer and nothing in it. */
  private async readNow(buffer: Buffer, offset: number): Promise<number | undefined> {
    try {
      return (await this.file.read(buffer, offset, buffer.length - offset, null)).bytesRead;
    } catch (error) {
      if (hasCode(error, 'EAGAIN')) return undefined;
      throw explained(error, this.path) ?? error;
    }
  }
}

/** @throws LumosError for what is no regular file: formats that are read from their end cannot come through a pipe */
export function requireRegularFile(path: string): void {
  try {
    const descriptor = openSync(path, readFlags);
    try {
      const status = fstatSync(descriptor);
      checkKind(status, path);
      if (status.isFile()) return;
      throw invalidInput(`${path}: this is no regular file`, 'Write it into a file first.');
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    throw explained(error, path) ?? error;
  }
}

/**
 * Whether something is at `path`, be it a link that leads nowhere or a folder that nobody may look into: reading it says
 * what is wrong, where taking it for absent would leave it out in silence.
 */
export function isThere(path: string): boolean {
  try {
    lstatSync(path);
    return true;
  } catch (error) {
    return !hasCode(error, 'ENOENT', 'ENOTDIR');
  }
}
