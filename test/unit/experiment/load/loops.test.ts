import { describe, expect, it } from 'vitest';
import { milliseconds as ms } from '../../../../src/domain/units.js';
import { runClosedLoop } from '../../../../src/experiment/load/closed-loop.js';
import { createGeneratorProbe } from '../../../../src/experiment/load/generator-probe.js';
import { judgeLevel } from '../../../../src/experiment/load/judge-level.js';
import { runOpenLoop } from '../../../../src/experiment/load/open-loop.js';
import { failureKinds, failureOf, type LoadRequest } from '../../../../src/experiment/load/target.js';
import { LatencyHistogram } from '../../../../src/stats/latency-histogram.js';
import { monotonicClock } from '../../../../src/data-plane/probes/monotonic-clock.js';
import { seededRandom } from '../../../../src/stats/random.js';
import type { Arrivals } from '../../../../src/user-plane/load/shapes.js';
import { level, scripted, stalls } from './scripted-target.js';

const open = (arrivals: Arrivals) => ({ kind: 'open', arrivals }) as const;
const hundred = open({ kind: 'constant', perSecond: 100 });
const random = (): number => 0.5;

/** Equal but for the histogram's 3 digits. */
const about = (value: number): unknown => expect.closeTo(value, value > 100 ? 0 : 2);
const quantiles = (histogram: LatencyHistogram): unknown[] =>
  [0.5, 0.9, 0.99, 0.999, 1].map((share) => histogram.quantile(share));

describe('a server that stalls for 1 s in the middle', () => {
  it('is told as it was by an open loop', async () => {
    const { clock, target } = stalls(5000, 6000);
    const result = await runOpenLoop(hundred, target, { ...level(clock), random });
    // 900 take 1 ms. Those due at 5000, 5010, ... 5990 take 1001, 991, ... 11: the 990th of 1000 is the 90th of them.
    expect(result.succeeded).toBe(1000);
    expect(quantiles(result.latency)).toEqual([about(1), about(1), about(901), about(991), 1001]);
    expect(result).toMatchObject({
      endedBy: 'time',
      late: 0,
      unsent: 0,
      errors: {},
      makespanMs: 10_000,
      throughputPerSecond: 100,
    });
  });

  it('and over one connection as wrk2 accounts for it: what waits to be sent is waiting', async () => {
    const { clock, target } = stalls(5000, 6000);
    const result = await runOpenLoop(hundred, target, { ...level(clock), random, maximumOutstanding: 1 });
    // The k-th after the stall's first is sent at 6000 + k and was due at 5000 + 10 k: 1001 - 9 k ms, down to 2 of k = 111.
    // So 888 take 1 ms, the 900th of 1000 is the 12th of the others, 2 + 11 * 9, and the 990th the 102nd.
    expect(quantiles(result.latency)).toEqual([about(1), about(101), about(911), about(992), 1001]);
    expect(quantiles(result.service)).toEqual([about(1), about(1), about(1), about(1), 1001]);
    // Sent later than due by more than 2 ms: 1000 - 9 k > 2, k from 1.
    expect(result.late).toBe(110);
    // None of it by the generator's doing.
    expect(result.lag.max).toBe(0);
    expect(judgeLevel(result)).toEqual({ valid: true, why: [] });
  });

  it('is a lie of a closed loop with one client', async () => {
    const { clock, target } = stalls(5000, 6000);
    const result = await runClosedLoop({ kind: 'closed', clients: 1 }, target, level(clock));
    expect(result.succeeded).toBe(9000);
    expect(quantiles(result.latency)).toEqual([about(1), about(1), about(1), about(1), 1001]);
    expect(result.throughputPerSecond).toBe(900);
  });
});

