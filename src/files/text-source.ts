/**
 * Text that a user names: a file, a pipe, a FIFO, standard input (`-`), each of them gzipped or not. It is read once, front to back,
 * in constant memory.
 */
import { isUtf8 } from 'node:buffer';
import { basename, resolve } from 'node:path';
import { createGunzip, gunzipSync } from 'node:zlib';
import { hasCode, invalidInput, messageOf } from '../domain/errors.js';
import { bytes } from '../domain/units.js';
import { sentenceOf } from './explain.js';
import { chunksOf, readInput } from './input.js';

/** The longest line that is read. */
export const longestLine = 8 << 20;
/** The most text that is read as one document, after gunzipping. */
export const largestDocument = 256 << 20;

const [lineFeed, carriageReturn] = [0x0a, 0x0d];

/** What a message calls the source: its name without the path to it. */
export const sourceName = (path: string): string =>
  path === '-' ? 'standard input' : basename(resolve(path));

const pathOf = (path: string): string => (path === '-' ? '/dev/stdin' : path);

/** The sentence for a source that cannot be read, or the error itself if it is of another kind. */
export const unreadable = (path: string, error: unknown): Error => sentenceOf(error, sourceName(path));

const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

export interface TextEnd {
  /** Whether a gzipped source ends before its end: the text is whole up to there. */
  isCut: boolean;
}

/** The bytes of `path`, gunzipped if they begin as gzip does, whatever the name says. */
export async function* textBytes(path: string, end: TextEnd = { isCut: false }): AsyncGenerator<Buffer> {
  const chunks = chunksOf(pathOf(path));
  try {
    const head = await headOf(chunks);
    if (isGzip(head)) yield* gunzipped(head, chunks, path, end);
    else {
      if (head.length > 0) yield head;
      yield* { [Symbol.asyncIterator]: () => chunks };
    }
  } catch (error) {
    throw unreadable(path, error);
  } finally {
    await chunks.return();
  }
}

/** At least two bytes, if there are as many: a pipe may give one at a time. */
async function headOf(chunks: AsyncIterator<Buffer>): Promise<Buffer> {
  let head: Buffer = Buffer.alloc(0);
  while (head.length < 2) {
    const next = await chunks.next();
    if (next.done === true) break;
    head = Buffer.concat([head, next.value]);
  }
  return head;
}

async function* gunzipped(
  head: Buffer,
  rest: AsyncIterator<Buffer>,
  path: string,
  end: TextEnd,
): AsyncGenerator<Buffer> {
  const gunzip = createGunzip();
  let failure: unknown;
  const feed = async (): Promise<void> => {
    for (let chunk: Buffer | undefined = head; chunk !== undefined;) {
      if (!gunzip.write(chunk))
        await new Promise<void>((done) => {
          gunzip.once('drain', done);
          gunzip.once('close', done);
        });
      if (gunzip.destroyed) return;
      const next: IteratorResult<Buffer> = await rest.next();
      chunk = next.done === true ? undefined : next.value;
    }
    gunzip.end();
  };
  const feeding = feed().catch((error: unknown) => {
    failure = error;
    gunzip.destroy();
  });
  try {
    for await (const chunk of gunzip as AsyncIterable<Buffer>) yield chunk;
  } catch (error) {
    if (failure !== undefined) throw unreadable(path, failure);
    if (!hasCode(error, 'Z_BUF_ERROR'))
      throw invalidInput(
        `${sourceName(path)}: its gzip data are damaged (${messageOf(error)})`,
        'Fetch or make the file again.',
      );
    end.isCut = true;
  } finally {
    gunzip.destroy();
  }
  await feeding;
}

export interface TextLines {
  /** The number of the first of `lines`, from 1. */
  readonly firstNumber: number;
  readonly lines: readonly string[];
  /** Whether the last of `lines` ends in a line end. Only the last line of a source may have none. */
  readonly isEnded: boolean;
}

/**
 * The lines of `path`, those of one piece at a time. LF and CRLF end a line; a byte order mark is passed over. The last line is
 * given out even without a line end, and `isEnded` says so: it may have been cut.
 * @throws LumosError `invalid-input` for a source that cannot be read, a line above `longestLine`, and text that is not UTF-8
 */
