/** Frames of docs/protocol.md: bytes to meaning and back. */
import type { FunctionPhase } from '../../domain/factors.js';
import { functionPhases } from '../../domain/factors.js';
import { fromNanoseconds, type Bytes, type Milliseconds } from '../../domain/units.js';

export const frameKinds = { ready: 0x01, invoke: 0x02, answer: 0x03, error: 0x04 } as const;

const headerBytes = 5;
const answerHeadBytes = 44;
const notEntered = 0xffff_ffff_ffff_ffffn;
const readyBody = Buffer.from('LUMOS\u0001', 'latin1');

/** The whole `invoke` frame in one buffer, made before the timed window so that sending is one write. */
export function encodeInvoke(payload: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(headerBytes + payload.length);
  frame.writeUInt8(frameKinds.invoke, 0);
  frame.writeUInt32LE(payload.length, 1);
  frame.set(payload, headerBytes);
  return frame;
}

/** A frame as it came in: its body in the pieces in which it arrived, not yet put together. */
export interface RawFrame {
  readonly kind: number;
  readonly length: number;
  readonly pieces: readonly Buffer[];
}

export interface AnswerHead {
  readonly sequence: number;
  readonly phases: Readonly<Partial<Record<FunctionPhase, Milliseconds>>>;
}

/** The stream was not the protocol's. The message says what came instead. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
}

/** Cuts a byte stream into frames. Copies no body: putting it together is for after the timed window. */
export class FrameParser {
  private header: Buffer = Buffer.alloc(0);
  private pieces: Buffer[] = [];
  private missing = 0;
  private kind: number | undefined;
  private length = 0;

  constructor(
    private readonly maximumBodyBytes: Bytes,
    private readonly onFrame: (frame: RawFrame) => void,
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
      if (piece.length > 0) this.pieces.push(piece);
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
    if (kind !== frameKinds.ready && kind !== frameKinds.answer && kind !== frameKinds.error) {
      throw new ProtocolError(`answered garbage: a frame of kind 0x${kind.toString(16).padStart(2, '0')}`);
    }
    if (length > this.maximumBodyBytes + answerHeadBytes) {
      throw new ProtocolError(
        `answered too much: ${length - answerHeadBytes} bytes, and at most ${this.maximumBodyBytes} are taken`,
      );
    }
    this.kind = kind;
    this.length = length;
    this.missing = length;
    this.header = Buffer.alloc(0);
  }

  private close(): void {
    const frame = { kind: this.kind ?? 0, length: this.length, pieces: this.pieces };
    this.kind = undefined;
    this.pieces = [];
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
  if (whole.length < answerHeadBytes)
    throw new ProtocolError(`answered ${whole.length} bytes, fewer than a head has`);
  const phases: Partial<Record<FunctionPhase, Milliseconds>> = {};
  functionPhases.forEach((phase, index) => {
    const nanoseconds = whole.readBigUInt64LE(4 + 8 * index);
    if (nanoseconds !== notEntered) phases[phase] = fromNanoseconds(nanoseconds);
  });
  return { head: { sequence: whole.readUInt32LE(0), phases }, body: whole.subarray(answerHeadBytes) };
}