describe('Little’s law', () => {
  it('holds in a closed loop: clients = throughput x latency', async () => {
    const { clock, target } = scripted(({ index }) => ({ takes: 5 + (index % 7) * 5 }));
    const { throughputPerSecond, latency } = await runClosedLoop(
      { kind: 'closed', clients: 8 },
      target,
      level(clock),
    );
    expect(((latency.mean ?? NaN) * throughputPerSecond) / 1000).toBeCloseTo(8, 1);
  });

  it('holds in an open loop: in flight = rate x latency', async () => {
    let inFlight = 0;
    let area = 0;
    let last = 0;
    const chance = seededRandom(3);
    const { clock, target } = scripted(() => ({ takes: 20 }));
    const change = (by: number): void => {
      area += inFlight * (clock.now() - last);
      last = clock.now();
      inFlight += by;
    };
    const counted = {
      send: async (request: LoadRequest) => {
        change(1);
        const exchange = await target.send(request);
        change(-1);
        return exchange;
      },
    };
    const result = await runOpenLoop(open({ kind: 'poisson', perSecond: 200 }), counted, {
      ...level(clock),
      random: () => chance.uniform(),
    });
    // Everything that came in has gone out at the last one's end: the law is exact over that time.
    const perMs = result.succeeded / result.settledMs;
    expect(area / result.settledMs).toBeCloseTo(perMs * (result.latency.mean ?? NaN), 6);
    expect(result.throughputPerSecond).toBeGreaterThan(185);
  });
});

describe('stop rules', () => {
  it('count: exactly so many are measured, the warm-up apart', async () => {
    const { clock, target, seen } = scripted(() => ({ takes: 10 }));
    const result = await runClosedLoop(
      { kind: 'closed', clients: 2 },
      target,
      level(clock, { warmUpMs: ms(100), stop: { timeMs: ms(10_000), count: 30 } }),
    );
    expect(result).toMatchObject({ endedBy: 'count', sent: 30, succeeded: 30, makespanMs: 150 });
    expect(seen.filter(({ measured }) => !measured)).toHaveLength(20);
    expect(result.throughputPerSecond).toBe(200);
  });

  it('precision of the p50: ends once its interval is narrow, and not while it is wide', async () => {
    const even = scripted(() => ({ takes: 5 }));
    const stop = { timeMs: ms(10_000), precision: { quantile: 'p50', width: 0.05 } } as const;
    const narrow = await runClosedLoop(
      { kind: 'closed', clients: 1 },
      even.target,
      level(even.clock, { stop }),
    );
    expect(narrow.endedBy).toBe('precision');
    // The first block of 100 ms has 19 answers, and an interval takes 20 in each: 200 ms come with the 32nd of 100 ms.
    expect(narrow.makespanMs).toBe(3200);
    expect(narrow.throughputCi95).toBeDefined();
    const wild = scripted((_, now) => ({ takes: now % 200 < 100 ? 5 : 20 }));
    const wide = await runClosedLoop(
      { kind: 'closed', clients: 1 },
      wild.target,
      level(wild.clock, { stop: { ...stop, timeMs: ms(1500) } }),
    );
    expect(wide.endedBy).toBe('time');
  });

  it('precision of a higher quantile: needs the requests that it takes, and gives its interval', async () => {
    const slow = (every: number) => scripted(({ index }) => ({ takes: index % every === 0 ? 10 : 1 }));
    const run = async (every: number, quantile: 'p90' | 'p99', timeMs = 60_000) => {
      const { clock, target } = slow(every);
      const stop = { timeMs: ms(timeMs), precision: { quantile, width: 0.2 } };
      return await runClosedLoop({ kind: 'closed', clients: 1 }, target, level(clock, { stop }));
    };
    // A fifth takes 10 ms: 2.8 ms on average, 143 to a block of 400 ms, of which the p90 takes 100.
    const p90 = await run(5, 'p90');
    expect(p90).toMatchObject({ endedBy: 'precision', blockMs: 400, askedCi95: [about(10), about(10)] });
    // And the p99 1000: blocks are joined until they have them.
    const p99 = await run(5, 'p99');
    expect(p99).toMatchObject({ endedBy: 'precision', blockMs: 3200 });
    const early = await run(5, 'p99', 1500);
    expect(early).toMatchObject({ endedBy: 'time' });
    expect(early).not.toHaveProperty('askedCi95');
  });

  it('a list ends with its last arrival', async () => {
    const { clock, target } = scripted(() => ({ takes: 5 }));
    const result = await runOpenLoop(open({ kind: 'list', offsets: [ms(0), ms(30), ms(30)] }), target, {
      ...level(clock),
      random,
    });
    expect(result).toMatchObject({ endedBy: 'schedule', succeeded: 3, makespanMs: 35 });
  });

  it('a broken list is an error, not the end', async () => {
    const { clock, target } = scripted(() => ({ takes: 5 }));
    const run = runOpenLoop(open({ kind: 'list', offsets: [ms(5), ms(3)] }), target, {
      ...level(clock),
      random,
    });
    await expect(run).rejects.toThrow('Arrival 2 of the list');
  });

  it('a signal ends either', async () => {
    for (const kind of ['open', 'closed'] as const) {
      const { clock, target } = scripted(() => ({ takes: 10 }));
      const abort = new AbortController();
      clock.after(ms(95), () => abort.abort());
      const options = { ...level(clock, { signal: abort.signal }), random };
      const result = await (kind === 'open'
        ? runOpenLoop(hundred, target, options)
        : runClosedLoop({ kind, clients: 1 }, target, options));
      expect(result).toMatchObject({ endedBy: 'signal', succeeded: 10 });
    }
  });
});

