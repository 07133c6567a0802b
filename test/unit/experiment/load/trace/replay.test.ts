import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FakeRuntime } from '../../../../../src/control-plane/runtimes/fake/fake-runtime.js';
import type { SandboxScript } from '../../../../../src/control-plane/runtimes/fake/script.js';
import { VirtualClock } from '../../../../../src/control-plane/runtimes/fake/virtual-clock.js';
import { LevelRecordSchema, type LevelRecord } from '../../../../../src/domain/level.js';
import { LoadSchema, type Load } from '../../../../../src/domain/load.js';
import { MeasurementSchema } from '../../../../../src/domain/measurement.js';
import { bytes } from '../../../../../src/domain/units.js';
import { ReplayTimeline } from '../../../../../src/experiment/load/trace/replay-timeline.js';
import { readReplay, type Replay } from '../../../../../src/experiment/load/trace/replay.js';
import { runReplay, type MeasuredReplay } from '../../../../../src/experiment/load/trace/run-replay.js';
import { cellOf, ms, prepareOn, readyPayload } from '../../fixture.js';

let folder = '';
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'lumos-replay-'))));
afterAll(() => rmSync(folder, { recursive: true }));

const loadOf = (changes: object = {}): Load => LoadSchema.parse({ trace: 'a.csv', ...changes });

function replayOf(text: string, load: Load): Promise<Replay> {
  const path = join(folder, 'a.csv');
  writeFileSync(path, text);
  return readReplay(path, load, 1);
}

describe('what is replayed of a trace', () => {
  it('begins with its first arrival, on the scale that was asked for', async () => {
    const text = 'seconds,function\n100,a\n101,b\n104,a\n';
    const replay = await replayOf(text, loadOf({ timeScale: 0.5 }));
    expect([...replay.offsets]).toEqual([0, 500, 2000]);
    expect([...replay.functionOf]).toEqual([0, 1, 0]);
    expect(replay.functions.map(({ name, invocations }) => `${name} ${invocations}`)).toEqual(['a 2', 'b 1']);
    expect((await replayOf(text, loadOf())).digest).not.toBe(replay.digest);
  });

  it('leaves out what comes too late, and says so', async () => {
    const replay = await replayOf('seconds\n0\n1\n5\n6\n', loadOf({ seconds: 3 }));
    expect([replay.offsets.length, replay.leftOut]).toEqual([2, 2]);
  });

  it('counts broken rows and keeps where they were', async () => {
    const replay = await replayOf('seconds\n0\nx\n1\n', loadOf({ skipBadRows: true }));
    expect(replay.badRowCount).toBe(1);
    expect(replay.badRows[0]).toMatchObject({ line: 3 });
    await expect(replayOf('seconds\n0\nx\n1\n', loadOf())).rejects.toThrow(':3: seconds: "x"');
  });

  it('is refused where there is nothing, or more than a machine should be asked for', async () => {
    await expect(replayOf('seconds\n', loadOf())).rejects.toThrow('has no invocation');
    const many = (count: number): string =>
      `seconds,function\n${Array.from({ length: count }, (_, i) => `1,f${i}`).join('\n')}\n`;
    await expect(replayOf(many(201), loadOf())).rejects.toThrow('more than 200 functions');
    await expect(replayOf(many(150), loadOf({ instances: { max: 100 } }))).rejects.toThrow(
      'above the bound of 2000',
    );
  });
});

describe('a function under a trace over time', () => {
  it('ends with the replay: how long instances took to be taken down is in no slice', () => {
    const timeline = new ReplayTimeline(ms(1000), ms(30_000));
    timeline.event({ what: 'asked', at: ms(1000) });
    timeline.event({ what: 'asked', at: ms(1000) });
    timeline.close(ms(1300));
    timeline.event({ what: 'stopped', at: ms(2900) });
    timeline.event({ what: 'stopped', at: ms(2900) });
    expect(timeline.until(ms(1300)).map(({ meanInstances }) => meanInstances)).toEqual([2, 2]);
  });

  it('has what was due in each slice, and its instances on average', () => {
    const timeline = new ReplayTimeline(ms(1000), ms(30_000));
    const request = { ok: true, served: true, cold: false, rejected: false };
    timeline.event({ what: 'asked', at: ms(1100) });
    timeline.request(ms(1100), { ...request, cold: true, latencyMs: ms(70) });
    timeline.event({ what: 'asked', at: ms(1300) });
    timeline.event({ what: 'ready', at: ms(1310) });
    timeline.request(ms(1300), { ...request, ok: false, served: false, rejected: true });
    timeline.event({ what: 'stopped', at: ms(1400) });
    timeline.event({ what: 'stopped', at: ms(1625) });
    expect(timeline.highest).toBe(2);
    expect(timeline.until(ms(1800))).toEqual([
      // One from 100 on; one to 300, two to 400, one to 500; one to 625.
      {
        fromMs: 0,
        ok: 1,
        cold: 1,
        failed: 0,
        served: 1,
        rejected: 0,
        instances: 1,
        meanInstances: 150 / 250,
        worstMs: 70,
      },
      {
        fromMs: 250,
        ok: 0,
        cold: 0,
        failed: 1,
        served: 0,
        rejected: 1,
        instances: 2,
        meanInstances: 350 / 250,
      },
      {
        fromMs: 500,
        ok: 0,
        cold: 0,
        failed: 0,
        served: 0,
        rejected: 0,
        instances: 1,
        meanInstances: 125 / 250,
      },
      { fromMs: 750, ok: 0, cold: 0, failed: 0, served: 0, rejected: 0, instances: 0, meanInstances: 0 },
    ]);
  });
});

