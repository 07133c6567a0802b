/** The load on real servers on the loopback, well behaved and not. */
import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { monotonicClock } from '../../../../src/data-plane/probes/monotonic-clock.js';
import { bytes, milliseconds as ms } from '../../../../src/domain/units.js';
import { runClosedLoop } from '../../../../src/experiment/load/closed-loop.js';
import type { LevelResult } from '../../../../src/experiment/load/level.js';
import { runOpenLoop } from '../../../../src/experiment/load/open-loop.js';
import { findEndpoint } from '../../../../src/experiment/load/url-endpoint.js';
import {
  encodeUrlRequest,
  type EncodedRequest,
  type UrlRequest,
} from '../../../../src/experiment/load/url-request.js';
import { UrlTarget } from '../../../../src/experiment/load/url-target.js';

let servers: Server[] = [];
let targets: UrlTarget[] = [];
let sockets: Socket[] = [];
afterEach(async () => {
  for (const target of targets) target.close();
  for (const socket of sockets) socket.destroy();
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  [servers, targets, sockets] = [[], [], []];
});

type Script = (socket: Socket, request: string, nth: number) => void;

const ok = (body = 'fine'): string => `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`;

async function serve(script: Script): Promise<{ url: string; connections: () => number }> {
  let nth = 0;
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => script(socket, chunk.toString('latin1'), (nth += 1)));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return { url: `http://127.0.0.1:${port}/path?x=1`, connections: () => sockets.length };
}

async function targetAt(
  url: string,
  expected?: string,
  request: UrlRequest = { method: 'GET', headers: [['X-Mine', 'yes']] },
): Promise<UrlTarget> {
  const endpoint = await findEndpoint(url, []);
  const target = new UrlTarget(endpoint, {
    ...{ clock: monotonicClock, maximumResponseBytes: bytes(1000) },
    request: encodeUrlRequest(endpoint, request),
    ...(expected === undefined ? {} : { expected: Buffer.from(expected) }),
  });
  targets.push(target);
  return target;
}

const clients = (target: UrlTarget, count: number, each = 1): Promise<LevelResult> =>
  runClosedLoop({ kind: 'closed', clients: count }, target, {
    ...{ clock: monotonicClock, warmUpMs: ms(0), timeoutMs: ms(150) },
    ...{ stop: { timeMs: ms(5000), count: count * each }, pauseAfterFailureMs: ms(0) },
  });

describe('a server', () => {
  it('is asked on as many kept connections as there are clients, with the request as it was given', async () => {
    const seen: string[] = [];
    const { url, connections } = await serve((socket, request) => {
      seen.push(request);
      socket.write(ok());
    });
    const result = await clients(await targetAt(url, 'fine'), 3, 20);
    expect(result).toMatchObject({ errors: {} });
    expect(result.succeeded).toBeGreaterThanOrEqual(60);
    expect(connections()).toBe(3);
    expect(new Set(seen)).toEqual(
      new Set([`GET /path?x=1 HTTP/1.1\r\nHost: ${new URL(url).host}\r\nX-Mine: yes\r\n\r\n`]),
    );
  });

  it('may answer without a length and end the connection', async () => {
    const { url } = await serve((socket) => socket.end('HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nfine'));
    expect(await clients(await targetAt(url, 'fine'), 1, 3)).toMatchObject({ succeeded: 3, errors: {} });
  });
});