describe('bad days', () => {
  it('counts what could not be sent by the end', async () => {
    const { clock, target } = scripted(() => ({ takes: 100 }));
    // One at a time takes 10 a second of 100: at 1000 ms the ten due at 0 to 90 are sent.
    const result = await runOpenLoop(hundred, target, {
      ...level(clock, { stop: { timeMs: ms(1000) } }),
      random,
      maximumOutstanding: 1,
    });
    expect(result).toMatchObject({ sent: 10, unsent: 90, succeeded: 10, late: 9 });
  });

  it('counts failures by kind, and does not storm a target that refuses', async () => {
    const { clock, target, seen } = scripted(({ index }) => {
      const kind = failureKinds[index % failureKinds.length] ?? 'reset';
      return { takes: 0, fails: { state: 'failed', kind, reason: 'told to' } };
    });
    const result = await runClosedLoop(
      { kind: 'closed', clients: 1 },
      target,
      level(clock, { stop: { timeMs: ms(700) } }),
    );
    expect(seen).toHaveLength(70);
    expect(result.errors).toEqual(Object.fromEntries(failureKinds.map((kind) => [kind, 10])));
    expect(result).toMatchObject({ succeeded: 0, throughputPerSecond: 0 });
    expect(result.latency.quantile(0.5)).toBeUndefined();
  });

  it('gives up a target that never answers, or throws', async () => {
    const { clock, target } = scripted(({ index }) => {
      if (index === 1) throw Object.assign(new Error('no'), { code: 'ECONNRESET' });
      return { takes: 1e9 };
    });
    const shy = { send: async (request: LoadRequest) => await target.send(request) };
    const options = { ...level(clock, { timeoutMs: ms(50), stop: { timeMs: ms(20) } }), random };
    expect((await runOpenLoop(hundred, shy, options)).errors).toEqual({ timeout: 1, reset: 1 });
  });

  it('tells a refused connection by its code', () => {
    expect(failureOf(Object.assign(new Error('x'), { code: 'ECONNREFUSED' }))).toMatchObject({
      kind: 'refused',
    });
    expect(failureOf(new Error('x'))).toMatchObject({ kind: 'crashed' });
  });
});

describe('throughput', () => {
  it('is the server’s also where requests wait for longer than the level takes', async () => {
    // One at a time, 20 ms each: 50 a second, however many wait.
    let freeAt = 0;
    const { clock, target } = scripted((_, now) => {
      freeAt = Math.max(freeAt, now) + 20;
      return { takes: freeAt - now };
    });
    const result = await runClosedLoop(
      { kind: 'closed', clients: 400 },
      target,
      level(clock, { warmUpMs: ms(500), stop: { timeMs: ms(3000) } }),
    );
    expect(result.throughputPerSecond).toBeCloseTo(50, 0);
    const [low = NaN, high = NaN] = result.throughputCi95 ?? [];
    expect(low).toBeGreaterThan(48);
    expect(high).toBeLessThan(51);
    expect(result).toMatchObject({ makespanMs: 3000, sent: 150, succeeded: 150 });
    expect(result.settledMs).toBeGreaterThan(8000);
  });

  it('of a number of requests is counted to the last of them', async () => {
    const { clock, target } = scripted(() => ({ takes: 100 }));
    const result = await runClosedLoop(
      { kind: 'closed', clients: 10 },
      target,
      level(clock, { stop: { timeMs: ms(10_000), count: 10 } }),
    );
    expect(result).toMatchObject({ endedBy: 'count', makespanMs: 100, throughputPerSecond: 100 });
  });
});

