/** Frames of docs/protocol.md: bytes to meaning and back. */
import type { FunctionPhase } from '../../domain/factors.js';
import { functionPhases } from '../../domain/factors.js';
import { Pieces } from './pieces.js';
import { bytes, fromNanoseconds, type Bytes, type Milliseconds } from '../../domain/units.js';

export const frameKinds = {
  ready: 0x01,
  invoke: 0x02,
  answer: 0x03,
  error: 0x04,
  configure: 0x05,
  get: 0x06,
  put: 0x07,
  result: 0x08,
} as const;

/** What a function may send; the others are Lumos's own. */
const kindsOfFunctions: readonly number[] = [
  frameKinds.ready,
  frameKinds.answer,
  frameKinds.error,
  frameKinds.get,
  frameKinds.put,
];

const headerBytes = 5;
export const answerHeadBytes = 64;
const notMeasured64 = 0xffff_ffff_ffff_ffffn;
const notMeasured32 = 0xffff_ffff;
const readyBody = Buffer.from('LUMOS\u0002', 'latin1');

/** A whole frame in one buffer, made before the timed window so that sending is one write. */
export function encodeFrame(kind: number, ...parts: readonly Uint8Array[]): Buffer {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const frame = Buffer.allocUnsafe(headerBytes + length);
  frame.writeUInt8(kind, 0);
  frame.writeUInt32LE(length, 1);
  let at = headerBytes;
  for (const part of parts) {
    frame.set(part, at);
    at += part.length;
  }
  return frame;
}

export const encodeInvoke = (payload: Uint8Array): Buffer => encodeFrame(frameKinds.invoke, payload);

/** A frame as it came in: its body in the pieces in which it arrived, not yet put together. */
export interface RawFrame {
  readonly kind: number;
  readonly length: number;
  readonly pieces: readonly Buffer[];
}

export interface AnswerHead {
  readonly sequence: number;
  readonly phases: Readonly<Partial<Record<FunctionPhase, Milliseconds>>>;
  /** What the function counted of its storage; absent where it has none. */
  readonly storage: StorageCounts;
}

export interface StorageCounts {
  readonly storageRoundTrips?: number;
  readonly fetchedBytes?: Bytes;
  readonly storedBytes?: Bytes;
}

/** The stream was not the protocol's. The message says what came instead. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
}

/**
 * Cuts a byte stream into frames. Copies no body that comes in few or large pieces: putting it together is for after the
 * timed window.
 */
export class FrameParser {
  private header: Buffer = Buffer.alloc(0);
  private pieces = new Pieces();
  private missing = 0;
  private kind: number | undefined;
  private length = 0;

  constructor(
    private readonly maximumBodyBytes: Bytes,
    private readonly onFrame: (frame: RawFrame) => void,
    /** The largest request of a function to its host. */
    private readonly maximumRequestBytes = maximumBodyBytes,
  ) {}

  /** Takes the next bytes; calls back once for each frame they complete. @throws ProtocolError */
  push(chunk: Buffer): void {
    let rest = chunk;
    for (;;) {
      if (this.kind === undefined) {
        const wanted = headerBytes - this.header.length;
        this.header =
          this.header.length === 0
            ? rest.subarray(0, wanted)
            : Buffer.concat([this.header, rest.subarray(0, wanted)]);
        rest = rest.subarray(wanted);
        if (this.header.length < headerBytes) return;
        this.open(this.header);
      }
      const piece = rest.subarray(0, this.missing);
      this.pieces.add(piece);
      this.missing -= piece.length;
      rest = rest.subarray(piece.length);
      if (this.missing > 0) return;
      this.close();
      if (rest.length === 0) return;
    }
  }

  private open(header: Buffer): void {
    const kind = header.readUInt8(0);
    const length = header.readUInt32LE(1);
    if (!kindsOfFunctions.includes(kind)) {
      throw new ProtocolError(`answered garbage: a frame of kind 0x${kind.toString(16).padStart(2, '0')}`);
    }
    const asks = kind === frameKinds.get || kind === frameKinds.put;
    const size = asks ? length : length - answerHeadBytes;
    const most = asks ? this.maximumRequestBytes : this.maximumBodyBytes;
    if (size > most) {
      const what = asks ? 'asked its host with' : 'answered';
      throw new ProtocolError(`${what} too much: ${size} bytes, and at most ${most} are taken`);
    }
    this.kind = kind;
    this.length = length;
    this.missing = length;
    this.header = Buffer.alloc(0);
  }

  private close(): void {
    const frame = { kind: this.kind ?? 0, length: this.length, pieces: this.pieces.list() };
    this.kind = undefined;
    this.pieces = new Pieces();
    this.onFrame(frame);
  }
}

/** The body of a frame in one piece. */
export const bodyOf = (frame: RawFrame): Buffer => {
  const [only, ...others] = frame.pieces;
  return only !== undefined && others.length === 0 ? only : Buffer.concat(frame.pieces);
};

/** @throws ProtocolError unless `frame` is the `ready` of a function that speaks this version. */
export function checkReady(frame: RawFrame): void {
  if (frame.kind !== frameKinds.ready) throw new ProtocolError('answered before it said that it was ready');
  if (!bodyOf(frame).equals(readyBody))
    throw new ProtocolError('speaks another protocol, or another version of it');
}

/** Splits an answer or error into its head and what follows. @throws ProtocolError when it is shorter than a head. */
export function decodeAnswer(frame: RawFrame): { head: AnswerHead; body: Buffer } {
  const whole = bodyOf(frame);
  return { head: decodeHead(whole), body: whole.subarray(answerHeadBytes) };
}

/** The head of an answer, at the beginning of `bytes`. @throws ProtocolError when there are fewer than a head has */
export function decodeHead(bytes: Buffer): AnswerHead {
  if (bytes.length < answerHeadBytes)
    throw new ProtocolError(`answered ${bytes.length} bytes, fewer than a head has`);
  const phases: Partial<Record<FunctionPhase, Milliseconds>> = {};
  functionPhases.forEach((phase, index) => {
    const nanoseconds = bytes.readBigUInt64LE(4 + 8 * index);
    if (nanoseconds !== notMeasured64) phases[phase] = fromNanoseconds(nanoseconds);
  });
  return { sequence: bytes.readUInt32LE(0), phases, storage: storageCounts(bytes) };
}

function storageCounts(head: Buffer): StorageCounts {
  const roundTrips = head.readUInt32LE(44);
  const fetched = head.readBigUInt64LE(48);
  const stored = head.readBigUInt64LE(56);
  return {
    ...(roundTrips === notMeasured32 ? {} : { storageRoundTrips: roundTrips }),
    ...(fetched === notMeasured64 ? {} : { fetchedBytes: bytes(Number(fetched)) }),
    ...(stored === notMeasured64 ? {} : { storedBytes: bytes(Number(stored)) }),
  };
}