describe('a request', () => {
  /** What a server gets, of two requests of one client. */
  const sent = async (
    request: UrlRequest,
    answer = ok(),
  ): Promise<{ seen: string[]; connections: number }> => {
    const seen: string[] = [];
    const { url, connections } = await serve((socket, text) => {
      seen.push(text);
      socket.write(answer);
    });
    expect(await clients(await targetAt(url, undefined, request), 1, 2)).toMatchObject({
      succeeded: 2,
      errors: {},
    });
    return { seen: [...new Set(seen)], connections: connections() };
  };

  it('of HEAD is answered without a body, whatever length it says, and keeps its connection', async () => {
    const head = 'HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n';
    expect(await sent({ method: 'HEAD', headers: [] }, head)).toMatchObject({ connections: 1 });
  });

  it.each(['HTTP/1.1 204 No Content\r\n\r\n', 'HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n'])(
    'may be answered with nothing: %j',
    async (answer) => {
      expect(await sent({ method: 'GET', headers: [] }, answer)).toMatchObject({ connections: 1 });
    },
  );

  it.each(['100 Continue', '102 Processing', '103 Early Hints'])(
    'waits for what follows %s',
    async (interim) => {
      const answer = `HTTP/1.1 ${interim}\r\n\r\n${ok()}`;
      expect(await sent({ method: 'GET', headers: [] }, answer)).toMatchObject({ connections: 1 });
    },
  );

  it('that says Connection: close has a connection of its own, whether or not the server closes', async () => {
    const { seen, connections } = await sent({ method: 'GET', headers: [['connection', 'Close']] });
    expect(connections).toBe(2);
    expect(seen[0]?.toLowerCase().split('connection:')).toHaveLength(2);
  });

  it('has the Host it is given, once and in whatever case', async () => {
    const { seen } = await sent({ method: 'GET', headers: [['hOsT', 'example.test']] });
    expect(seen).toEqual(['GET /path?x=1 HTTP/1.1\r\nhOsT: example.test\r\n\r\n']);
  });
});

describe('the bytes of a request', () => {
  const endpoint = { hosts: ['127.0.0.1'], port: 81, authority: '127.0.0.1:81', path: '/' };
  const encode = (headers: UrlRequest['headers'], body?: string, method = 'POST'): EncodedRequest =>
    encodeUrlRequest(endpoint, {
      method,
      headers,
      ...(body === undefined ? {} : { body: Buffer.from(body) }),
    });
  const text = (...given: Parameters<typeof encode>): string => encode(...given).bytes.toString('latin1');
  const start = 'POST / HTTP/1.1\r\nHost: 127.0.0.1:81\r\n';

  it('have the length once, as it is given or as it is', () => {
    expect(text([], 'ab')).toBe(`${start}Content-Length: 2\r\n\r\nab`);
    expect(text([['content-length', '2']], 'ab')).toBe(`${start}content-length: 2\r\n\r\nab`);
    expect(text([['Content-Length', '0']])).toBe(`${start}Content-Length: 0\r\n\r\n`);
  });

  it.each(['POST', 'PUT', 'PATCH'])('say that a %s has no body', (method) => {
    expect(text([], undefined, method)).toContain('Content-Length: 0\r\n');
  });

  it.each(['GET', 'HEAD', 'DELETE'])('say nothing of a length of a %s', (method) => {
    expect(text([], undefined, method)).not.toMatch(/content-length/i);
  });

  it.each(['3', '-2', '+2', '0x2', '2, 2', ''])('refuse the length %j of a body of 2 bytes', (length) => {
    expect(() => encode([['Content-Length', length]], 'ab')).toThrow('but the body has 2 bytes');
  });

  it.each(['Host', 'Content-Length', 'transfer-encoding'])('refuse two headers %s', (name) => {
    expect(() =>
      encode(
        [
          [name, '2'],
          [name.toLowerCase(), '2'],
        ],
        'ab',
      ),
    ).toThrow('is given 2 times');
  });

  it('are in one chunk where that is asked for', () => {
    const chunked = [['Transfer-Encoding', 'chunked']] as const;
    expect(text(chunked, 'hello world!')).toBe(
      `${start}Transfer-Encoding: chunked\r\n\r\nc\r\nhello world!\r\n0\r\n\r\n`,
    );
    expect(text(chunked, '')).toMatch(/\r\n\r\n0\r\n\r\n$/);
    expect(() => encode([...chunked, ['Content-Length', '2']], 'ab')).toThrow(
      'does not go with this request',
    );
    expect(() => encode([['Transfer-Encoding', 'gzip']], 'ab')).toThrow('does not go with this request');
  });

  it.each(['\u010d', '\u010a', '\u0a0d', '\u{1f600}', '\u00e9'])(
    'have %j in a value as UTF-8, and no byte less',
    (value) => {
      const { bytes: whole } = encode([['X-Name', value]]);
      expect(whole.includes(Buffer.from(`X-Name: ${value}\r\n`, 'utf8'))).toBe(true);
      expect(whole.toString('latin1').split('\r\n')).toHaveLength(6);
    },
  );

  it.each(['a\rb', 'a\nb', 'a\u0000b', '\r\nEvil: 1', 'a\u007f', '\u0085'])(
    'never have %j in a value',
    (value) => {
      expect(() => encode([['X', value]])).toThrow('control character');
    },
  );

  it.each(['', 'a b', 'a\r\nb', 'a:b', '\u010d', 'a\u0000', 'X\t'])(
    'never have a header named %j',
    (name) => {
      expect(() => encode([[name, 'x']])).toThrow('is no header of HTTP');
    },
  );
});

