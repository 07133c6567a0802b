/** The function's side of docs/protocol.md: what it writes, and how it reads what Lumos writes. */
import { functionPhases, type FunctionPhase } from '../../../domain/factors.js';
import type { Milliseconds } from '../../../domain/units.js';
import { frameKinds } from '../../invoke/frames.js';

const headerBytes = 5;
const notEntered = 0xffff_ffff_ffff_ffffn;

export type PhaseTimes = Readonly<Partial<Record<FunctionPhase, Milliseconds>>>;

/** A frame of any kind, a valid one or not. `length` is what its header claims; by default the truth. */
export function encodeFrame(kind: number, body: Uint8Array, length = body.length): Buffer {
  const header = Buffer.alloc(headerBytes);
  header.writeUInt8(kind, 0);
  header.writeUInt32LE(length, 1);
  return Buffer.concat([header, body]);
}

export const encodeReady = (): Buffer => encodeFrame(frameKinds.ready, Buffer.from('LUMOS\u0002', 'latin1'));

/** An `answer` with a response, or an `error` with a message; `phases` that are absent were never entered. */
export function encodeAnswer(
  kind: 'answer' | 'error',
  sequence: number,
  phases: PhaseTimes,
  body: Uint8Array,
): Buffer {
  const head = Buffer.alloc(64, 0xff);
  head.writeUInt32LE(sequence, 0);
  functionPhases.forEach((phase, index) => {
    const time = phases[phase];
    head.writeBigUInt64LE(time === undefined ? notEntered : BigInt(Math.round(time * 1e6)), 4 + 8 * index);
  });
  return encodeFrame(frameKinds[kind], Buffer.concat([head, body]));
}

export interface ReceivedFrame {
  readonly kind: number;
  readonly body: Buffer;
}

const kindsOfLumos: readonly number[] = [frameKinds.invoke, frameKinds.configure, frameKinds.result];

/** Cuts what comes in on standard input into frames. */
export class FrameReader {
  private unread: Buffer = Buffer.alloc(0);

  /** The frames that `chunk` completes. Throws at one that Lumos never sends. */
  push(chunk: Buffer): ReceivedFrame[] {
    this.unread = Buffer.concat([this.unread, chunk]);
    const frames: ReceivedFrame[] = [];
    while (this.unread.length >= headerBytes) {
      const kind = this.unread.readUInt8(0);
      if (!kindsOfLumos.includes(kind)) throw new Error(`a function was sent a frame of kind ${kind}`);
      const end = headerBytes + this.unread.readUInt32LE(1);
      if (this.unread.length < end) break;
      frames.push({ kind, body: this.unread.subarray(headerBytes, end) });
      this.unread = this.unread.subarray(end);
    }
    return frames;
  }
}
