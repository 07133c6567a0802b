import { describe, expect, it } from 'vitest';
import { bytes } from '../../../src/domain/units.js';
import type {
  Deed,
  InvocationScript,
  SandboxScript,
} from '../../../src/control-plane/runtimes/fake/script.js';
import { decodeRow, encodeRow } from '../../../src/records/row-codec.js';
import { Interrupted } from '../../../src/experiment/trial-runner.js';
import { ms, runScripted, type TrialRun } from './fixture.js';

const after = (takes: number, deed: Deed = { does: 'answer' }): InvocationScript => ({
  ...deed,
  takes: ms(takes),
});

/** A sandbox up after 40 ms and ready after 50 whose invocations all do the same, in 10 ms. */
const sandbox = (deed: Deed, more: SandboxScript = {}): SandboxScript => ({
  launch: ms(40),
  ready: ms(50),
  invocation: () => after(10, deed),
  ...more,
});

/** Every sandbox that came up was removed, and none stands. */
function expectNothingLeft({ runtime }: TrialRun): void {
  expect(runtime.count('removed')).toBe(runtime.count('launched'));
  expect(runtime.standingSandboxes).toBe(0);
}

describe('a cold trial', () => {
  it('times from asking for the sandbox to the last byte of the answer', async () => {
    const run = await runScripted(sandbox({ does: 'answer' }), { start: 'cold' });
    expect(run.thrown).toBeUndefined();
    expect(run.rows).toEqual([
      {
        schema: 'lumos/measurement@1',
        trial: 7,
        sandbox: 7,
        invocation: 0,
        round: 2,
        function: 'echo',
        payload: 'small',
        runtime: 'one',
        class: 'process',
        environment: 'local',
        start: 'cold',
        concurrency: 1,
        startedAt: '2026-01-01T00:00:00.000Z',
        outcome: 'ok',
        payloadBytes: 2,
        responseBytes: 2,
        sequence: 1,
        latencyMs: 60,
        launchMs: 50,
        transportMs: 10,
      },
    ]);
    expectNothingLeft(run);
  });

  it('divides the latency into the launch, the function’s phases and what is left', async () => {
    const phases = { deserialize: ms(1), compute: ms(5), serialize: ms(2) };
    const invocation = (): InvocationScript => ({ ...after(10), phases });
    const { rows } = await runScripted({ launch: ms(40), ready: ms(50), invocation }, { start: 'cold' });
    expect(rows[0]).toMatchObject({
      latencyMs: 60,
      launchMs: 50,
      deserializeMs: 1,
      computeMs: 5,
      serializeMs: 2,
      transportMs: 2,
    });
    expect(rows[0]).not.toHaveProperty('fetchMs');
    expect(rows[0]).not.toHaveProperty('storeMs');
  });

  it.each<[string, Partial<InvocationScript>]>([
    ['sequence 0', { claimsSequence: 0 }],
    ['a phase of nearly 2^64 ns', { phases: { compute: ms(18_446_744_073_000) } }],
  ])('is wrong-output with a row that can be read where the response says %s', async (_, claims) => {
    const invocation = (): InvocationScript => ({ ...after(10), ...claims }) as InvocationScript;
    const { rows } = await runScripted({ ready: ms(50), invocation }, { start: 'cold' });
    const [row] = rows.map((one) => decodeRow(encodeRow(one), 'rows', 1));
    expect(row).toMatchObject({ outcome: 'wrong-output' });
    expect(row?.reason).toContain('the head of its response says');
    expect(row).not.toHaveProperty('sequence');
    expect(row).not.toHaveProperty('computeMs');
  });

  it('has no transport below 0 when the function’s clock runs ahead of ours', async () => {
    const invocation = (): InvocationScript => ({ ...after(10), phases: { compute: ms(11) } });
    const { rows } = await runScripted({ ready: ms(50), invocation }, { start: 'cold' });
    expect(rows[0]).toMatchObject({ latencyMs: 60, computeMs: 11, transportMs: 0 });
  });

  it('has no counters where there is nothing to count', async () => {
    const { rows } = await runScripted(sandbox({ does: 'answer' }), { start: 'cold' });
    for (const key of ['cpuMs', 'peakMemoryBytes', 'readBytes', 'writtenBytes'])
      expect(rows[0]).not.toHaveProperty(key);
  });

  it('does its preparation before the sandbox is staged', async () => {
    const order: string[] = [];
    const run = await runScripted(sandbox({ does: 'answer' }), {
      start: 'cold',
      beforeCold: () => order.push('prepared'),
    });
    expect(order).toEqual(['prepared']);
    expect(run.runtime.journal.map((event) => event.what)).toEqual([
      'prepared',
      'staged',
      'asked for',
      'launched',
      'removed',
    ]);
  });

  it('can be idle before the sandbox is asked for, which is in no latency', async () => {
    const asked = async (cold: number): Promise<TrialRun['rows'][number] | undefined> => {
      const pauseMs = { cold: ms(cold), warm: ms(0) };
      const { rows } = await runScripted(sandbox({ does: 'answer' }), { start: 'cold', pauseMs });
      return rows[0];
    };
    const [hasty, idle] = [await asked(0), await asked(250)];
    expect(Date.parse(idle?.startedAt ?? '') - Date.parse(hasty?.startedAt ?? '')).toBe(250);
    expect(idle?.latencyMs).toBe(hasty?.latencyMs);
  });

  it('is not cold when a sandbox of the function stood before', async () => {
    const run = await runScripted(sandbox({ does: 'answer' }, { existing: 2 }), { start: 'cold' });
    expect(run.rows).toMatchObject([
      {
        outcome: 'not-cold',
        reason: '2 sandbox(es) of the function existed before the request',
        latencyMs: 60,
      },
    ]);
    expectNothingLeft(run);
  });

  it('is not cold when the instance says that it had served before', async () => {
    const invocation = (): InvocationScript => ({ ...after(10), claimsSequence: 4 });
    const run = await runScripted({ invocation }, { start: 'cold' });
    expect(run.rows).toMatchObject([
      { outcome: 'not-cold', reason: 'the instance had served 3 time(s) before', sequence: 4 },
    ]);
  });
});