describe('a name with several addresses', () => {
  it('is reached at the one where the server listens, on every connection', async () => {
    const { url, connections } = await serve((socket) => socket.write(ok()));
    const port = Number(new URL(url).port);
    const request = encodeUrlRequest(
      { hosts: [], port, authority: 'localhost', path: '/' },
      { method: 'GET', headers: [] },
    );
    for (const hosts of [
      ['::1', '127.0.0.1'],
      ['127.0.0.1', '::1'],
      ['127.0.0.2', '::1', '127.0.0.1'],
    ]) {
      const target = new UrlTarget(
        { hosts, port },
        { clock: monotonicClock, request, maximumResponseBytes: bytes(1000) },
      );
      targets.push(target);
      expect(await clients(target, 2, 3)).toMatchObject({ errors: {} });
    }
    expect(connections()).toBe(6);
  });

  it('is refused where nobody listens at any', async () => {
    const { url } = await serve(() => undefined);
    await new Promise((resolve) => servers.pop()?.close(resolve));
    const target = await targetAt(url.replace('127.0.0.1', 'localhost'));
    expect(await clients(target, 2, 2)).toMatchObject({ errors: { refused: 4 } });
  });

  it('is, for localhost, both addresses of the loopback', async () => {
    expect((await findEndpoint('http://localhost:81/', [])).hosts).toEqual(
      expect.arrayContaining(['127.0.0.1', '::1']),
    );
  });
});