describe('gaps of a schedule', () => {
  const gapsOf = async (offsets: readonly number[], takes = 1): Promise<(number | string)[]> => {
    const { clock, target } = scripted(() => ({ takes }));
    const used: (number | string)[] = [];
    await runOpenLoop(open({ kind: 'list', offsets: offsets.map((offset) => ms(offset)) }), target, {
      ...level(clock),
      random,
      onGap: ({ lengthMs, isIdle }) =>
        used.push(isIdle ? clock.now() : `busy ${clock.now()} for ${lengthMs}`),
    });
    return used;
  };

  it('of 25 ms and more can be used for what is better done then, once the answer is there', async () => {
    expect(await gapsOf([0, 24, 49, 300])).toEqual([50]);
    expect(await gapsOf([0, 24, 51, 300], 2)).toEqual([26]);
  });

  it('are used ten times a second at most', async () => {
    expect(await gapsOf([0, 50, 100, 150, 200, 250])).toEqual([1, 101, 201]);
  });

  it('are used all the same where an answer has been on its way for a second', async () => {
    const everyThirty = Array.from({ length: 40 }, (_, index) => 30 * index);
    expect(await gapsOf(everyThirty, 35)).toEqual(['busy 900 for 30']);
  });
});

describe('a server that never responds', () => {
  const never = () => scripted(() => ({ takes: 1_000_000 }));
  const patience = { warmUpMs: ms(1000), stop: { timeMs: ms(2000) }, timeoutMs: ms(30_000) };

  it.each([
    ['within the level', 500, 4],
    ['after its end', 30_000, 2],
  ])('is told by the timeouts of a closed loop, with a time limit that ends %s', async (_, limit, count) => {
    const { clock, target } = never();
    const options = { ...level(clock), ...patience, timeoutMs: ms(limit) };
    const result = await runClosedLoop({ kind: 'closed', clients: 2 }, target, options);
    expect(result.succeeded).toBe(0);
    expect(result.errors['timeout']).toBe(result.sent);
    expect(result.sent).toBeGreaterThanOrEqual(count);
    expect(judgeLevel(result).why).toEqual([]);
  });

  it('is told by the timeouts of an open loop, also where each connection is held since the warm-up', async () => {
    const { clock, target } = never();
    const options = { ...level(clock), ...patience, random, maximumOutstanding: 20 };
    const result = await runOpenLoop(hundred, target, options);
    // The warm-up's first 20 hold all connections, until their time limit at 30 s.
    expect(result).toMatchObject({ sent: 20, succeeded: 0, errors: { timeout: 20 }, unsent: 200 });
    expect(judgeLevel(result).why).toEqual([]);
  });

  it('without a warm-up has the requests of each client that began with the level', async () => {
    const { clock, target, seen } = never();
    const options = { ...level(clock), ...patience, warmUpMs: ms(0), leadMs: ms(20) };
    const result = await runClosedLoop({ kind: 'closed', clients: 3 }, target, options);
    expect(result).toMatchObject({ sent: 3, errors: { timeout: 3 } });
    expect(seen.map(({ sentAt, measured }) => [sentAt, measured])).toEqual(Array(3).fill([20, true]));
  });

  it('is not waited for until its time limit when the run is told to stop', async () => {
    const { clock, target } = never();
    const stop = new AbortController();
    clock.after(ms(1500), () => stop.abort());
    const options = { ...level(clock), ...patience, signal: stop.signal };
    const result = await runClosedLoop({ kind: 'closed', clients: 2 }, target, options);
    expect(result).toMatchObject({ endedBy: 'signal', errors: { timeout: 2 } });
    // A second of grace, and a client's pause after a failure.
    expect(clock.now()).toBe(2510);
  });
});

