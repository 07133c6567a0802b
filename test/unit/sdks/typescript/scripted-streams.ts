/** Standard streams whose input is there from the beginning, and whose output is kept. */
import { serveStreams } from '../../../../sdks/typescript/src/node/serve-streams.js';
import type { Streams } from '../../../../sdks/typescript/src/node/streams.js';
import type { Handle } from '../../../../sdks/typescript/src/handle.js';
import type { OpenStore } from '../../../../sdks/typescript/src/instance.js';

export class ScriptedStreams implements Streams {
  readonly written: Buffer[] = [];
  private at = 0;

  /** @param most bytes that one read gives */
  constructor(
    private readonly input: Buffer,
    private readonly most = Infinity,
  ) {}

  read(buffer: Uint8Array): number {
    const count = Math.min(this.most, buffer.length, this.input.length - this.at);
    buffer.set(this.input.subarray(this.at, this.at + count));
    this.at += count;
    return count;
  }

  write(parts: readonly Uint8Array[]): void {
    this.written.push(Buffer.concat(parts));
  }

  /** How much of the input nobody has read. */
  get unread(): number {
    return this.input.length - this.at;
  }
}

export interface Served {
  /** Each frame as it was written. */
  readonly frames: readonly Buffer[];
  /** Why it ended early. */
  readonly broken: string | undefined;
}

const nowhere: OpenStore = () => Promise.reject(new Error('no store'));

/** Serves frames until their end. */
export async function served(
  handle: Handle,
  frames: readonly Buffer[],
  { most = Infinity, openStore = nowhere } = {},
): Promise<Served> {
  const streams = new ScriptedStreams(Buffer.concat(frames), most);
  let broken: string | undefined;
  try {
    await serveStreams(handle, openStore, streams);
  } catch (error) {
    broken = error instanceof Error ? error.message : String(error);
  }
  return { frames: streams.written, broken };
}

export function frame(kind: number, body: string | Buffer): Buffer {
  const bytes = Buffer.from(body);
  const header = Buffer.from([kind, 0, 0, 0, 0]);
  header.writeUInt32LE(bytes.length, 1);
  return Buffer.concat([header, bytes]);
}

/** What is behind the head of an answer or error. */
export const bodyOf = (reply: Buffer | undefined): string => reply?.subarray(5 + 64).toString() ?? '';

/** A head of the protocol, field by field; `undefined` for what was not measured. */
export function parseHead(head: Uint8Array): {
  readonly sequence: number;
  readonly phases: readonly (bigint | undefined)[];
  readonly counts: readonly (bigint | undefined)[];
} {
  const view = new DataView(head.buffer, head.byteOffset);
  const wide = (at: number): bigint | undefined => {
    const value = view.getBigUint64(at, true);
    return value === 2n ** 64n - 1n ? undefined : value;
  };
  const trips = view.getUint32(44, true);
  return {
    sequence: view.getUint32(0, true),
    phases: [4, 12, 20, 28, 36].map(wide),
    counts: [trips === 2 ** 32 - 1 ? undefined : BigInt(trips), wide(48), wide(56)],
  };
}
