import { describe, expect, it } from 'vitest';
import { bodyOf, ProtocolError, type RawFrame } from '../../../../src/control-plane/invoke/frames.js';
import {
  decodeHostRequest,
  decodeInline,
  encodeConfigure,
  encodeFailure,
  encodeInline,
} from '../../../../src/control-plane/invoke/storage-frames.js';

const frame = (kind: number, ...pieces: Buffer[]): RawFrame => ({
  kind,
  length: pieces.reduce((sum, piece) => sum + piece.length, 0),
  pieces,
});

describe('a request to the host', () => {
  it('is read from a body in several pieces', () => {
    const request = decodeHostRequest(frame(7, Buffer.from([1]), Buffer.from([0, 0x61]), Buffer.from('xyz')));
    expect(request).toEqual({ does: 'put', key: 'a', object: Buffer.from('xyz') });
  });

  it('may put an empty object', () => {
    expect(decodeHostRequest(frame(7, Buffer.from([1, 0, 0x61])))).toMatchObject({
      key: 'a',
      object: Buffer.alloc(0),
    });
  });

  it.each([
    ['without a key', Buffer.from([5]), 'asked its host to put something without a key'],
    ['with half a key', Buffer.from([5, 0, 0x61]), 'asked its host to put something with half a key'],
    ['with a key that is not UTF-8', Buffer.from([1, 0, 0xff]), 'asked its host for a key that is not UTF-8'],
  ])('%s is a breach of the protocol', (_what, body, message) => {
    expect(() => decodeHostRequest(frame(7, body))).toThrow(new ProtocolError(message));
  });
});

describe('a configuration', () => {
  it('holds no value with a line feed, which would smuggle in another', () => {
    expect(() => encodeConfigure({ prefix: 'a\nurl=redis://elsewhere' })).toThrow(RangeError);
  });
});

describe('a failure', () => {
  it('has the status of the protocol', () => {
    const status = (failure: Parameters<typeof encodeFailure>[0]): number =>
      encodeFailure(failure).readUInt8(5);
    expect(
      (['missing', 'denied', 'too-large', 'unreachable', 'not-allowed', 'failed'] as const).map(status),
    ).toEqual([1, 2, 3, 4, 5, 6]);
  });
});

describe('objects inline', () => {
  const objects = { input: Buffer.from([0, 1, 2]), 'b.2': Buffer.alloc(0) };
  const whole = encodeInline(objects, Buffer.from('rest'));

  it('come back as they were, with what follows them', () => {
    const decoded = decodeInline(whole);
    expect(Object.fromEntries(decoded.objects)).toEqual(objects);
    expect(decoded.rest.toString()).toBe('rest');
  });

  it('that end too early are a breach of the protocol wherever they end', () => {
    for (let end = 0; end < whole.length - 'rest'.length; end += 1) {
      expect(() => decodeInline(whole.subarray(0, end))).toThrow(ProtocolError);
    }
  });

  it('under a key that is no key are a breach of the protocol', () => {
    expect(() => decodeInline(encodeInline({ '../x': Buffer.alloc(1) }, Buffer.alloc(0)))).toThrow(
      'answered with an object under no proper key',
    );
  });

  it('are counted by four bytes and bodies are kept in one piece', () => {
    expect(bodyOf(frame(2, whole.subarray(0, 4), whole.subarray(4))).readUInt32LE(0)).toBe(2);
  });
});
