import { describe, expect, it } from 'vitest';
import { AnswerReader, type HttpAnswer } from '../../../../src/control-plane/invoke/http-answer.js';
import { bytes } from '../../../../src/domain/units.js';
import { seededRandom } from '../../../../src/stats/random.js';

const read = (...pieces: string[]): { answers: HttpAnswer[]; wrong: string[] } => readTo(false, ...pieces);
const readTo = (toHead: boolean, ...pieces: string[]): { answers: HttpAnswer[]; wrong: string[] } => {
  const reader = new AnswerReader({ most: bytes(1000), toHead });
  const answers: HttpAnswer[] = [];
  const wrong: string[] = [];
  for (const piece of pieces) {
    const result = reader.read(Buffer.from(piece, 'latin1'));
    if ('wrong' in result) wrong.push(result.wrong);
    else if (result.answer !== undefined) answers.push(result.answer);
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
  'HTTP/1.1 204 Nothing\r\nContent-Length: 5\r\n\r\n',
  'HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n',
  'HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\n',
  'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi',
  'HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 200\r\nContent-Length: 0\r\n\r\n',
  'HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\nTrailer: X\r\n\r\n2;ext=1\r\nok\r\n0\r\nX: y\r\n\r\n',
  'HTTP/1.1 200 OK\r\nX: \u00c3\u00a9\tb\r\nContent-Length:\t2\t\r\n\r\nok',
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
    const reader = new AnswerReader({ most: bytes(1000) });
    expect(reader.read(Buffer.from('HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nall of it'))).toEqual({});
    const end = reader.end();
    expect('answer' in end && plain(end.answer)).toMatchObject({ body: 'all of it', keepsAlive: false });
  });

  it.each([
    ['in one piece', 200],
    ['in two', 47],
  ])('keeps nothing of the memory it was read from: %s', (_, cut) => {
    const reader = new AnswerReader({ most: bytes(1000) });
    const whole = Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfirst half');
    const shared = Buffer.alloc(200);
    const found: HttpAnswer[] = [];
    for (const piece of [whole.subarray(0, cut), whole.subarray(cut)].filter(({ length }) => length > 0)) {
      piece.copy(shared);
      const result = reader.read(shared.subarray(0, piece.length));
      if ('answer' in result) found.push(result.answer);
      shared.fill('x');
    }
    expect(found.map(({ body }) => body.toString())).toEqual(['first half']);
  });

  it('that was broken off is none', () => {
    const reader = new AnswerReader({ most: bytes(1000) });
    reader.read(Buffer.from(answers[0]?.slice(0, -1) ?? ''));
    expect(reader.end()).toEqual({});
  });
});

describe('an answer to HEAD', () => {
  it.each([
    'HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n',
    'HTTP/1.1 200 OK\r\n\r\n',
    'HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n',
  ])('has no body whatever its head says: %j', (text) => {
    for (const cut of [text.length, 10, text.length - 1]) {
      const { answers: found, wrong } = readTo(
        true,
        ...[text.slice(0, cut), text.slice(cut)].filter(Boolean),
      );
      expect(wrong).toEqual([]);
      expect(found.map(plain)).toMatchObject([{ status: 200, body: '', keepsAlive: true }]);
    }
  });

  it('that comes with a body is malformed', () => {
    expect(readTo(true, 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok').wrong).toEqual([
      'sent more than the response it announced: "ok"',
    ]);
  });
});

const ok = 'HTTP/1.1 200 OK\r\n';
const chunked = `${ok}Transfer-Encoding: chunked\r\n\r\n`;