describe('a warm trial', () => {
  it('measures single invocations of an instance that has served, and no warm-up', async () => {
    const invocation = (sequence: number): InvocationScript => after(sequence * 10);
    const run = await runScripted({ launch: ms(40), ready: ms(50), invocation }, { start: 'warm' });
    expect(
      run.rows.map(({ invocation: n, sequence, latencyMs, outcome }) => [n, sequence, latencyMs, outcome]),
    ).toEqual([
      [0, 3, 30, 'ok'],
      [1, 4, 40, 'ok'],
      [2, 5, 50, 'ok'],
    ]);
    for (const row of run.rows) expect(row).not.toHaveProperty('launchMs');
    expect(run.runtime.count('launched')).toBe(1);
    expectNothingLeft(run);
  });

  it('says when each invocation began', async () => {
    const { rows } = await runScripted(sandbox({ does: 'answer' }), { start: 'warm' });
    expect(rows.map((row) => row.startedAt?.slice(-5))).toEqual(['.070Z', '.080Z', '.090Z']);
  });

  it('can be idle before each measured invocation, which is in no latency', async () => {
    const { rows } = await runScripted(sandbox({ does: 'answer' }), {
      start: 'warm',
      pauseMs: { cold: ms(0), warm: ms(100) },
    });
    expect(rows.map((row) => row.startedAt?.slice(-5))).toEqual(['.170Z', '.280Z', '.390Z']);
    expect(rows.map(({ latencyMs }) => latencyMs)).toEqual([10, 10, 10]);
  });

  it('takes up a trial where it was left, on a new sandbox that is warmed up again', async () => {
    const run = await runScripted(sandbox({ does: 'answer' }), { start: 'warm', from: 1 });
    expect(run.rows.map(({ invocation, sequence }) => [invocation, sequence])).toEqual([
      [1, 3],
      [2, 4],
    ]);
  });

  it('refuses an instance that says it had not served before', async () => {
    const invocation = (sequence: number): InvocationScript => ({
      ...after(10),
      claimsSequence: sequence > 2 ? 1 : sequence,
    });
    const run = await runScripted({ invocation }, { start: 'warm' });
    expect(run.rows).toMatchObject([
      { outcome: 'wrong-output', reason: 'not a warm start: the instance had not served before' },
    ]);
    expectNothingLeft(run);
  });

  it.each([1, 2])('ends with a row when warm-up %i fails', async (bad) => {
    const invocation = (sequence: number): InvocationScript =>
      after(10, sequence === bad ? { does: 'exit', status: { code: 9 } } : { does: 'answer' });
    const run = await runScripted({ invocation }, { start: 'warm' });
    expect(run.rows).toMatchObject([
      { invocation: 0, outcome: 'crashed', reason: 'in the warm-up: exited with code 9 before its answer' },
    ]);
    expectNothingLeft(run);
  });

  it.each([1, 2])('verifies the answer to warm-up %i', async (bad) => {
    const wrong: Deed = { does: 'answer-with', response: Buffer.from('ho') };
    const invocation = (sequence: number): InvocationScript =>
      after(10, sequence === bad ? wrong : { does: 'answer' });
    const run = await runScripted({ invocation }, { start: 'warm' });
    expect(run.rows).toMatchObject([{ invocation: 0, outcome: 'wrong-output' }]);
    expect(run.rows[0]?.reason).toContain('differs at byte 1: "o", expected "i"');
  });

  it('refuses a second warm-up that is not the instance’s second service', async () => {
    const invocation = (sequence: number): InvocationScript => ({
      ...after(10),
      claimsSequence: sequence === 2 ? 1 : sequence,
    });
    const run = await runScripted({ invocation }, { start: 'warm' });
    expect(run.rows).toMatchObject([
      {
        invocation: 0,
        outcome: 'wrong-output',
        reason: 'in the warm-up: not a warm start: the instance had not served before',
      },
    ]);
  });

  it('keeps the rows before a failure and asks the failed sandbox nothing more', async () => {
    const invocation = (sequence: number): InvocationScript =>
      after(
        10,
        sequence === 4 ? { does: 'exit', status: { code: 3 }, stderr: 'out of luck\n' } : { does: 'answer' },
      );
    const run = await runScripted({ invocation }, { start: 'warm', invocations: 5 });
    expect(run.rows.map((row) => row.outcome)).toEqual(['ok', 'crashed']);
    expect(run.rows[1]?.reason).toBe('exited with code 3 before its answer: out of luck');
    expect(run.rows[1]).not.toHaveProperty('latencyMs');
    expectNothingLeft(run);
  });
});

