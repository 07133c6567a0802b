/** Reads the frames that a function takes: one buffer for all of them, and reads as large as it has room for. */
import { StreamError } from '../errors.js';
import { headerBytes, kinds, largestBody } from './frames.js';
import type { Streams } from './streams.js';

/** Bytes of the buffer before a frame asks for more: what a pipe holds, so that a small frame takes one read. */
const smallestBuffer = 64 * 1024;

/** A frame; its body lies in the reader's buffer until the next one but results is asked for. */
export interface Frame {
  readonly kind: number;
  readonly body: Uint8Array;
}

const known: readonly number[] = [kinds.invoke, kinds.configure, kinds.result];
const hexadecimal = (kind: number): string => `0x${kind.toString(16).padStart(2, '0')}`;

export class Reader {
  private buffer: Uint8Array = new Uint8Array(smallestBuffer);
  /** The unread bytes are from `start` to `end`. */
  private start = 0;
  private end = 0;

  constructor(private readonly streams: Pick<Streams, 'read'>) {}

  /** The next `invoke` or `configure`; `undefined` when the input has ended between two frames. @throws StreamError */
  next(): Frame | undefined {
    if (this.start === this.end) {
      this.start = 0;
      this.end = 0;
      if (this.readMore() === 0) return undefined;
    }
    const { kind, bytes } = this.header();
    if (kind === kinds.result) throw new StreamError(`a frame of kind ${hexadecimal(kind)} out of order`);
    const body = this.take(bytes);
    return { kind, body };
  }

  /**
   * The body of the `result` that is to come now. It is in a buffer of its own, because the payload of the invocation that
   * waits for it is in the reader's.
   * @throws StreamError
   */
  result(): Uint8Array {
    const { kind, bytes } = this.header();
    if (kind !== kinds.result) throw new StreamError(`a frame of kind ${hexadecimal(kind)} out of order`);
    const body = new Uint8Array(bytes);
    let filled = Math.min(bytes, this.end - this.start);
    body.set(this.buffer.subarray(this.start, this.start + filled));
    this.start += filled;
    while (filled < bytes) {
      const count = this.streams.read(body.subarray(filled));
      if (count === 0) throw endedEarly(bytes - filled);
      filled += count;
    }
    return body;
  }

  private header(): { readonly kind: number; readonly bytes: number } {
    const header = this.take(headerBytes);
    const kind = header[0] ?? 0;
    if (!known.includes(kind)) throw new StreamError(`unknown kind of frame: ${hexadecimal(kind)}`);
    const bytes = new DataView(header.buffer, header.byteOffset).getUint32(1, true);
    if (bytes > largestBody) {
      throw new StreamError(`a frame of ${bytes} bytes is above the limit of 1 GiB`);
    }
    return { kind, bytes };
  }

  /** The next bytes of the input, in the reader's buffer. */
  private take(wanted: number): Uint8Array {
    if (this.buffer.length - this.start < wanted) this.makeRoom(wanted);
    while (this.end - this.start < wanted) {
      if (this.readMore() === 0) throw endedEarly(wanted - (this.end - this.start));
    }
    this.start += wanted;
    return this.buffer.subarray(this.start - wanted, this.start);
  }

  /** A new buffer, because what was taken of the old one is still looked at. */
  private makeRoom(wanted: number): void {
    const unread = this.buffer.subarray(this.start, this.end);
    const larger = new Uint8Array(Math.max(wanted, smallestBuffer));
    larger.set(unread);
    this.buffer = larger;
    this.start = 0;
    this.end = unread.length;
  }

  private readMore(): number {
    const count = this.streams.read(this.buffer.subarray(this.end));
    this.end += count;
    return count;
  }
}

const endedEarly = (missing: number): StreamError =>
  new StreamError(`input ended within a frame, ${missing} bytes early`);
