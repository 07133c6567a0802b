/** The SDK's frames against the table of docs/protocol.md, and the loop that takes and gives them. */
import { describe, expect, it } from 'vitest';
import type { Handle } from '../../../../sdks/typescript/src/handle.js';
import { getFrame, putFrame, readyFrame, replyHeader } from '../../../../sdks/typescript/src/node/frames.js';
import { unwritten } from '../../../../sdks/typescript/src/node/streams.js';
import { decode, encode } from '../../../../sdks/typescript/src/text.js';
import { protocolVectors } from '../../control-plane/invoke/vectors.js';
import { bodyOf, frame, parseHead, served } from './scripted-streams.js';

const vectors = protocolVectors();
function vector(name: string): Buffer {
  const found = [...vectors].find(([what]) => what.startsWith(name));
  if (found === undefined) throw new Error(`no test vector ${name}`);
  return found[1];
}

const shout: Handle = (context, payload) => {
  const text = context.deserialize(() => decode(payload));
  const loud = context.compute(() => text.toUpperCase());
  return context.serialize(() => encode(loud));
};

const configured = (storage: string): Buffer => frame(0x05, `storage=${storage}\nlimit=100\n`);
const host = frame(0x05, 'storage=redis\naccess=host\nlimit=100\n');

describe('frames', () => {
  it('are the bytes of the test vectors', () => {
    const compute = replyHeader(true, { sequence: 1, nanoseconds: { compute: 1e6 }, counts: undefined }, 2);
    const counts = { roundTrips: 2, fetched: 5, stored: 3 };
    const stored = replyHeader(true, { sequence: 1, nanoseconds: { fetch: 1e6, store: 2e6 }, counts }, 0);
    const error = replyHeader(false, { sequence: 2, nanoseconds: {}, counts: undefined }, 3);
    expect(Buffer.from(readyFrame)).toEqual(vector('ready'));
    expect(Buffer.concat([compute, encode('ok')])).toEqual(vector('answer to the first invocation, compute'));
    expect(Buffer.from(stored)).toEqual(vector('answer to the first invocation, fetch'));
    expect(Buffer.concat([error, encode('bad')])).toEqual(vector('error on the second'));
    expect(Buffer.concat(getFrame('input'))).toEqual(vector('get'));
    expect(Buffer.concat(putFrame('output', encode('abc')))).toEqual(vector('put'));
  });

  it('are written to their end, whatever one write takes', () => {
    const parts = [encode('abc'), encode(''), encode('defg')];
    const after = (written: number): string => Buffer.concat(unwritten(parts, written)).toString();
    expect([0, 2, 3, 5, 7].map(after)).toEqual(['abcdefg', 'cdefg', 'defg', 'fg', '']);
  });
});

describe('serveStreams', () => {
  it.each([1, 7, Infinity])('answers one invocation after another, read %d bytes at once', async (most) => {
    const input = [vector('invoke, payload'), vector('invoke, empty'), frame(0x02, 'x'.repeat(100_000))];
    const { frames, broken } = await served(shout, input, { most });
    expect(broken).toBeUndefined();
    expect(frames[0]).toEqual(vector('ready'));
    expect(frames.slice(1).map(bodyOf)).toEqual(['HI', '', 'X'.repeat(100_000)]);
    const heads = frames.slice(1).map((reply) => parseHead(reply.subarray(5, 69)));
    expect(heads.map(({ sequence }) => sequence)).toEqual([1, 2, 3]);
    const [deserialize, fetch, compute, store, serialize] = heads[0]?.phases ?? [];
    expect([fetch, store]).toEqual([undefined, undefined]);
    for (const entered of [deserialize, compute, serialize]) expect(entered).toBeTypeOf('bigint');
    expect(heads[0]?.counts).toEqual([undefined, undefined, undefined]);
  });

  it('answers what the function throws or rejects with as an error, and lives on', async () => {
    const handle: Handle = (_, payload) => {
      if (payload.length === 0) throw new Error('bad');
      return Promise.reject(new Error('worse'));
    };
    const { frames, broken } = await served(handle, [frame(0x02, ''), frame(0x02, 'x'), frame(0x02, '')]);
    expect(frames.slice(1).map((reply) => [reply[0], bodyOf(reply)])).toEqual([
      [4, 'bad'],
      [4, 'worse'],
      [4, 'bad'],
    ]);
    expect(broken).toBeUndefined();
  });

  it.each([
    ['an unknown kind', frame(0x09, ''), 'unknown kind of frame: 0x09'],
    ['a result nobody asked for', frame(0x08, '\0'), 'a frame of kind 0x08 out of order'],
    ['an end within a header', Buffer.from('0200', 'hex'), 'input ended within a frame, 3 bytes early'],
    [
      'an end within a body',
      frame(0x02, 'hello').subarray(0, 7),
      'input ended within a frame, 3 bytes early',
    ],
    [
      'a length above the limit',
      Buffer.from('0201000040', 'hex'),
      'a frame of 1073741825 bytes is above the limit of 1 GiB',
    ],
    [
      'a configuration without a storage',
      frame(0x05, 'limit=1\n'),
      'the configuration of the storage: it has no storage',
    ],
  ])('ends at %s', async (_, input, why) => {
    const { frames, broken } = await served(shout, [vector('invoke, payload'), input]);
    expect(broken).toBe(why);
    expect(frames).toHaveLength(2);
  });
});