describe('a bad day', () => {
  const garbage = Buffer.from([0x99, 1, 2, 3, 4, 5]);
  const cases: [string, Deed, string, string][] = [
    [
      'exits',
      { does: 'exit', status: { code: 101 }, stderr: 'a\nb\nc\npanicked' },
      'crashed',
      'exited with code 101 before its answer: b | c | panicked',
    ],
    [
      'is killed',
      { does: 'exit', status: { signal: 'SIGSEGV' } },
      'crashed',
      'ended by SIGSEGV before its answer',
    ],
    [
      'is killed for memory',
      { does: 'exit', status: { signal: 'SIGKILL', outOfMemory: true } },
      'crashed',
      'killed for memory before its answer',
    ],
    ['hangs', { does: 'hang' }, 'timeout', 'no answer within the time limit'],
    [
      'writes garbage',
      { does: 'write', bytes: garbage },
      'wrong-output',
      'answered garbage: a frame of kind 0x99',
    ],
    [
      'floods',
      { does: 'flood', responseBytes: bytes(1025) },
      'wrong-output',
      'answered too much: 1025 bytes, and at most 1024 are taken',
    ],
    [
      'reports an error',
      { does: 'report-error', message: 'no such field' },
      'wrong-output',
      'the function reports an error: no such field',
    ],
    [
      'answers less than a head',
      { does: 'write', bytes: Buffer.from([3, 1, 0, 0, 0, 7]) },
      'wrong-output',
      'answered 1 bytes, fewer than a head has',
    ],
    ['says ready again', { does: 'say-ready' }, 'wrong-output', 'sent a frame that nothing had asked for'],
    [
      'answers wrongly',
      { does: 'answer-with', response: Buffer.from('ho') },
      'wrong-output',
      'answer of 2 bytes as expected, differs at byte 1: "o", expected "i"',
    ],
  ];

  it.each(cases)('a cold start that %s is a row', async (_name, deed, outcome, reason) => {
    const run = await runScripted(sandbox(deed), { start: 'cold' });
    expect(run.thrown).toBeUndefined();
    expect(run.rows).toMatchObject([{ invocation: 0, outcome, reason }]);
    expectNothingLeft(run);
  });

  it.each(cases)(
    'a warm instance that %s ends its trial with a row',
    async (_name, deed, outcome, reason) => {
      const invocation = (sequence: number): InvocationScript =>
        after(10, sequence < 4 ? { does: 'answer' } : deed);
      const run = await runScripted({ invocation }, { start: 'warm' });
      expect(run.rows).toMatchObject([{ outcome: 'ok' }, { invocation: 1, outcome, reason }]);
      expectNothingLeft(run);
    },
  );

  it('fails the next invocation when an answer came twice', async () => {
    const invocation = (sequence: number): InvocationScript =>
      after(10, sequence === 3 ? { does: 'answer-twice' } : { does: 'answer' });
    const run = await runScripted({ invocation }, { start: 'warm' });
    expect(run.rows).toMatchObject([
      { outcome: 'ok' },
      { outcome: 'wrong-output', reason: 'sent a frame that nothing had asked for' },
    ]);
  });

  it.each(['cold', 'warm'] as const)('a %s sandbox that cannot be staged is a row', async (start) => {
    const run = await runScripted({ stageFails: 'no room' }, { start });
    expect(run.rows).toMatchObject([
      { outcome: 'crashed', reason: 'the sandbox could not be staged: no room' },
    ]);
    expect(run.runtime.count('asked for')).toBe(0);
  });

  it('a sandbox that cannot be launched is a row', async () => {
    const script = { launch: ms(40), launchFails: 'no such image' };
    const cold = await runScripted(script, { start: 'cold' });
    expect(cold.rows).toMatchObject([
      { outcome: 'crashed', reason: 'the sandbox could not be launched: no such image' },
    ]);
    const warm = await runScripted(script, { start: 'warm' });
    expect(warm.rows).toMatchObject([
      { outcome: 'crashed', reason: 'in the warm-up: the sandbox could not be launched: no such image' },
    ]);
  });

  it('a cold start of which nobody can say what stood before is a row, and what was staged is given back', async () => {
    const run = await runScripted({ existingFails: 'the daemon is gone' }, { start: 'cold' });
    expect(run.thrown).toBeUndefined();
    expect(run.rows).toMatchObject([
      { outcome: 'crashed', reason: 'whether a sandbox stands cannot be told: the daemon is gone' },
    ]);
    expect(run.runtime.count('discarded')).toBe(1);
    expect(run.runtime.count('asked for')).toBe(0);
  });

  it.each(['cold', 'warm'] as const)('a %s sandbox that cannot be removed keeps its rows', async (start) => {
    const run = await runScripted(sandbox({ does: 'answer' }, { removeFails: 'the daemon is gone' }), {
      start,
    });
    expect(run.thrown).toBeUndefined();
    expect(run.rows.map((row) => row.outcome)).toEqual(start === 'cold' ? ['ok'] : ['ok', 'ok', 'ok']);
    expect(run.runtime.standingSandboxes).toBe(1);
  });
});

