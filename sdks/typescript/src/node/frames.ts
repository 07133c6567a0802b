/** The bytes of `docs/protocol.md` that stand around a body. */
import { headBytes, writeHead, type Head } from '../head.js';

/** Bytes of a frame before its body: its kind and its length. */
export const headerBytes = 5;

/** The longest body a frame may have, in bytes. */
export const largestBody = 2 ** 30;

export const kinds = {
  invoke: 0x02,
  answer: 0x03,
  error: 0x04,
  configure: 0x05,
  get: 0x06,
  put: 0x07,
  result: 0x08,
} as const;

/** The frame a function writes before it reads anything: `LUMOS` and the protocol's version. */
export const readyFrame: Uint8Array = Buffer.from('\x01\x06\0\0\0LUMOS\x02', 'latin1');

/** What stands before the response in an answer, or before the message in an error. */
export function replyHeader(ok: boolean, head: Head, bodyBytes: number): Uint8Array {
  const header = frameHeader(ok ? kinds.answer : kinds.error, headBytes + bodyBytes, headBytes);
  writeHead(new DataView(header.buffer), headerBytes, head);
  return header;
}

/** How the function asks its host for an object. */
export function getFrame(key: string): Uint8Array[] {
  const name = Buffer.from(key);
  return [frameHeader(kinds.get, name.length), name];
}

/** How the function has its host store an object. */
export function putFrame(key: string, object: Uint8Array): Uint8Array[] {
  const name = Buffer.from(key);
  const header = frameHeader(kinds.put, 2 + name.length + object.length, 2);
  new DataView(header.buffer).setUint16(headerBytes, name.length, true);
  return [header, name, object];
}

/** A frame's kind and length, with room for `more` bytes of its body. */
function frameHeader(kind: number, bodyBytes: number, more = 0): Uint8Array {
  const header = new Uint8Array(headerBytes + more);
  header[0] = kind;
  new DataView(header.buffer).setUint32(1, bodyBytes, true);
  return header;
}
