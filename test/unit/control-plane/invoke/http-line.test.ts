/** The client against a scripted server on the loopback. */
import { createServer, type Server, type Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';
import { encodeHttpRequest, HttpLine } from '../../../../src/control-plane/invoke/http-line.js';
import type { Exchange } from '../../../../src/control-plane/invoke/line.js';
import { monotonicClock } from '../../../../src/data-plane/probes/monotonic-clock.js';
import type { ExitStatus, Sandbox } from '../../../../src/domain/runtime.js';
import { bytes, milliseconds } from '../../../../src/domain/units.js';

/** The 64-byte head of the first invocation, nothing entered. */
const head = (sequence: number): string => {
  const whole = Buffer.alloc(64, 0xff);
  whole.writeUInt32LE(sequence, 0);
  return whole.toString('base64');
};
const answer = (sequence: number, body: string, more = ''): string =>
  `HTTP/1.1 200 OK\r\ncontent-length: ${Buffer.byteLength(body)}\r\nLumos-Head: ${head(sequence)}\r\n${more}\r\n${body}`;

type Script = (socket: Socket, request: Buffer, nth: number) => void;

let servers: Server[] = [];
let lines: HttpLine[] = [];
afterEach(async () => {
  for (const line of lines) line.close();
  lines = [];
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  servers = [];
});

interface Peer {
  readonly line: HttpLine;
  readonly connections: () => number;
  readonly exit: (status: Partial<ExitStatus>) => void;
  /** One invocation of `payload`. */
  readonly ask: (payload?: string, limit?: number) => Promise<Exchange>;
}

/** A sandbox that answers as `script` does with what comes in on a connection. */
async function peer(script: Script, listening: Promise<void> = Promise.resolve()): Promise<Peer> {
  let connections = 0;
  let requests = 0;
  const server = createServer((socket) => {
    connections += 1;
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => script(socket, chunk, (requests += 1)));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  let exit: (status: ExitStatus) => void = () => undefined;
  const sandbox: Sandbox = {
    stdin: new PassThrough(),
    stdout: new PassThrough(),
    http: { port, listening },
    exited: new Promise((resolve) => (exit = resolve)),
    accounting: () => Promise.resolve({ processes: () => [] }),
    stderrTail: () => 'last words\n',
    remove: () => Promise.resolve(),
  };
  const line = new HttpLine(
    sandbox,
    { port, listening },
    { clock: monotonicClock, maximumResponseBytes: bytes(100) },
  );
  lines.push(line);
  return {
    line,
    connections: () => connections,
    exit: (status) => exit({ code: undefined, signal: undefined, outOfMemory: false, ...status }),
    ask: (payload = 'hi', limit = 5000) =>
      line.invoke(encodeHttpRequest(Buffer.from(payload)), milliseconds(monotonicClock.now() + limit)),
  };
}

describe('a request', () => {
  it('is whole before it is sent: its head, where the objects are, and the payload', () => {
    const request = encodeHttpRequest(Buffer.from([0, 255]), Buffer.from('storage=file\n'));
    expect(request.toString('latin1')).toBe(
      'POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/octet-stream\r\nContent-Length: 2\r\n' +
        'lumos-configure: c3RvcmFnZT1maWxlCg==\r\n\r\n\u0000\u00ff',
    );
  });
});

describe('a line over HTTP', () => {
  it('makes one invocation after another on one connection, and takes the moments of each', async () => {
    const { ask, connections, line } = await peer((socket, _, nth) => socket.write(answer(nth, `a${nth}`)));
    for (const nth of [1, 2, 3]) {
      const exchange = await ask();
      expect(exchange).toMatchObject({ state: 'answered', head: { sequence: nth, phases: {} } });
      if (exchange.state !== 'answered') continue;
      expect(exchange.body.toString()).toBe(`a${nth}`);
      expect(exchange.answeredAt).toBeGreaterThan(exchange.sentAt);
    }
    expect(connections()).toBe(1);
    expect(line.readyAt).toBeLessThan(monotonicClock.now());
  });

  it('puts an answer together that comes byte by byte, and one in chunks', async () => {
    const chunked = `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\nlumos-head: ${head(2)}\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n`;
    const { ask } = await peer((socket, _, nth) => {
      socket.setNoDelay(true);
      for (const byte of nth === 1 ? answer(1, 'slowly') : chunked) socket.write(byte);
    });
    expect(await ask()).toMatchObject({ body: Buffer.from('slowly') });
    expect(await ask()).toMatchObject({ body: Buffer.from('abcde'), head: { sequence: 2 } });
  });

  it('waits until the sandbox listens', async () => {
    let ready: () => void = () => undefined;
    const { ask, line } = await peer(
      (socket) => socket.write(answer(1, 'x')),
      new Promise((resolve) => (ready = resolve)),
    );
    const asked = ask();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(line.readyAt).toBeUndefined();
    ready();
    expect(await asked).toMatchObject({ state: 'answered' });
  });

  it('opens another connection where the server ends one after its answer', async () => {
    const { ask, connections } = await peer((socket, _, nth) => {
      socket.end(answer(nth, 'x', 'connection: close\r\n'));
    });
    expect(await ask()).toMatchObject({ state: 'answered' });
    expect(await ask()).toMatchObject({ state: 'answered', head: { sequence: 2 } });
    expect(connections()).toBe(2);
  });
});

describe('on a bad day a line over HTTP', () => {
  const outcomeOf = async (script: Script): Promise<unknown[]> => {
    const { ask } = await peer(script);
    const exchange = await ask('hi', 1000);
    return exchange.state === 'failed' ? [exchange.outcome, exchange.reason] : ['answered'];
  };
  const says = (text: string) => (socket: Socket) => void socket.write(text);

  it.each<[string, Script, string, string | RegExp]>([
    [
      "takes a 500 with a head for the function's error",
      says(answer(1, 'bad').replace('200 OK', '500 No')),
      'wrong-output',
      'the function reports an error: bad',
    ],
    [
      "takes a 500 without one for a crash, with the engine's words",
      says('HTTP/1.1 500 No\r\ncontent-length: 0\r\n\r\n'),
      'crashed',
      'answered with status 500: last words',
    ],
    [
      'takes another status for a wrong answer',
      says('HTTP/1.1 404 No\r\ncontent-length: 4\r\n\r\nhere'),
      'wrong-output',
      'answered with status 404: here',
    ],
    ['knows what is no HTTP', says('SSH-2.0-x\r\n'), 'wrong-output', /^is no HTTP/],
    [
      'takes no head that is too short',
      says('HTTP/1.1 200 OK\r\ncontent-length: 0\r\nlumos-head: AAAA\r\n\r\n'),
      'wrong-output',
      'answered 3 bytes, fewer than a head has',
    ],
    [
      'refuses a body above the limit before it is there',
      says('HTTP/1.1 200 OK\r\ncontent-length: 101\r\n\r\n'),
      'wrong-output',
      'answered too much: 101 bytes, and at most 100 are taken',
    ],
    [
      'refuses a body above the limit that did not say how long it is',
      says(`HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n65\r\n${'x'.repeat(101)}\r\n`),
      'wrong-output',
      'answered too much: 101 bytes, and at most 100 are taken',
    ],
    [
      'knows a connection that is closed half way through an answer',
      (socket) => socket.end(answer(1, 'x').slice(0, 30)),
      'crashed',
      'the connection was closed before the answer: last words',
    ],
    [
      'knows a connection that is reset',
      (socket) => socket.resetAndDestroy(),
      'crashed',
      'read ECONNRESET: last words',
    ],
    ['gives up on silence at the time limit', () => undefined, 'timeout', 'no answer within the time limit'],
  ])('%s', async (_, script, outcome, reason) => {
    const [is, why] = await outcomeOf(script);
    expect(is).toBe(outcome);
    if (reason instanceof RegExp) expect(why).toMatch(reason);
    else expect(why).toBe(reason);
  });

  it('says how the sandbox ended, where it did', async () => {
    const { ask, exit } = await peer((socket) => {
      exit({ signal: 'SIGKILL', outOfMemory: true });
      socket.destroy();
    });
    expect(await ask()).toMatchObject({
      outcome: 'crashed',
      reason: 'killed for memory before its answer: last words',
    });
    expect(await ask()).toMatchObject({ outcome: 'crashed' });
  });

  it('is told of a sandbox that never listens', async () => {
    const { ask } = await peer(() => undefined, Promise.reject(new Error('it ended before it served')));
    expect(await ask()).toMatchObject({
      outcome: 'crashed',
      reason: 'it ended before it served: last words',
    });
  });

  it('lets nobody wait for the time limit of an invocation under which it is closed', async () => {
    const { ask, line } = await peer(() => line.close());
    const givenUp = { state: 'failed', outcome: 'crashed', reason: 'given up before its answer' };
    expect(await ask('hi', 600_000)).toEqual(givenUp);
    expect(await ask()).toEqual(givenUp);
  });

  it('takes no second answer to one request', async () => {
    const { ask } = await peer((socket) => socket.write(answer(1, 'x') + answer(1, 'x')));
    for (let nth = 1; nth <= 2; nth += 1) {
      const exchange = await ask();
      expect(exchange).toMatchObject({ outcome: 'wrong-output' });
      expect(exchange).toHaveProperty('reason', expect.stringMatching(/more than the response it announced/));
    }
  });

  it('takes no second answer that comes later', async () => {
    const { ask } = await peer((socket, _, nth) => {
      socket.write(answer(nth, 'x'));
      setTimeout(() => socket.write(answer(nth + 1, 'x')), 20);
    });
    expect(await ask()).toMatchObject({ state: 'answered' });
    await new Promise((resolve) => setTimeout(resolve, 100));
    const second = await ask();
    expect(second).toMatchObject({ outcome: 'wrong-output' });
    expect(second).toHaveProperty(
      'reason',
      expect.stringMatching(/^sent bytes that no request had asked for/),
    );
  });

  it('knows at once that a sandbox has ended whose child keeps the connection', async () => {
    const { ask, exit } = await peer(() => exit({ code: 3 }));
    expect(await ask('hi', 600_000)).toMatchObject({
      outcome: 'crashed',
      reason: 'exited with code 3 before its answer: last words',
    });
  });

  it('takes the answer of a sandbox that ends right after it', async () => {
    const { ask, exit } = await peer((socket) => {
      exit({ code: 0 });
      setTimeout(() => socket.write(answer(1, 'x')), 5);
    });
    expect(await ask('hi', 600_000)).toMatchObject({ state: 'answered' });
  });
});