describe('the time limit', () => {
  it('spans launch and answer: an answer right before it is taken', async () => {
    const run = await runScripted(
      { launch: ms(400), ready: ms(500), invocation: () => after(499) },
      { start: 'cold' },
    );
    expect(run.rows).toMatchObject([{ outcome: 'ok', latencyMs: 999 }]);
  });

  it('spans launch and answer: one right behind it is not', async () => {
    const run = await runScripted(
      { launch: ms(400), ready: ms(500), invocation: () => after(501) },
      { start: 'cold' },
    );
    expect(run.rows).toMatchObject([{ outcome: 'timeout', reason: 'no answer within the time limit' }]);
    expect(run.runtime.journal.find((event) => event.what === 'removed')?.at).toBe(1000);
    expectNothingLeft(run);
  });

  it('holds for each warm invocation by itself', async () => {
    const run = await runScripted({ invocation: () => after(999) }, { start: 'warm', warmups: 1 });
    // The first service has the launch in its limit: 1 ms until ready and 999 of its own are 1000, and no more.
    expect(run.rows.map((row) => row.outcome)).toEqual(['timeout']);
    const slow = await runScripted({ invocation: (n) => after(n === 1 ? 10 : 999) }, { start: 'warm' });
    expect(slow.rows.map((row) => row.latencyMs)).toEqual([999, 999, 999]);
  });

  it('removes a sandbox that comes up after it', async () => {
    const run = await runScripted({ launch: ms(1500) }, { start: 'cold' });
    expect(run.rows).toMatchObject([{ outcome: 'timeout', reason: 'no sandbox within the time limit' }]);
    expect(run.runtime.count('launched')).toBe(1);
    expect(run.runtime.journal.find((event) => event.what === 'removed')?.at).toBe(1500);
    expectNothingLeft(run);
  });

  it('passes over a launch that fails after it', async () => {
    const run = await runScripted({ launch: ms(1500), launchFails: 'too late anyway' }, { start: 'cold' });
    expect(run.rows).toMatchObject([{ outcome: 'timeout' }]);
  });

  it('ends a launch that never comes', async () => {
    const run = await runScripted({ launch: 'never' }, { start: 'warm' });
    expect(run.rows).toMatchObject([
      { outcome: 'timeout', reason: 'in the warm-up: no sandbox within the time limit' },
    ]);
  });

  it('ends a function that never gets ready', async () => {
    const run = await runScripted({ ready: 'never' }, { start: 'cold' });
    expect(run.rows).toMatchObject([{ outcome: 'timeout' }]);
    expectNothingLeft(run);
  });
});

