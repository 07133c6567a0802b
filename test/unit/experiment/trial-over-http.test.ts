/** Warm trials against a scripted server on the loopback, which says what instance of it served. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PassThrough } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';
import { monotonicClock } from '../../../src/data-plane/probes/monotonic-clock.js';
import type { Measurement } from '../../../src/domain/measurement.js';
import type { Prepared, Sandbox } from '../../../src/domain/runtime.js';
import { bytes } from '../../../src/domain/units.js';
import { runTrial } from '../../../src/experiment/trial-runner.js';
import { cellOf, ms, readyPayload } from './fixture.js';

let servers: Server[] = [];
afterEach(async () => {
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  servers = [];
});

interface Answer {
  readonly sequence: number;
  readonly body?: string;
}

/** A sandbox whose n-th answer, counted from 1, is `answer(n)`. */
async function sandboxOf(answer: (nth: number) => Answer): Promise<Sandbox> {
  let served = 0;
  const server = createServer((request, response) => {
    request.resume().once('end', () => {
      const { sequence, body = 'hi' } = answer((served += 1));
      const head = Buffer.alloc(64, 0xff);
      head.writeUInt32LE(sequence, 0);
      response.setHeader('lumos-head', head.toString('base64')).end(body);
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    stdin: new PassThrough(),
    stdout: new PassThrough(),
    http: { port: (server.address() as AddressInfo).port, listening: Promise.resolve() },
    exited: new Promise(() => undefined),
    accounting: () => Promise.resolve({ processes: () => [] }),
    stderrTail: () => '',
    remove: () => Promise.resolve(),
  };
}

/** Four warm invocations after one warm-up. */
async function warmTrial(answer: (nth: number) => Answer): Promise<Measurement[]> {
  const sandbox = await sandboxOf(answer);
  const prepared: Prepared = {
    stage: () =>
      Promise.resolve({
        accounting: { processes: () => [] },
        existing: () => Promise.resolve(0),
        launch: () => Promise.resolve(sandbox),
        discard: () => Promise.resolve(),
      }),
    dispose: () => Promise.resolve(),
  };
  const rows: Measurement[] = [];
  await runTrial(
    { index: 0, round: 0, cell: cellOf('warm', { transport: 'http' }), invocations: 4 },
    prepared,
    readyPayload,
    {
      ...{ clock: monotonicClock, firstSandbox: 0, timeLimitMs: ms(5000), warmups: 1 },
      maximumResponseBytes: bytes(1024),
      beforeCold: () => undefined,
      signal: new AbortController().signal,
    },
    (row) => rows.push(row),
  );
  return rows;
}

const told = (rows: Measurement[]): unknown[] =>
  rows.map(({ invocation, sequence, outcome }) => [invocation, sequence, outcome]);

describe('a warm trial over HTTP', () => {
  it('goes on after a request for which the server opened an instance, which is a failure that says so', async () => {
    const rows = await warmTrial((nth) => ({ sequence: [1, 2, 1, 3, 2][nth - 1] ?? 0 }));
    expect(told(rows)).toEqual([
      [0, 2, 'ok'],
      [1, 1, 'wrong-output'],
      [2, 3, 'ok'],
      [3, 2, 'ok'],
    ]);
    expect(rows[1]?.reason).toBe('not a warm start: the instance had not served before');
  });

  it('ends with a wrong answer of an instance that had served', async () => {
    const rows = await warmTrial((nth) => ({ sequence: nth, ...(nth === 3 ? { body: 'ho' } : {}) }));
    expect(told(rows)).toEqual([
      [0, 2, 'ok'],
      [1, 3, 'wrong-output'],
    ]);
  });
});