interface Run extends MeasuredReplay {
  readonly runtime: FakeRuntime;
}

/** Two functions of ours, `fast` for the trace's a and b, `slow` for its c. */
async function replayed(
  text: string,
  changes: object,
  script: SandboxScript = {},
  signal = new AbortController().signal,
): Promise<Run> {
  const load = loadOf(changes);
  const clock = new VirtualClock();
  const runtime = new FakeRuntime(clock, { id: 'one', sandbox: () => script });
  const replay = await replayOf(text, load);
  const place = (name: string): number[] => {
    const found = replay.functions.findIndex((one) => one.name === name);
    return found < 0 ? [] : [found];
  };
  const parts = await Promise.all(
    [
      { name: 'fast', functions: [...place('a'), ...place('b')] },
      { name: 'slow', functions: place('c') },
    ].map(async ({ name, functions }, index) => ({
      ...{ index, functions, payload: readyPayload, prepared: await prepareOn(runtime, name) },
      cell: cellOf('warm', { function: name, arrivals: 'trace a.csv' }),
    })),
  );
  const measured = await runReplay({ index: 0, round: 0, parts }, parts, replay, {
    ...{ load, clock, seed: 1, signal, timeLimitMs: ms(5000), maximumResponseBytes: bytes(1024) },
  });
  return { ...measured, runtime };
}

const launches: SandboxScript = {
  launch: ms(50),
  invocation: () => ({ does: 'answer', takes: ms(10) }),
};

const valid = (record: LevelRecord | undefined): LevelRecord => LevelRecordSchema.parse(record);

describe('a replayed trace', () => {
  const text = 'seconds,function,durationMs\n0,a,1\n1,b,1\n1,c,9\n2,a,1\n2.2,c,9\n9,a,1\n';

  it('gives each of its functions instances of its own, that go when nobody needs them', async () => {
    const { records, rows, endedBy, runtime } = await replayed(
      text,
      { instances: { keepAliveSeconds: 3 } },
      launches,
    );
    expect(endedBy).toBe('schedule');
    const [fast, slow] = records.map(valid);
    // a is cold, warm after 2 s, and cold again after 7; b is cold, though it runs the same function of ours.
    expect(fast).toMatchObject({ sent: 4, succeeded: 4, cold: 3, errors: {}, unsent: 0, late: 0 });
    expect(slow).toMatchObject({ sent: 2, succeeded: 2, cold: 1 });
    expect(fast?.instances).toMatchObject({ started: 3, rejected: 0, highest: 2 });
    expect(fast?.trace?.functions).toEqual([
      { name: 'a', invocations: 3, durationMs: expect.closeTo(1, 9) as number, served: 3, cold: 2 },
      { name: 'b', invocations: 1, durationMs: 1, served: 1, cold: 1 },
    ]);
    // a stands from 0 to 2010 + 3000 and from 9000 to its answer at 9061, b from 1000 to 1061 + 3000.
    expect(fast?.instances.instanceMs).toBeCloseTo(5010 + 61 + 3061, -1);
    expect(runtime.count('removed')).toBe(runtime.count('launched'));
    for (const row of rows) MeasurementSchema.parse(row);
    const ours = rows.filter((row) => row.function === 'fast');
    expect(ours.map(({ traceFunction, cold }) => `${traceFunction ?? ''} ${String(cold)}`)).toEqual([
      ...['a true', 'b true', 'a false', 'a true'],
    ]);
    expect(new Set(rows.map(({ instance }) => instance)).size).toBe(4);
    const [first, , third] = ours;
    expect(first?.latencyMs).toBeGreaterThanOrEqual(60);
    expect(first?.queuedMs).toBeCloseTo(50, 6);
    expect(third?.latencyMs).toBeLessThan(13);
  });

  it('counts what a full queue sends away, by function', async () => {
    const burst = `seconds,function\n${'0,a\n'.repeat(5)}0,c\n`;
    const { records } = await replayed(burst, { instances: { max: 1, queueLimit: 1 } }, launches);
    const [fast, slow] = records.map(valid);
    // One waits for the start, one in the queue.
    expect(fast).toMatchObject({ sent: 5, succeeded: 2, errors: { rejected: 3 } });
    expect(fast?.timeline?.[0]).toMatchObject({ rejected: 3, served: 2, ok: 2, failed: 3 });
    expect(slow).toMatchObject({ sent: 1, succeeded: 1, errors: {} });
  });

  it('starts no more at once than it may, and says what could not be started', async () => {
    const { records } = await replayed(
      'seconds,function\n0,a\n0,b\n0,c\n',
      { instances: { startsAtOnce: 1 } },
      launches,
    );
    const waits = records.map((record) => valid(record).queued.maxMs ?? 0);
    // Three starts of 50 ms, one after another.
    expect(Math.max(...waits)).toBeCloseTo(150, 6);
    const broken = await replayed('seconds,function\n0,a\n', {}, { launchFails: 'no room', launch: ms(5) });
    expect(valid(broken.records[0])).toMatchObject({ errors: { crashed: 1 }, succeeded: 0 });
    expect(broken.records[0]?.reasons['crashed']).toContain('no room');
  });

  it('that is stopped says so and leaves nothing', async () => {
    const controller = new AbortController();
    controller.abort();
    const { endedBy, runtime } = await replayed(text, {}, launches, controller.signal);
    expect(endedBy).toBe('signal');
    expect(runtime.standingSandboxes).toBe(0);
  });
});