describe('a server that misbehaves is counted by what it does', () => {
  it.each<[string, Script, string, RegExp]>([
    ['resets', (socket) => socket.resetAndDestroy(), 'reset', /ECONNRESET/],
    ['ends its half half-way', (socket) => socket.end(ok().slice(0, 30)), 'half-closed', /closed before/],
    ['ends its half without a word', (socket) => socket.end(), 'half-closed', /closed before/],
    ['says nothing', () => undefined, 'timeout', /time limit/],
    [
      'answers too slowly',
      (socket) => setTimeout(() => socket.writable && socket.write(ok()), 400),
      'timeout',
      /time limit/,
    ],
    [
      'has an error',
      (socket) => socket.write('HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n'),
      'wrong-output',
      /status 503/,
    ],
    ['answers something else', (socket) => socket.write(ok('else')), 'wrong-output', /other than expected/],
    ['speaks another language', (socket) => socket.write('SSH-2.0-x\r\n'), 'wrong-output', /no HTTP/],
    ['answers too much', (socket) => socket.write(ok('x'.repeat(1001))), 'wrong-output', /too much/],
  ])('%s', async (_, script, kind, reason) => {
    const { url } = await serve(script);
    const target = await targetAt(url, 'fine');
    const reasons: string[] = [];
    const result = await runClosedLoop({ kind: 'closed', clients: 1 }, target, {
      ...{ clock: monotonicClock, warmUpMs: ms(0), timeoutMs: ms(150) },
      stop: { timeMs: ms(5000), count: 2 },
      onSettled: (__, exchange) => exchange.state === 'failed' && reasons.push(exchange.reason),
    });
    expect(result).toMatchObject({ errors: { [kind]: 2 }, succeeded: 0 });
    for (const one of reasons) expect(one).toMatch(reason);
  });

  it('is not there: refused', async () => {
    const { url } = await serve(() => undefined);
    await new Promise((resolve) => servers.pop()?.close(resolve));
    expect(await clients(await targetAt(url), 2, 2)).toMatchObject({ errors: { refused: 4 } });
  });

  it('recovers: the next request has a connection of its own', async () => {
    const { url } = await serve((socket, _, nth) =>
      nth % 2 === 0 ? socket.resetAndDestroy() : socket.write(ok()),
    );
    expect(await clients(await targetAt(url, 'fine'), 1, 6)).toMatchObject({
      succeeded: 3,
      errors: { reset: 3 },
    });
  });

  it('does not hold up a schedule: the others are answered', async () => {
    const { url } = await serve((socket, _, nth) => nth !== 3 && socket.write(ok()));
    const result = await runOpenLoop(
      { kind: 'open', arrivals: { kind: 'constant', perSecond: 200 } },
      await targetAt(url, 'fine'),
      {
        ...{ clock: monotonicClock, warmUpMs: ms(0), timeoutMs: ms(1000), random: () => 0.5 },
        // By count: a machine that is busy sends late what it would not send within a time.
        stop: { timeMs: ms(60_000), count: 50 },
      },
    );
    expect(result).toMatchObject({ sent: 50, succeeded: 49, errors: { timeout: 1 } });
  });
});

describe('where a load may go', () => {
  it.each(['http://127.0.0.1:81/', 'http://127.8.9.1/', 'http://[::1]:81/', 'http://localhost:81/'])(
    'to %s, which is this machine',
    async (url) => {
      for (const host of (await findEndpoint(url, [])).hosts) {
        expect(['127.0.0.1', '127.8.9.1', '::1']).toContain(host);
      }
    },
  );

  it.each(['http://10.1.2.3:8080/', 'http://0.0.0.0:8080/', 'http://[2001:db8::1]:8080/'])(
    'not to %s, unless that is allowed',
    async (url) => {
      await expect(findEndpoint(url, [])).rejects.toThrow('is not on this machine');
      await expect(findEndpoint(url, ['10.1.2.3:81', 'other'])).rejects.toThrow('is not on this machine');
      const { host, hostname } = new URL(url);
      expect(await findEndpoint(url, [host])).toMatchObject({ port: 8080 });
      expect(await findEndpoint(url, [hostname.replace(/[[\]]/g, '')])).toMatchObject({ port: 8080 });
    },
  );

  it.each(['https://127.0.0.1/', 'ftp://127.0.0.1/', 'nonsense', 'http://a:b@127.0.0.1/'])(
    'not to %s at all',
    async (url) => {
      await expect(findEndpoint(url, [])).rejects.toMatchObject({ kind: 'invalid-input' });
    },
  );

  it('with nothing smuggled into the request', async () => {
    const endpoint = await findEndpoint('http://127.0.0.1:81/a%0d%0ab', []);
    const encode = (method: string, value: string): Buffer =>
      encodeUrlRequest(endpoint, { method, headers: [['A', value]] }).bytes;
    expect(() => encode('GET', 'x\r\nEvil: 1')).toThrow('no header');
    expect(() => encode('GET / HTTP/1.1\r\nX:', 'x')).toThrow('no method');
    expect(() => encode('CONNECT', 'x')).toThrow('opens a tunnel');
    expect(encode('GET', 'x').toString()).toContain('GET /a%0d%0ab HTTP/1.1\r\n');
    const body = Buffer.from('ab');
    expect(encodeUrlRequest(endpoint, { method: 'POST', headers: [], body }).bytes.toString()).toBe(
      'POST /a%0d%0ab HTTP/1.1\r\nHost: 127.0.0.1:81\r\nContent-Length: 2\r\n\r\nab',
    );
  });
});
