import { describe, expect, it } from 'vitest';
import { AnswerReader, type HttpAnswer } from '../../../../src/control-plane/invoke/http-answer.js';
import { bytes } from '../../../../src/domain/units.js';
import { seededRandom } from '../../../../src/stats/random.js';

const read = (...pieces: string[]): { answers: HttpAnswer[]; wrong: string[] } => {
  const reader = new AnswerReader(bytes(1000));
  const answers: HttpAnswer[] = [];
  const wrong: string[] = [];
  for (const piece of pieces) {
    const result = reader.read(Buffer.from(piece, 'latin1'));
    if ('wrong' in result) wrong.push(result.wrong);
    else answers.push(...result.answers);
  }
  return { answers, wrong };
};
const plain = (answer: HttpAnswer | undefined) => ({
  status: answer?.status,
  body: answer?.body.toString('latin1'),
  keepsAlive: answer?.keepsAlive,
  lumos: answer?.header('lumos-head'),
  length: answer?.header('content-length'),
});

const answers = [
  'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nLumos-Head:  abc \r\n\r\nhello',
  'HTTP/1.1 200 OK\r\nlumos-head: abc\r\ncontent-length: 0\r\n\r\n',
  'HTTP/1.1 500 No\r\nCONTENT-LENGTH: 2\r\nX: content-length: 9\r\n\r\nno',
  'HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: close\r\n\r\nbye',
  'HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: keep-alive\r\n\r\nyes',
  'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n',
  'HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nhi',
  'HTTP/1.1 204 Nothing\r\nX: y\r\n\r\n',
  `HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n\r\n\r\n`,
];

describe('an answer', () => {
  it.each(answers)('is the same in one piece and wherever it is cut: %j', (text) => {
    const whole = read(text);
    expect(whole.wrong).toEqual([]);
    expect(whole.answers).toHaveLength(1);
    for (let cut = 1; cut < text.length; cut += 1) {
      const parts = read(text.slice(0, cut), text.slice(cut));
      expect(parts.wrong).toEqual([]);
      expect(parts.answers.map(plain)).toEqual(whole.answers.map(plain));
    }
  });

  it('is read one after another on a connection, in pieces of any length', () => {
    const kept = answers.filter((text) => plain(read(text).answers[0]).keepsAlive === true);
    const random = seededRandom(5);
    for (let round = 0; round < 50; round += 1) {
      const order = Array.from({ length: 8 }, () => kept[random.below(kept.length)] ?? '');
      const text = order.join('');
      const pieces: string[] = [];
      // Never two answers' bytes in one piece: a client that waits for each never sees that.
      for (const one of order) {
        const cut = random.below(one.length);
        pieces.push(one.slice(0, cut), one.slice(cut));
      }
      const { answers: found, wrong } = read(...pieces.filter((piece) => piece !== ''));
      expect(wrong).toEqual([]);
      expect(pieces.join('')).toBe(text);
      expect(found.map(plain)).toEqual(order.map((one) => plain(read(one).answers[0])));
    }
  });

  it('may be another than HTTP, or too long: whichever way it came', () => {
    expect(read('SSH-2.0-x\r\n').wrong[0]).toMatch(/^is no HTTP/);
    const long = 'HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n';
    const why = 'answered too much: 1001 bytes, and at most 1000 are taken';
    expect(read(long).wrong).toEqual([why]);
    expect(read(`${long}${'x'.repeat(1001)}`).wrong).toEqual([why]);
  });

  it('without a length ends with the connection', () => {
    const reader = new AnswerReader(bytes(1000));
    expect(reader.read(Buffer.from('HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nall of it'))).toEqual({
      answers: [],
    });
    const end = reader.end();
    expect('answers' in end && end.answers.map(plain)).toMatchObject([
      { body: 'all of it', keepsAlive: false },
    ]);
  });

  it.each([
    ['in one piece', 200],
    ['in two', 47],
  ])('keeps nothing of the memory it was read from: %s', (_, cut) => {
    const reader = new AnswerReader(bytes(1000));
    const whole = Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfirst half');
    const shared = Buffer.alloc(200);
    const found: HttpAnswer[] = [];
    for (const piece of [whole.subarray(0, cut), whole.subarray(cut)].filter(({ length }) => length > 0)) {
      piece.copy(shared);
      const result = reader.read(shared.subarray(0, piece.length));
      if ('answers' in result) found.push(...result.answers);
      shared.fill('x');
    }
    expect(found.map(({ body }) => body.toString())).toEqual(['first half']);
  });

  it('that was broken off is none', () => {
    const reader = new AnswerReader(bytes(1000));
    reader.read(Buffer.from(answers[0]?.slice(0, -1) ?? ''));
    expect(reader.end()).toEqual({ answers: [] });
  });
});
