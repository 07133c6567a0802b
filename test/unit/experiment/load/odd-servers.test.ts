/** Every server of test/cases/faults/oddserver.mjs: what it does is counted by kind, and none is taken for a success. */
import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { monotonicClock } from '../../../../src/data-plane/probes/monotonic-clock.js';
import { milliseconds as ms, fromMebibytes } from '../../../../src/domain/units.js';
import type { LevelRecord } from '../../../../src/domain/level.js';
import { LoadSchema } from '../../../../src/domain/load.js';
import { findEndpoint } from '../../../../src/experiment/load/url-endpoint.js';
import { encodeUrlRequest } from '../../../../src/experiment/load/url-request.js';
import { loadUrl } from '../../../../src/experiment/load/load-url.js';

const cases = resolve(import.meta.dirname, '../../../cases');

let child: ChildProcess;
let ports: Readonly<Record<string, number>> = {};

beforeAll(async () => {
  child = spawn(process.execPath, [join(cases, 'faults/oddserver.mjs')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const { stdout } = child;
  if (stdout === null) throw new Error('the servers have no output');
  const line = await new Promise<string>((found) => createInterface(stdout).once('line', found));
  ports = JSON.parse(line) as Record<string, number>;
});
afterAll(async () => {
  const gone = new Promise((done) => child.once('close', done));
  child.kill('SIGKILL');
  await gone;
});

async function load(mode: string): Promise<LevelRecord | undefined> {
  const endpoint = await findEndpoint(`http://127.0.0.1:${ports[mode] ?? 0}/`, []);
  const [record] = await loadUrl({
    ...{ endpoint, clients: [1], seed: 1, clock: monotonicClock, signal: new AbortController().signal },
    request: encodeUrlRequest(endpoint, { method: 'GET', headers: [] }),
    // By count: how many come within a time is the machine's affair.
    load: LoadSchema.parse({ count: 3, warmUpSeconds: 0, seconds: 30 }),
    timeLimitMs: ms(300),
    maximumResponseBytes: fromMebibytes(1),
  });
  return record;
}

describe('a server that answers oddly, but as HTTP allows, is right', () => {
  it.each([
    ...[
      'ok',
      'c100',
      'c103',
      'c100split',
      'chunkTrailers',
      'noLength',
      'http10',
      'status204',
      'status204len',
    ],
    ...['connClose', 'gzip'],
  ])('%s', async (mode) => {
    const record = await load(mode);
    expect(record?.errors).toEqual({});
    expect(record?.succeeded).toBeGreaterThanOrEqual(3);
  });
});

describe('a server that does not is a failure by kind', () => {
  const silent = ['never', 'halfHead', 'slowBody', 'only100', 'lengthLong'];
  const broken = ['closeAtOnce', 'halfClose', 'closeAfterRequest', 'reset', 'halfBodyClose'];
  const malformed = [
    ...['c101', 'chunkBadSize', 'chunkHuge', 'chunkNeg', 'both', 'twoLengths', 'lengthShort'],
    ...['lengthNeg', 'lengthHex', 'lengthExp', 'lengthEmpty', 'lengthText', 'lengthHuge', 'noLengthFlood'],
    ...[
      'headerFlood',
      'oneHeaderFlood',
      'garbage',
      'extraAnswers',
      'http2',
      'http09',
      'redirect',
      'redirectLoop',
    ],
    ...['status304', 'status500', 'statusNaN', 'status20', 'lfOnly', 'folded', 'nulHeader', 'escReason'],
    ...['body1GiB', 'body60'],
  ];

  it.each(silent)('%s: timeout', async (mode) => {
    expect(await load(mode)).toMatchObject({ errors: { timeout: 3 }, succeeded: 0 });
  });

  it.each(broken)('%s: the connection was broken off', async (mode) => {
    const record = await load(mode);
    expect(record?.succeeded).toBe(0);
    // Whether the end or the reset is seen first is the kernel's affair.
    const { reset = 0, 'half-closed': halfClosed = 0, ...others } = record?.errors ?? {};
    expect(others).toEqual({});
    expect(reset + halfClosed).toBe(3);
  });

  it.each(malformed)('%s: wrong output', async (mode) => {
    expect(await load(mode)).toMatchObject({ errors: { 'wrong-output': 3 }, succeeded: 0 });
  });

  it('chunkForever: too much, or too slow', async () => {
    const { timeout = 0, 'wrong-output': wrong = 0 } = (await load('chunkForever'))?.errors ?? {};
    expect(timeout + wrong).toBe(3);
  });

  it('unasked: no response of a server that sends one before the request is trusted', async () => {
    const record = await load('unasked');
    expect(record).toMatchObject({ errors: { 'wrong-output': 3 }, succeeded: 0 });
    expect(record?.reasons['wrong-output']).toMatch(/^sent bytes before any request|more than the response/);
  });

  it('has a case for every server there is', () => {
    const right = ['ok', 'c100', 'c103', 'c100split', 'chunkTrailers', 'noLength', 'http10', 'status204'];
    const all = [
      ...right,
      'status204len',
      'connClose',
      'gzip',
      'unasked',
      'chunkForever',
      ...silent,
      ...broken,
      ...malformed,
    ];
    expect(all.sort()).toEqual(Object.keys(ports).sort());
  });
});