describe('malformed framing is refused, in one piece and wherever it is cut', () => {
  it.each<[string, string, RegExp]>([
    [
      'two lengths',
      `${ok}Content-Length: 2\r\nContent-Length: 5\r\n\r\nok`,
      /2 Content-Length headers: "2, 5"/,
    ],
    [
      'two lengths that agree',
      `${ok}Content-Length: 2\r\ncontent-length: 2\r\n\r\nok`,
      /2 Content-Length headers/,
    ],
    ['a list of lengths', `${ok}Content-Length: 2, 2\r\n\r\nok`, /malformed Content-Length: "2, 2"/],
    ['a negative length', `${ok}Content-Length: -1\r\n\r\nok`, /malformed Content-Length: "-1"/],
    ['a length with a plus sign', `${ok}Content-Length: +2\r\n\r\nok`, /malformed Content-Length/],
    ['a hexadecimal length', `${ok}Content-Length: 0x2\r\n\r\nok`, /malformed Content-Length: "0x2"/],
    ['a length with an exponent', `${ok}Content-Length: 2e0\r\n\r\nok`, /malformed Content-Length/],
    ['a length with a point', `${ok}Content-Length: 2.0\r\n\r\nok`, /malformed Content-Length/],
    ['an empty length', `${ok}Content-Length: \r\n\r\n`, /malformed Content-Length: ""/],
    ['a length in words', `${ok}Content-Length: two\r\n\r\nok`, /malformed Content-Length/],
    ['a length beyond any number', `${ok}Content-Length: ${'9'.repeat(400)}\r\n\r\nok`, /answered too much/],
    [
      'a length and chunks',
      `${ok}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
      /both Content-Length and/,
    ],
    [
      'chunks and a length',
      `${ok}Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n`,
      /both Content-Length and/,
    ],
    [
      'more body than announced',
      `${ok}Content-Length: 1\r\n\r\nok`,
      /more than the response it announced: "k"/,
    ],
    ['three answers to one request', `${ok}Content-Length: 2\r\n\r\nok`.repeat(3), /more than the response/],
    [
      'bytes behind the last answer of a connection',
      `${ok}Connection: close\r\nContent-Length: 1\r\n\r\nok`,
      /more than the response/,
    ],
    ['bytes behind the last chunk', `${chunked}0\r\n\r\nX`, /more than the response/],
    ['a body where there is none', 'HTTP/1.1 204 No\r\n\r\nok', /more than the response/],
    [
      'a coding nobody asked for',
      `${ok}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`,
      /unknown Transfer-Encoding/,
    ],
    [
      'a coding that only looks like chunked',
      `${ok}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`,
      /unknown Transfer-Encoding/,
    ],
    ['chunks in HTTP/1.0', 'HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n', /HTTP\/1.0/],
    ['a chunk size in words', `${chunked}ZZ\r\nok\r\n0\r\n\r\n`, /malformed chunk size: "ZZ"/],
    ['a negative chunk size', `${chunked}-2\r\nok\r\n0\r\n\r\n`, /malformed chunk size/],
    ['a chunk size with a prefix', `${chunked}0x2\r\nok\r\n0\r\n\r\n`, /malformed chunk size/],
    ['no chunk size', `${chunked}\r\nok\r\n0\r\n\r\n`, /malformed chunk size: ""/],
    ['a chunk size beyond any body', `${chunked}FFFFFFFFFFFFFFFF\r\nok`, /answered too much/],
    ['a chunk without an end', `${chunked}2\r\nok0\r\n\r\n`, /longer than its size/],
    ['a chunk longer than its size', `${chunked}2\r\nokok\r\n0\r\n\r\n`, /longer than its size/],
    ['chunk lines without carriage returns', `${chunked}2\nok\n0\n\n`, /without a carriage return/],
    ['a malformed trailer', `${chunked}0\r\nno trailer\r\n\r\n`, /malformed trailer/],
    [
      'lines without carriage returns',
      'HTTP/1.1 200 OK\nContent-Length: 2\n\nok',
      /without a carriage return/,
    ],
    [
      'one line without a carriage return',
      `${ok}X: a\nContent-Length: 2\r\n\r\nok`,
      /malformed header|without a carriage return/,
    ],
    [
      'a carriage return within a value',
      `${ok}X: a\rb\r\nContent-Length: 2\r\n\r\nok`,
      /malformed header: "X: a\\x0db"/,
    ],
    [
      'a header that goes on in the next line',
      `${ok}X: a\r\n b\r\nContent-Length: 2\r\n\r\nok`,
      /malformed header: " b"/,
    ],
    ['NUL in a name', `${ok}X\0Y: a\r\nContent-Length: 2\r\n\r\nok`, /malformed header: "X\\x00Y: a"/],
    ['NUL in a value', `${ok}X: a\0\r\nContent-Length: 2\r\n\r\nok`, /malformed header/],
    ['an empty name', `${ok}: a\r\nContent-Length: 2\r\n\r\nok`, /malformed header/],
    ['a space before the colon', `${ok}Content-Length : 2\r\n\r\nok`, /malformed header/],
    ['a header without a colon', `${ok}abc\r\nContent-Length: 2\r\n\r\nok`, /malformed header/],
    ['a status of two digits', 'HTTP/1.1 20 OK\r\nContent-Length: 2\r\n\r\nok', /no HTTP\/1.x/],
    ['a status that is no number', 'HTTP/1.1 2xx OK\r\nContent-Length: 2\r\n\r\nok', /no HTTP\/1.x/],
    ['a status of four digits', 'HTTP/1.1 2000 OK\r\nContent-Length: 2\r\n\r\nok', /no HTTP\/1.x/],
    ['another version', 'HTTP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n', /no HTTP\/1.x/],
    ['no head at all', 'just text', /no HTTP\/1.x/],
    [
      'a switch to another protocol',
      'HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\nraw',
      /101/,
    ],
  ])('%s', (_, text, reason) => {
    expect(read(text).answers).toEqual([]);
    expect(read(text).wrong.join()).toMatch(reason);
    for (let cut = 1; cut < text.length; cut += 1) {
      const reader = new AnswerReader({ most: bytes(1000) });
      const results = [text.slice(0, cut), text.slice(cut)].map((piece) =>
        reader.read(Buffer.from(piece, 'latin1')),
      );
      // What came before the cut may be a whole answer: then the rest is what nobody asked for, which the connection refuses.
      const wasWhole = results.some((result, index) => index === 0 && 'answer' in result);
      expect(wasWhole || results.some((result) => 'wrong' in result)).toBe(true);
    }
  });

  it('a head without an end', () => {
    const flood = Array.from({ length: 700 }, () => `X-${'a'.repeat(50)}: ${'b'.repeat(50)}\r\n`);
    expect(read(ok, ...flood).wrong[0]).toBe('sent a head of more than 65536 bytes');
    expect(read(`${ok}X: `, ...flood.map(() => 'x'.repeat(100))).wrong[0]).toMatch(/more than 65536 bytes/);
    expect(read(chunked, '0\r\n', ...flood).wrong[0]).toMatch(/more than 65536 bytes/);
    expect(read(`${ok}${flood.join('')}\r\n`).wrong[0]).toMatch(/more than 65536 bytes/);
  });
});
