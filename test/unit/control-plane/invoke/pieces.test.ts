import { describe, expect, it } from 'vitest';
import { AnswerReader } from '../../../../src/control-plane/invoke/http-answer.js';
import { FrameParser, frameKinds, type RawFrame } from '../../../../src/control-plane/invoke/frames.js';
import { Pieces } from '../../../../src/control-plane/invoke/pieces.js';
import { LineSplitter, TailBuffer } from '../../../../src/control-plane/process/command-output.js';
import { bytes } from '../../../../src/domain/units.js';
import { seededRandom } from '../../../../src/stats/random.js';

describe('bytes in pieces', () => {
  it.each([false, true])('are the same bytes in whatever sizes they come (shared memory: %s)', (isShared) => {
    const random = seededRandom(3);
    const pieces = new Pieces(isShared);
    const whole: Buffer[] = [];
    const shared = Buffer.alloc(20_000);
    for (let i = 0; i < 300; i += 1) {
      const length = random.below(i % 10 === 0 ? 20_000 : 50);
      for (let at = 0; at < length; at += 1) shared[at] = random.below(256);
      const piece = isShared ? shared.subarray(0, length) : Buffer.from(shared.subarray(0, length));
      whole.push(Buffer.from(piece));
      pieces.add(piece);
    }
    expect(Buffer.concat(pieces.list()).equals(Buffer.concat(whole))).toBe(true);
    expect(pieces.length).toBe(Buffer.concat(whole).length);
  });

  it('of one byte each take few objects', () => {
    const pieces = new Pieces(true);
    for (let i = 0; i < 1_000_000; i += 1) pieces.add(Buffer.of(i & 0xff));
    expect(pieces.list().length).toBeLessThan(40);
    const held = pieces.list().reduce((sum, { buffer }) => sum + buffer.byteLength, 0);
    expect(held).toBeLessThan(2_200_000);
  });
});

describe('a response of one byte at a time', () => {
  it('over HTTP in chunks is read whole, and refused beyond the limit', () => {
    const reader = (most: number): AnswerReader => {
      const made = new AnswerReader({ most: bytes(most) });
      made.read(Buffer.from('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n'));
      return made;
    };
    const many = Buffer.from('1\r\nx\r\n'.repeat(10_000));
    const whole = reader(10_000);
    expect(whole.read(many)).toEqual({});
    const end = whole.read(Buffer.from('0\r\n\r\n'));
    expect('answer' in end && end.answer.body.toString()).toBe('x'.repeat(10_000));
    expect(reader(9_999).read(many)).toEqual({
      wrong: 'answered too much: 10000 bytes, and at most 9999 are taken',
    });
  });

  it('in a frame is read whole, in few pieces', () => {
    const frames: RawFrame[] = [];
    const parser = new FrameParser(bytes(100_000), (frame) => frames.push(frame));
    const header = Buffer.alloc(5);
    header.writeUInt8(frameKinds.answer, 0);
    header.writeUInt32LE(100_000, 1);
    for (const byte of header) parser.push(Buffer.of(byte));
    for (let i = 0; i < 100_000; i += 1) parser.push(Buffer.of(i & 0xff));
    expect(frames).toHaveLength(1);
    expect(frames[0]?.pieces.length).toBeLessThan(40);
    expect(Buffer.concat(frames[0]?.pieces ?? []).readUInt8(99_999)).toBe(99_999 & 0xff);
  });
});

describe('a response that never comes to its body', () => {
  const chunked = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n';
  it.each([
    ['an endless head', 'HTTP/1.1 200 OK\r\n', 'X-Y: zzzzzzzzzzzzzzzzzzzz\r\n'],
    ['an endless header', 'HTTP/1.1 200 OK\r\nX: ', 'zzzzzzzzzzzzzzzzzzzz'],
    ['an endless chunk size', `${chunked}1;`, 'zzzzzzzzzzzzzzzzzzzz'],
    ['endless trailers', `${chunked}1\r\nx\r\n0\r\n`, 'X-Y: zzzzzzzzzzzzzzzzzzzz\r\n'],
  ])('is refused: %s', (_, begin, more) => {
    const reader = new AnswerReader({ most: bytes(64 * 2 ** 20) });
    const piece = Buffer.from(more.repeat(500));
    let wrong: string | undefined;
    let fed = 0;
    reader.read(Buffer.from(begin));
    while (wrong === undefined && fed < 2 ** 20) {
      const result = reader.read(piece);
      if ('wrong' in result) wrong = result.wrong;
      fed += piece.length;
    }
    expect(wrong).toMatch(/answered too much|sent a head of more than \d+ bytes/);
  });
});

describe('what a command writes', () => {
  it('in pieces of one byte is kept to its limit, in few objects', () => {
    const tail = new TailBuffer(bytes(10_000));
    for (let i = 0; i < 50_000; i += 1) tail.push(Buffer.of(0x61 + (i % 26)));
    expect(tail.overflowed).toBe(true);
    const text = tail.text();
    expect(text).toHaveLength(10_000);
    expect(text.at(-1)).toBe(String.fromCharCode(0x61 + (49_999 % 26)));
  });

  it('without the end of a line is given out in pieces', () => {
    const lines: string[] = [];
    const splitter = new LineSplitter((line) => lines.push(line));
    for (let i = 0; i < 100; i += 1) splitter.push(Buffer.alloc(4096, 'x'));
    splitter.end();
    expect(lines.length).toBeGreaterThan(3);
    expect(lines.join('')).toHaveLength(409_600);
  });
});
