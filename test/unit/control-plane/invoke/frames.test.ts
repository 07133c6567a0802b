import { describe, expect, it } from 'vitest';
import {
  bodyOf,
  checkReady,
  decodeAnswer,
  encodeInvoke,
  FrameParser,
  ProtocolError,
  type RawFrame,
} from '../../../../src/control-plane/invoke/frames.js';
import {
  decodeHostRequest,
  encodeConfigure,
  encodeFailure,
  encodeInline,
  encodeResult,
} from '../../../../src/control-plane/invoke/storage-frames.js';
import { bytes } from '../../../../src/domain/units.js';
import { protocolVectors } from './vectors.js';

const vectors = protocolVectors();
function vector(start: string): Buffer {
  const found = [...vectors].find(([what]) => what.startsWith(start));
  if (found === undefined) throw new Error(`docs/protocol.md has no vector "${start}"`);
  return found[1];
}

function parse(chunks: readonly Buffer[], maximum = 1024): RawFrame[] {
  const frames: RawFrame[] = [];
  const parser = new FrameParser(bytes(maximum), (frame) => frames.push(frame));
  for (const chunk of chunks) parser.push(chunk);
  return frames;
}

const meaning = (frames: readonly RawFrame[]): unknown[] =>
  frames.map((frame) => [frame.kind, frame.length, bodyOf(frame).toString('hex')]);

function only(bytes: Buffer): RawFrame {
  const [frame, ...others] = parse([bytes]);
  if (frame === undefined || others.length > 0) throw new Error('not one frame');
  return frame;
}

describe('the vectors of docs/protocol.md', () => {
  it('are twelve', () => {
    expect(vectors.size).toBe(12);
  });

  it('are what Lumos writes', () => {
    expect(encodeInvoke(new Uint8Array())).toEqual(vector('invoke, empty payload'));
    expect(encodeInvoke(Buffer.from('hi'))).toEqual(vector('invoke, payload `hi`'));
  });

  it('are what Lumos reads', () => {
    expect(() => checkReady(only(vector('ready')))).not.toThrow();
    const answer = decodeAnswer(only(vector('answer')));
    expect(answer.head).toEqual({ sequence: 1, phases: { compute: 1 }, storage: {} });
    expect(answer.body.toString()).toBe('ok');
    const error = decodeAnswer(only(vector('error')));
    expect(error.head).toEqual({ sequence: 2, phases: {}, storage: {} });
    expect(error.body.toString()).toBe('bad');
  });

  it('hold what a function counted of its storage', () => {
    const { head, body } = decodeAnswer(only(vector('answer to the first invocation, fetch')));
    expect(head).toEqual({
      sequence: 1,
      phases: { fetch: 1, store: 2 },
      storage: { storageRoundTrips: 2, fetchedBytes: 5, storedBytes: 3 },
    });
    expect(body).toHaveLength(0);
  });

  it('are how a function is told of its storage and asks its host', () => {
    const files = { storage: 'file', access: 'direct', limit: '1048576', folder: '/data' };
    expect(encodeConfigure(files)).toEqual(vector('configure'));
    expect(decodeHostRequest(only(vector('get')))).toEqual({ does: 'get', key: 'input' });
    const put = decodeHostRequest(only(vector('put')));
    expect(put).toEqual({ does: 'put', key: 'output', object: Buffer.from('abc') });
    expect(encodeResult(Buffer.from('hello'))).toEqual(vector('result, done'));
    expect(encodeFailure('missing')).toEqual(vector('result, no such object'));
    expect(encodeInline({ input: Buffer.from('hi') }, Buffer.from('go'))).toEqual(vector('payload with'));
  });
});

describe('the parser', () => {
  const stream = Buffer.concat([vector('ready'), vector('answer'), vector('error')]);
  const whole = meaning(parse([stream]));

  it('finds every frame of a stream in one piece', () => {
    expect(whole.map((frame) => (frame as [number])[0])).toEqual([1, 3, 4]);
  });

  it('finds the same frames wherever the stream is cut in three', () => {
    for (let first = 0; first <= stream.length; first += 1) {
      for (let second = first; second <= stream.length; second += 1) {
        const chunks = [stream.subarray(0, first), stream.subarray(first, second), stream.subarray(second)];
        expect(meaning(parse(chunks))).toEqual(whole);
      }
    }
  });

  it.each([1, 2, 3, 5, 7, 64])('finds the same frames in chunks of %i bytes', (size) => {
    const chunks = Array.from({ length: Math.ceil(stream.length / size) }, (_, i) =>
      stream.subarray(i * size, (i + 1) * size),
    );
    expect(meaning(parse(chunks))).toEqual(whole);
  });

  it('gives a frame out with its last byte, not before and not later', () => {
    const answer = vector('answer');
    expect(parse([answer.subarray(0, -1)])).toEqual([]);
    expect(parse([answer.subarray(0, -1), answer.subarray(-1)])).toHaveLength(1);
  });

  it('copies no body', () => {
    const answer = vector('answer');
    expect(only(answer).pieces[0]?.buffer).toBe(answer.buffer);
  });

  it('takes a frame without a body', () => {
    expect(meaning(parse([Buffer.from('0300000000', 'hex'), Buffer.from('0400000000', 'hex')]))).toEqual([
      [3, 0, ''],
      [4, 0, ''],
    ]);
  });

  it.each([0x00, 0x02, 0x05, 0x48, 0xff])('refuses a frame of kind %i as garbage', (kind) => {
    const hex = kind.toString(16).padStart(2, '0');
    expect(() => parse([Buffer.from(`${hex}00000000`, 'hex')])).toThrow(
      new ProtocolError(`answered garbage: a frame of kind 0x${hex}`),
    );
  });

  it('refuses a response above the limit by its header, before its bytes come', () => {
    const header = Buffer.from('0300000000', 'hex');
    header.writeUInt32LE(64 + 17, 1);
    expect(() => parse([header], 16)).toThrow('answered too much: 17 bytes, and at most 16 are taken');
    header.writeUInt32LE(64 + 16, 1);
    expect(parse([header], 16)).toEqual([]);
  });
});

describe('an answer', () => {
  it('shorter than its head is refused', () => {
    expect(() => decodeAnswer({ kind: 3, length: 63, pieces: [Buffer.alloc(63)] })).toThrow(
      'answered 63 bytes, fewer than a head has',
    );
  });

  it('of 64 bytes is a head and an empty response', () => {
    const { head, body } = decodeAnswer({
      kind: 3,
      length: 64,
      pieces: [Buffer.alloc(20), Buffer.alloc(44)],
    });
    expect(head.phases).toEqual({ deserialize: 0, fetch: 0, compute: 0, store: 0, serialize: 0 });
    expect(body).toHaveLength(0);
  });
});

describe('ready', () => {
  it('must come before an answer', () => {
    expect(() => checkReady(only(vector('answer')))).toThrow('answered before it said that it was ready');
  });

  it('of another version is refused', () => {
    const next = Buffer.from(vector('ready'));
    next[next.length - 1] = 1;
    expect(() => checkReady(only(next))).toThrow('speaks another protocol, or another version of it');
  });
});
