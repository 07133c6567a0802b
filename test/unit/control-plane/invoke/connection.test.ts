import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { Connection } from '../../../../src/control-plane/invoke/connection.js';
import { encodeInvoke } from '../../../../src/control-plane/invoke/frames.js';
import {
  encodeAnswer,
  encodeFrame,
  encodeReady,
} from '../../../../src/control-plane/runtimes/fake/function-frames.js';
import { VirtualClock } from '../../../../src/control-plane/runtimes/fake/virtual-clock.js';
import type { ExitStatus, Sandbox } from '../../../../src/domain/runtime.js';
import { bytes, milliseconds as ms } from '../../../../src/domain/units.js';

const request = encodeInvoke(Buffer.from('hi'));
const answer = (sequence: number, text = 'ok'): Buffer =>
  encodeAnswer('answer', sequence, {}, Buffer.from(text));

/** A sandbox whose streams the test holds. */
function bareSandbox() {
  const stdin = new PassThrough();
  const stdout = new PassThrough();
  let exit: (status: ExitStatus) => void = () => undefined;
  const exited = new Promise<ExitStatus>((resolve) => (exit = resolve));
  const sandbox: Sandbox = {
    stdin,
    stdout,
    exited,
    accounting: () => Promise.resolve({ processes: () => [] }),
    stderrTail: () => 'last words\n',
    remove: () => Promise.resolve(),
  };
  const clock = new VirtualClock();
  const connection = new Connection(sandbox, { clock, maximumResponseBytes: bytes(100) });
  const sayAt = (at: number, chunk: Buffer): void => void clock.after(ms(at), () => stdout.write(chunk));
  const end = (status: Partial<ExitStatus>): void => {
    stdout.end();
    exit({ code: undefined, signal: undefined, outOfMemory: false, ...status });
  };
  return { sandbox, stdin, stdout, clock, connection, sayAt, end };
}

describe('a connection', () => {
  it('sends the request whole and takes the moment of the answer’s last byte', async () => {
    const { connection, sayAt, stdin } = bareSandbox();
    sayAt(5, encodeReady());
    sayAt(8, answer(1).subarray(0, 30));
    sayAt(9, answer(1).subarray(30));
    const exchange = await connection.invoke(request, ms(100));
    expect(exchange).toMatchObject({ state: 'answered', sentAt: 0, answeredAt: 9, head: { sequence: 1 } });
    expect(connection.readyAt).toBe(5);
    expect(stdin.read()).toEqual(request);
  });

  it('takes ready and answer in one chunk', async () => {
    const { connection, sayAt } = bareSandbox();
    sayAt(5, Buffer.concat([encodeReady(), answer(1)]));
    expect(await connection.invoke(request, ms(100))).toMatchObject({ state: 'answered', answeredAt: 5 });
  });

  it('makes one invocation after another', async () => {
    const { connection, sayAt } = bareSandbox();
    sayAt(1, encodeReady());
    sayAt(2, answer(1, 'first'));
    sayAt(4, answer(2, 'second'));
    const bodies = [];
    for (let i = 0; i < 2; i += 1) {
      const exchange = await connection.invoke(request, ms(100));
      bodies.push(exchange.state === 'answered' ? exchange.body.toString() : exchange.reason);
    }
    expect(bodies).toEqual(['first', 'second']);
  });

  it('gives up at its deadline, and an answer after it is not taken for the next', async () => {
    const { connection, sayAt } = bareSandbox();
    sayAt(1, encodeReady());
    sayAt(101, answer(1));
    const late = { state: 'failed', outcome: 'timeout', reason: 'no answer within the time limit' };
    expect(await connection.invoke(request, ms(100))).toEqual(late);
    expect(await connection.invoke(request, ms(200))).toEqual(late);
  });

  it.each([
    ['an answer before ready', answer(1), 'answered before it said that it was ready'],
    ['text', Buffer.from('Hello, world\n'), 'answered garbage: a frame of kind 0x48'],
    [
      'another version',
      encodeFrame(1, Buffer.from('LUMOS\u0001')),
      'speaks another protocol, or another version of it',
    ],
    ['ready twice', Buffer.concat([encodeReady(), encodeReady()]), 'sent a frame that nothing had asked for'],
    [
      'too much',
      Buffer.concat([encodeReady(), encodeFrame(3, Buffer.alloc(9), 165)]),
      'answered too much: 101 bytes, and at most 100 are taken',
    ],
  ])('takes %s for a wrong answer', async (_what, chunk, reason) => {
    const { connection, sayAt } = bareSandbox();
    sayAt(5, chunk);
    const wrong = { state: 'failed', outcome: 'wrong-output', reason };
    expect(await connection.invoke(request, ms(100))).toEqual(wrong);
    expect(await connection.invoke(request, ms(200))).toEqual(wrong);
  });

  it('fails the next invocation for a frame nobody asked for', async () => {
    const { connection, sayAt, clock } = bareSandbox();
    sayAt(1, Buffer.concat([encodeReady(), answer(1)]));
    await new Promise<void>((resolve) => void clock.after(ms(2), resolve));
    expect(await connection.invoke(request, ms(100))).toMatchObject({
      outcome: 'wrong-output',
      reason: 'sent a frame that nothing had asked for',
    });
  });

  it('takes no answer that has a second one behind it', async () => {
    const { connection, sayAt } = bareSandbox();
    sayAt(1, encodeReady());
    sayAt(5, Buffer.concat([answer(1), answer(2)]));
    const wrong = { state: 'failed', outcome: 'wrong-output', reason: 'sent a frame behind its answer' };
    expect(await connection.invoke(request, ms(100))).toEqual(wrong);
    expect(await connection.invoke(request, ms(200))).toEqual(wrong);
  });

  it('tells how the function ended, with its last words', async () => {
    const { connection, sayAt, clock, end } = bareSandbox();
    sayAt(1, encodeReady());
    clock.after(ms(2), () => end({ code: 2 }));
    expect(await connection.invoke(request, ms(100))).toEqual({
      state: 'failed',
      outcome: 'crashed',
      reason: 'exited with code 2 before its answer: last words',
    });
  });

  it('takes the answer of a function that ends right after it, and then no other', async () => {
    const { connection, sayAt, clock, end } = bareSandbox();
    sayAt(1, encodeReady());
    sayAt(2, answer(1));
    clock.after(ms(2), () => end({ code: 0 }));
    expect(await connection.invoke(request, ms(100))).toMatchObject({ state: 'answered' });
    await new Promise<void>((resolve) => void clock.after(ms(2), resolve));
    expect(await connection.invoke(request, ms(100))).toMatchObject({
      outcome: 'crashed',
      reason: 'exited with code 0 before its answer: last words',
    });
  });

  it('lets nobody wait for the time limit of an invocation under which it is closed', async () => {
    const { connection, clock } = bareSandbox();
    const givenUp = { state: 'failed', outcome: 'crashed', reason: 'given up before its answer' };
    const pending = connection.invoke(request, ms(100));
    connection.close();
    expect(await pending).toEqual(givenUp);
    expect(clock.now()).toBe(0);
    expect(await connection.invoke(request, ms(100))).toEqual(givenUp);
  });

  it('survives a write to a function that is gone', async () => {
    const { connection, stdin, clock, end } = bareSandbox();
    clock.after(ms(1), () => {
      stdin.destroy(Object.assign(new Error('broken pipe'), { code: 'EPIPE' }));
      end({ signal: 'SIGKILL' });
    });
    expect(await connection.invoke(request, ms(100))).toMatchObject({
      outcome: 'crashed',
      reason: 'ended by SIGKILL before its answer: last words',
    });
  });
});
