/** The load on real servers on the loopback, well behaved and not. */
import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { monotonicClock } from '../../../../src/data-plane/probes/monotonic-clock.js';
import { bytes, milliseconds as ms } from '../../../../src/domain/units.js';
import { runClosedLoop } from '../../../../src/experiment/load/closed-loop.js';
import type { LevelResult } from '../../../../src/experiment/load/level.js';
import { runOpenLoop } from '../../../../src/experiment/load/open-loop.js';
import { encodeUrlRequest, findEndpoint, UrlTarget } from '../../../../src/experiment/load/url-target.js';

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

async function targetAt(url: string, expected?: string): Promise<UrlTarget> {
  const endpoint = await findEndpoint(url, []);
  const request = encodeUrlRequest(endpoint, { method: 'GET', headers: [['X-Mine', 'yes']] });
  const target = new UrlTarget(endpoint, {
    ...{ clock: monotonicClock, request, maximumResponseBytes: bytes(1000) },
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
      expect(['127.0.0.1', '127.8.9.1', '::1']).toContain((await findEndpoint(url, [])).host);
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
      encodeUrlRequest(endpoint, { method, headers: [['A', value]] });
    expect(() => encode('GET', 'x\r\nEvil: 1')).toThrow('no header');
    expect(() => encode('GET / HTTP/1.1\r\nX:', 'x')).toThrow('no method');
    expect(encode('GET', 'x').toString()).toContain('GET /a%0d%0ab HTTP/1.1\r\n');
    const body = Buffer.from('ab');
    expect(encodeUrlRequest(endpoint, { method: 'POST', headers: [], body }).toString()).toBe(
      'POST /a%0d%0ab HTTP/1.1\r\nHost: 127.0.0.1:81\r\nContent-Length: 2\r\n\r\nab',
    );
  });
});