describe('an interrupt', () => {
  it.each([
    ['before the launch is through', 'cold', 20, 0],
    ['before the function is ready', 'cold', 45, 0],
    ['in the invocation', 'cold', 55, 0],
    ['in the warm-up', 'warm', 65, 0],
    ['in the second measured invocation', 'warm', 85, 1],
  ] as const)(
    '%s leaves no row of what was in flight, and no sandbox',
    async (_when, start, stopAt, rows) => {
      const run = await runScripted(sandbox({ does: 'answer' }), { start, stopAt: ms(stopAt) });
      expect(run.thrown).toBeInstanceOf(Interrupted);
      expect(run.rows).toHaveLength(rows);
      expectNothingLeft(run);
      if (stopAt > 40) expect(run.runtime.journal.find((event) => event.what === 'removed')?.at).toBe(stopAt);
    },
  );

  it('does not wait for a launch that never comes', async () => {
    const run = await runScripted(
      { launch: 'never' },
      { start: 'cold', stopAt: ms(20), timeLimitMs: ms(30_000) },
    );
    expect(run.thrown).toBeInstanceOf(Interrupted);
    expect(run.rows).toEqual([]);
  });

  it('stages nothing when it came before', async () => {
    const run = await runScripted({}, { start: 'warm', signal: AbortSignal.abort() });
    expect(run.thrown).toBeInstanceOf(Interrupted);
    expect(run.runtime.count('staged')).toBe(0);
  });
});