export async function* textLines(path: string, end: TextEnd = { isCut: false }): AsyncGenerator<TextLines> {
  let held: Buffer[] = [];
  let heldLength = 0;
  let number = 1;
  const refuseLong = (length: number): void => {
    if (length > longestLine)
      throw invalidInput(
        `${sourceName(path)}:${number}: a line above ${longestLine >> 20} MiB`,
        'Name a text file of this format.',
      );
  };
  for await (const chunk of textBytes(path, end)) {
    const feed = chunk.lastIndexOf(lineFeed);
    if (feed === -1) {
      held.push(chunk);
      heldLength += chunk.length;
      refuseLong(heldLength);
      continue;
    }
    const whole = Buffer.concat([...held, chunk.subarray(0, feed)]);
    const lines = decodedLines(whole, number, path);
    refuseLong(heldLength + chunk.indexOf(lineFeed));
    held = feed + 1 < chunk.length ? [chunk.subarray(feed + 1)] : [];
    heldLength = chunk.length - feed - 1;
    yield { firstNumber: number, lines, isEnded: true };
    number += lines.length;
  }
  if (heldLength === 0) return;
  const last = Buffer.concat(held);
  // A source that was cut may end within a character.
  const lines = isUtf8(last) || number === 1 ? decodedLines(last, number, path) : [last.toString('utf8')];
  yield { firstNumber: number, lines, isEnded: false };
}

const withoutMark = (text: string): string => (text.startsWith('\uFEFF') ? text.slice(1) : text);

function decodedLines(bytes: Buffer, firstNumber: number, path: string): string[] {
  // A line end is in no other character's bytes, so each piece is whole characters, unless the source was cut in one.
  if (firstNumber === 1) refuseUtf16(bytes, path);
  if (!isUtf8(bytes)) {
    const bad = bytes
      .toString('latin1')
      .split('\n')
      .findIndex((line) => !isUtf8(Buffer.from(line, 'latin1')));
    throw invalidInput(
      `${sourceName(path)}:${firstNumber + bad}: the text is not UTF-8`,
      'Save the file as UTF-8 and import it again.',
    );
  }
  const text = bytes.toString('utf8');
  const lines = (firstNumber === 1 ? withoutMark(text) : text).split('\n');
  return lines.map((line) =>
    line.charCodeAt(line.length - 1) === carriageReturn ? line.slice(0, -1) : line,
  );
}

function refuseUtf16(bytes: Buffer, path: string): void {
  const mark = bytes.length >= 2 ? bytes.readUInt16BE(0) : 0;
  if (mark === 0xfffe || mark === 0xfeff)
    throw invalidInput(
      `${sourceName(path)}: the text is UTF-16`,
      'Save the file as UTF-8 and import it again.',
    );
}

/**
 * The whole text of a small document, gunzipped if it is gzip.
 * @throws LumosError `invalid-input` for what cannot be read, is above `largestDocument`, or is not UTF-8
 */
export function readDocument(path: string): string {
  const bytes = unpacked(readBounded(path), path);
  refuseUtf16(bytes, path);
  if (!isUtf8(bytes))
    throw invalidInput(
      `${sourceName(path)}: the text is not UTF-8`,
      'Save the file as UTF-8 and import it again.',
    );
  return withoutMark(bytes.toString('utf8'));
}

const tooLarge = (path: string): Error =>
  invalidInput(`${sourceName(path)} is above ${largestDocument >> 20} MiB`, 'Split it into several files.');

const readBounded = (path: string): Buffer =>
  readInput(pathOf(path), { maximumBytes: bytes(largestDocument) });

function unpacked(bytes: Buffer, path: string): Buffer {
  if (!isGzip(bytes)) return bytes;
  try {
    return gunzipSync(bytes, { maxOutputLength: largestDocument });
  } catch (error) {
    if (hasCode(error, 'ERR_BUFFER_TOO_LARGE')) throw tooLarge(path);
    throw invalidInput(
      `${sourceName(path)}: its gzip data are damaged (${messageOf(error)})`,
      'Fetch or make the file again.',
    );
  }
}