describe('objects', () => {
  const copy: Handle = async (context, payload) => {
    const object = await context.get('input');
    await context.put('output', encode(`${decode(object)}!`));
    await context.put('output', encode(`${decode(object)}!!`));
    return payload;
  };

  it('come inline before the payload and go before the response', async () => {
    const { frames } = await served(copy, [configured('inline'), frame(0x02, vector('payload with object'))]);
    const [, answer] = frames;
    expect(answer?.subarray(69).toString('latin1')).toBe('\x01\0\0\0\x06\0output\x04\0\0\0hi!!go');
    const { phases, counts } = parseHead(answer?.subarray(5, 69) ?? Buffer.alloc(64));
    expect(counts).toEqual([0n, 2n, 7n]);
    expect(phases.map((phase) => phase !== undefined)).toEqual([false, true, false, true, false]);
  });

  it.each(['', '01000000', '010000000500696e', 'ffffffff'])(
    'that are not whole are refused: %s',
    async (hex) => {
      const { frames } = await served(copy, [configured('inline'), frame(0x02, Buffer.from(hex, 'hex'))]);
      expect(frames[1]?.[0]).toBe(4);
      expect(bodyOf(frames[1])).toBe('storage: the payload does not begin with whole objects');
    },
  );

  it('are asked of the host, each in a round trip', async () => {
    const done = frame(0x08, '\0');
    const input = [host, frame(0x02, 'go'), vector('result, done'), done, done];
    const { frames, broken } = await served(copy, input);
    expect(broken).toBeUndefined();
    expect(frames[1]).toEqual(vector('get'));
    expect(frames[2]?.subarray(5).toString()).toBe('\x06\0outputhello!');
    expect(bodyOf(frames[4])).toBe('go');
    expect(parseHead(frames[4]?.subarray(5, 69) ?? Buffer.alloc(64)).counts).toEqual([3n, 5n, 13n]);
  });

  it.each([
    [1, 'storage: there is no object "input"'],
    [2, 'storage: the service refuses the credentials'],
    [3, 'storage: object "input" is larger than the limit of 100 bytes'],
    [4, 'storage: the service cannot be reached'],
    [5, 'storage: key "input" is not allowed'],
    [6, 'storage: the service answered with an error'],
  ])('that the host answers with status %d are the error of the protocol', async (status, message) => {
    const { frames } = await served(copy, [host, frame(0x02, ''), frame(0x08, Buffer.from([status]))]);
    expect(frames[2]?.[0]).toBe(4);
    expect(bodyOf(frames[2])).toBe(message);
  });

  it.each([
    ['has no status', frame(0x08, ''), 'a result of the host: it has no status'],
    ['has another status', frame(0x08, '\x07'), "a result of the host: its status is none of the protocol's"],
    ['fails with an object', frame(0x08, '\x01x'), 'a result of the host: an object follows a failure'],
    ['is an invocation', frame(0x02, ''), 'a frame of kind 0x02 out of order'],
    ['ends early', frame(0x08, '\0hello').subarray(0, 8), 'input ended within a frame, 3 bytes early'],
    ['never comes', Buffer.alloc(0), 'input ended within a frame, 5 bytes early'],
  ])('end the instance without an answer where the result %s', async (_, input, why) => {
    const stubborn: Handle = async (context) => await context.get('input').catch(() => encode('no matter'));
    const { frames, broken } = await served(stubborn, [host, frame(0x02, ''), input]);
    expect(broken).toBe(why);
    expect(frames.map((one) => one[0])).toEqual([1, 6]);
  });

  it.each(['', '.', '../a', 'a/b', '-a', 'A', 'a b', 'a\n', 'é', 'k'.repeat(201)])(
    'under the key %j are not asked for',
    async (key) => {
      const handle: Handle = async (context) => await context.get(key);
      const { frames, broken } = await served(handle, [host, frame(0x02, '')]);
      expect(broken).toBeUndefined();
      expect(bodyOf(frames[1])).toBe(`storage: key "${key}" is not allowed`);
    },
  );

  it('above the limit are not sent to the host', async () => {
    const handle: Handle = async (context, payload) => {
      await context.put('output', new Uint8Array(101));
      return payload;
    };
    const { frames } = await served(handle, [host, frame(0x02, '')]);
    expect(bodyOf(frames[1])).toBe('storage: object "output" is larger than the limit of 100 bytes');
  });

  it('of a function that was not configured are refused', async () => {
    const { frames } = await served(copy, [frame(0x02, '')]);
    expect(bodyOf(frames[1])).toBe('storage: the function was not configured with a storage');
  });
});
