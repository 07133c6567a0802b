/** What docs/protocol.md says of storage: how a function is told where its objects are, and how it asks its host. */
import type { StoredObjects } from '../../domain/function-manifest.js';
import { objectKeyPattern, type StorageFailure } from '../../domain/object-store.js';
import { bodyOf, encodeFrame, frameKinds, ProtocolError, type RawFrame } from './frames.js';

/** The lines of a `configure` frame; docs/protocol.md says what each means. May hold credentials. */
export type Configuration = Readonly<Partial<Record<ConfigurationName, string>>>;
export type ConfigurationName =
  'storage' | 'access' | 'connection' | 'limit' | 'folder' | 'url' | 'region' | 'prefix';

/** @throws RangeError for a value with a line feed, which would be taken for the next line */
export function encodeConfigure(configuration: Configuration): Buffer {
  const lines = Object.entries(configuration).map(([name, value]) => {
    if (value.includes('\n')) throw new RangeError(`the value of "${name}" holds a line feed`);
    return `${name}=${value}\n`;
  });
  return encodeFrame(frameKinds.configure, Buffer.from(lines.join('')));
}

/** The body of a whole frame: what goes into a header where there are no frames. */
export const frameBody = (frame: Buffer): Buffer => frame.subarray(frameHeaderBytes);

const frameHeaderBytes = 5;

/** What a function asks of its host. The object of a `put` is still in the pieces of its frame. */
export type HostRequest =
  | { readonly does: 'get'; readonly key: string }
  | { readonly does: 'put'; readonly key: string; readonly object: Buffer };

const keyLengthBytes = 2;
const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Whether a frame asks the host for something. */
export const isHostRequest = (frame: RawFrame): boolean =>
  frame.kind === frameKinds.get || frame.kind === frameKinds.put;

/**
 * The request in a frame for which `isHostRequest` holds. A key that is none of docs/protocol.md is handed on as it is,
 * for the host to refuse. @throws ProtocolError for a frame too short, or a key that is not UTF-8
 */
export function decodeHostRequest(frame: RawFrame): HostRequest {
  const body = bodyOf(frame);
  if (frame.kind === frameKinds.get) return { does: 'get', key: text(body) };
  if (body.length < keyLengthBytes) throw new ProtocolError('asked its host to put something without a key');
  const end = keyLengthBytes + body.readUInt16LE(0);
  if (body.length < end) throw new ProtocolError('asked its host to put something with half a key');
  return { does: 'put', key: text(body.subarray(keyLengthBytes, end)), object: body.subarray(end) };
}

function text(bytes: Buffer): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw new ProtocolError('asked its host for a key that is not UTF-8');
  }
}

const statuses: Readonly<Record<StorageFailure, number>> = {
  missing: 1,
  denied: 2,
  'too-large': 3,
  unreachable: 4,
  'not-allowed': 5,
  failed: 6,
};
const done = Uint8Array.of(0);

export const encodeResult = (object: Uint8Array = new Uint8Array()): Buffer =>
  encodeFrame(frameKinds.result, done, object);

export const encodeFailure = (failure: StorageFailure): Buffer =>
  encodeFrame(frameKinds.result, Uint8Array.of(statuses[failure]));

/** Objects that travel in a payload or response, before what the function itself takes or gives. */
export function encodeInline(objects: StoredObjects, rest: Uint8Array): Buffer {
  const parts: Uint8Array[] = [uint32(Object.keys(objects).length)];
  for (const [key, object] of Object.entries(objects)) {
    const name = Buffer.from(key);
    parts.push(uint16(name.length), name, uint32(object.length), object);
  }
  return Buffer.concat([...parts, rest]);
}

/** The objects of a response and what follows them. @throws ProtocolError where the bytes are no such thing */
export function decodeInline(bytes: Buffer): { objects: Map<string, Buffer>; rest: Buffer } {
  let at = 0;
  const take = (count: number): Buffer => {
    if (bytes.length - at < count) throw new ProtocolError('answered with half of its objects');
    at += count;
    return bytes.subarray(at - count, at);
  };
  const objects = new Map<string, Buffer>();
  for (let left = take(4).readUInt32LE(0); left > 0; left -= 1) {
    const key = text(take(take(2).readUInt16LE(0)));
    if (!objectKeyPattern.test(key)) throw new ProtocolError('answered with an object under no proper key');
    objects.set(key, take(take(4).readUInt32LE(0)));
  }
  return { objects, rest: bytes.subarray(at) };
}

function uint16(value: number): Buffer {
  const buffer = Buffer.allocUnsafe(2);
  buffer.writeUInt16LE(value);
  return buffer;
}

function uint32(value: number): Buffer {
  const buffer = Buffer.allocUnsafe(4);
  buffer.writeUInt32LE(value);
  return buffer;
}