describe('a request that fails', () => {
  const refused = { state: 'failed', kind: 'refused', reason: 'nobody listens' } as const;

  it('in the warm-up is no failure of the level', async () => {
    const { clock, target } = scripted((_, now) => (now < 900 ? { takes: 1, fails: refused } : { takes: 1 }));
    const options = level(clock, { warmUpMs: ms(1000), stop: { timeMs: ms(1000) } });
    const result = await runClosedLoop({ kind: 'closed', clients: 1 }, target, options);
    expect([result.errors, result.sent - result.succeeded]).toEqual([{}, 0]);
  });

  it('after the warm-up in which it was sent is one, and nobody else is', async () => {
    const { clock, target } = scripted((request) =>
      request.index === 0 ? { takes: 1500, fails: refused } : { takes: 1 },
    );
    const settled: number[] = [];
    const options = level(clock, {
      ...{ warmUpMs: ms(1000), stop: { timeMs: ms(1000) } },
      onSettled: ({ index }, { state }) => state === 'failed' && settled.push(index),
    });
    const result = await runClosedLoop({ kind: 'closed', clients: 1 }, target, options);
    expect(result.errors).toEqual({ refused: 1 });
    expect(settled).toEqual([0]);
    expect(result.sent).toBe(result.succeeded + 1);
  });
});

describe('a wrong response', () => {
  it('to a request of the warm-up is no failure of the level, whenever it comes', async () => {
    const wrong = { state: 'failed', kind: 'wrong-output', reason: 'other bytes' } as const;
    const { clock, target } = scripted((request) =>
      request.index === 0 ? { takes: 1500, fails: wrong } : { takes: 1 },
    );
    const options = level(clock, { warmUpMs: ms(1000), stop: { timeMs: ms(1000) } });
    const result = await runClosedLoop({ kind: 'closed', clients: 1 }, target, options);
    expect([result.errors, result.sent - result.succeeded]).toEqual([{}, 0]);
  });
});

describe('the generator', () => {
  const fine = { sent: 1, lag: new LatencyHistogram(), latency: new LatencyHistogram(), generator: {} };

  it('makes a level invalid that it was the bottleneck of, and says so', () => {
    const lag = new LatencyHistogram();
    lag.record(ms(3));
    expect(judgeLevel(fine).valid).toBe(true);
    expect(judgeLevel({ ...fine, generator: { cpuShare: 0.9, stealShare: 0.05 } }).valid).toBe(true);
    expect(
      judgeLevel({
        sent: 0,
        lag,
        latency: new LatencyHistogram(),
        generator: { cpuShare: 0.95, eventLoopDelayP99Ms: ms(40), stealShare: 0.1 },
      }),
    ).toEqual({
      valid: false,
      why: [
        'nothing was sent in the time measured: a level has to last longer than a response takes',
        'the generator was the bottleneck: it used 95.0 % of a core',
        'the generator was the bottleneck: its sends were 3.0 ms behind schedule (p99)',
        'the generator was the bottleneck: its event loop was held up 40.0 ms (p99)',
        "the machine's neighbours took 10.0 % of its CPU time",
      ],
    });
  });

  it('is told from a schedule that has nothing due in the time measured', () => {
    expect(judgeLevel({ ...fine, sent: 0 }, false).why).toEqual([
      'nothing was due in the time measured: a level has to last several times 1/rate',
    ]);
  });

  it('may be behind schedule by a twentieth of what is measured', () => {
    const [lag, latency] = [new LatencyHistogram(), new LatencyHistogram()];
    lag.record(ms(3));
    latency.record(ms(61));
    expect(judgeLevel({ ...fine, lag, latency }).valid).toBe(true);
    const quick = new LatencyHistogram();
    quick.record(ms(59));
    expect(judgeLevel({ ...fine, lag, latency: quick }).valid).toBe(false);
  });

  it('measures itself in real time', async () => {
    const target = {
      send: () => Promise.resolve({ state: 'answered' as const, answeredAt: monotonicClock.now() }),
    };
    const probe = createGeneratorProbe(monotonicClock);
    const result = await runOpenLoop(hundred, target, {
      ...{
        clock: monotonicClock,
        warmUpMs: ms(50),
        stop: { timeMs: ms(200) },
        timeoutMs: ms(1000),
        probe,
        random,
      },
    });
    expect(result.sent + result.unsent).toBe(20);
    expect(result.generator.cpuShare).toBeGreaterThan(0);
    expect(result.generator.eventLoopDelayP99Ms).toBeGreaterThanOrEqual(0);
  });
});
