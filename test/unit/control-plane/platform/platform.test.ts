import { describe, expect, it } from 'vitest';
import type { RunningInstance, Served } from '../../../../src/control-plane/platform/instance.js';
import { spreadOver, type CpuSet } from '../../../../src/control-plane/platform/placement.js';
import { Platform } from '../../../../src/control-plane/platform/platform.js';
import type { FunctionOptions } from '../../../../src/control-plane/platform/function-pool.js';
import { ConcurrencyTarget } from '../../../../src/policies/concurrency-target.js';
import { fixedKeepAlive } from '../../../../src/policies/fixed-keep-alive.js';
import { HybridHistogram } from '../../../../src/policies/hybrid-histogram.js';
import { VirtualClock } from '../../../../src/control-plane/runtimes/fake/virtual-clock.js';
import { milliseconds as ms } from '../../../../src/domain/units.js';

interface Script {
  readonly startTakes: number;
  readonly serveTakes: number;
  /** What goes wrong with the nth instance. */
  readonly goesWrong?: (instance: number) => 'start' | 'serve' | 'end' | 'stop' | undefined;
}

type Result = Served<string> & { at: number };

/** A platform with one function whose instances follow a script; `up` holds those that stand. */
function scene(
  script: Script,
  more: Partial<FunctionOptions<number, string>> = {},
  startsAtOnce = 8,
  sets?: readonly [string, ...string[]],
) {
  const clock = new VirtualClock();
  const up = new Set<number>();
  const sent: CpuSet[] = [];
  const wait = (time: number): Promise<void> => new Promise((resolve) => void clock.after(ms(time), resolve));
  const start = async (instance: number, cpus: CpuSet): Promise<RunningInstance<number, string>> => {
    sent.push(cpus);
    const wrong = script.goesWrong?.(instance);
    await wait(script.startTakes);
    if (wrong === 'start') throw new Error('no memory');
    up.add(instance);
    let end: () => void = () => undefined;
    let refusals = wrong === 'stop' ? 1 : 0;
    const ended = new Promise<undefined>((resolve) => (end = () => resolve(undefined)));
    return {
      ended,
      serve: async (request) => {
        if (wrong === 'end')
          clock.after(ms(script.serveTakes / 2), () => {
            up.delete(instance);
            end();
          });
        await wait(script.serveTakes);
        if (wrong === 'serve') throw new Error('out of memory');
        return `${request}`;
      },
      stop: async () => {
        await wait(1);
        if (refusals-- > 0) throw new Error('busy');
        up.delete(instance);
        end();
      },
    };
  };
  const platform = new Platform<number, string>({
    clock,
    startsAtOnce,
    ...(sets === undefined ? {} : { cpus: spreadOver(sets) }),
  });
  platform.deploy('f', {
    ...{
      start,
      policy: fixedKeepAlive(ms(1000)),
      minInstances: 0,
      maxInstances: 1000,
      concurrency: 1,
      queueLimit: 1000,
    },
    ...more,
  });
  const at = async (time: number, request = 0): Promise<Result> => {
    if (time > clock.now()) await wait(time - clock.now());
    return { ...(await platform.invoke('f', request)), at: clock.now() };
  };
  return { clock, platform, up, sent, at, wait };
}

const usual = { startTakes: 100, serveTakes: 10 };

describe('a request', () => {
  it('finds a cold instance, then a warm one, then none any more', async () => {
    const { at, platform, up } = scene(usual);
    const served = await Promise.all([at(0, 1), at(200), at(1212), at(3000)]);
    expect(served).toEqual([
      { outcome: 'ok', answer: '1', cold: true, queuedMs: 100, instance: 0, at: 110 },
      { outcome: 'ok', answer: '0', cold: false, queuedMs: 0, instance: 0, at: 210 },
      // Kept for 1000 ms after 210.
      { outcome: 'ok', answer: '0', cold: true, queuedMs: 100, instance: 1, at: 1322 },
      { outcome: 'ok', answer: '0', cold: true, queuedMs: 100, instance: 2, at: 3110 },
    ]);
    await platform.stop();
    expect(up.size).toBe(0);
    // 0 to 1211, 1212 to 2323, 3000 to 3111: stopping takes 1.
    expect(platform.counts('f')).toMatchObject({ started: 3, instanceMs: 1211 + 1111 + 111, highest: 1 });
  });

  it('waits in turn for one of few instances, and is rejected by a full queue', async () => {
    const { at, platform } = scene(usual, { maxInstances: 1, queueLimit: 1 });
    const served = await Promise.all([at(0), at(0), at(0), at(112), at(113)]);
    expect(served).toMatchObject([
      { cold: true, queuedMs: 100, at: 110 },
      { cold: false, queuedMs: 110, at: 120 },
      { outcome: 'rejected', reason: 'the queue is full: 1 requests wait' },
      { cold: false, queuedMs: 8, at: 130 },
      { outcome: 'rejected' },
    ]);
    expect(platform.counts('f').rejected).toBe(2);
    await platform.stop();
  });

  it('is not rejected without a queue while an instance can be started for it', async () => {
    const { at, platform } = scene(usual, { maxInstances: 2, queueLimit: 0 });
    const served = await Promise.all([at(0), at(0), at(0), at(150), at(150), at(150)]);
    expect(served.map(({ outcome }) => outcome)).toEqual(['ok', 'ok', 'rejected', 'ok', 'ok', 'rejected']);
    await platform.stop();
  });

  it('shares an instance up to its concurrency', async () => {
    const { at, platform } = scene(usual, { concurrency: 3 });
    const served = await Promise.all([at(0), at(0), at(0), at(0)]);
    expect(served.map((one) => 'instance' in one && one.instance)).toEqual([0, 0, 0, 1]);
    expect(platform.counts('f').highest).toBe(2);
    await platform.stop();
  });

  it('finds an instance warm that was started ahead, as long as requests come', async () => {
    const { at, platform, wait } = scene(usual, { preWarm: 1 });
    const served = await Promise.all([at(0), at(150), at(150), at(270), at(270)]);
    // The first is cold; as it is served another is started, which is up at 200. Of two at 150 the second waits for the
    // first to be done, and of two at 270 neither.
    expect(served).toMatchObject([
      { cold: true },
      { cold: false, queuedMs: 0 },
      { cold: false, queuedMs: 10 },
      { cold: false, queuedMs: 0 },
      { cold: false, queuedMs: 0 },
    ]);
    expect(platform.standing('f')).toBe(3);
    // And none is kept for nobody.
    await wait(2000);
    expect(platform.standing('f')).toBe(0);
    await platform.stop();
  });

  it('finds no more instances ahead than there may be', async () => {
    const { at, platform } = scene(usual, { preWarm: 10, maxInstances: 3 });
    await at(0);
    expect(platform.standing('f')).toBe(3);
    expect(platform.counts('f').highest).toBe(3);
    await platform.stop();
  });

  it('finds the least number of instances standing, and for good', async () => {
    const { at, platform } = scene(usual, { minInstances: 2 });
    expect(await Promise.all([at(150), at(150), at(9000)])).toMatchObject([
      { cold: false },
      { cold: false },
      { cold: false, queuedMs: 0 },
    ]);
    expect(platform.standing('f')).toBe(2);
    await platform.stop();
  });
});

describe('two hundred cold starts at once', () => {
  it('are limited, queued and counted', async () => {
    const { at, platform, up } = scene(usual, {}, 8);
    const served = await Promise.all(Array.from({ length: 200 }, (_, i) => at(0, i)));
    expect(platform.starts).toMatchObject({ highestAtOnce: 8, delayed: 192, highestWaiting: 192 });
    expect(served.every(({ outcome }) => outcome === 'ok')).toBe(true);
    // Served ones free their instances for others: all wait at most for 25 rounds of starts.
    expect(Math.max(...served.map((one) => ('queuedMs' in one ? one.queuedMs : 0)))).toBeLessThanOrEqual(
      2500,
    );
    await platform.stop();
    expect(up.size).toBe(0);
  });
});

describe('placement', () => {
  it('spreads instances over the sets, and gives back the places of those that are gone', async () => {
    const { at, platform, sent } = scene(usual, {}, 8, ['2', '3']);
    await Promise.all([at(0), at(0), at(0), at(9000), at(9000)]);
    expect(sent).toEqual(['2', '3', '2', '2', '3']);
    await platform.stop();
  });
});

describe('policies on the platform', () => {
  it('the hybrid histogram takes down, pre-warms, and the next finds it warm', async () => {
    const policy = new HybridHistogram({ binMs: ms(1000), bins: 240, fallbackMs: ms(500) });
    const { at, platform, up, wait } = scene(usual, { policy });
    // Idle for 10 s each time. The first is cold, the second (after the fallback's 500 ms) too.
    await at(0);
    expect(await at(10_110)).toMatchObject({ cold: true, at: 10_220 });
    // Known now: bin 10; pre-warm after 9 s (less 10 %), keep to 12.1 s.
    await wait(2);
    expect(up.size).toBe(0);
    expect(await at(20_220)).toMatchObject({ cold: false, queuedMs: 0, instance: 2 });
    // Nobody comes: pre-warmed at 29230, ready at 29330, gone 3.1 s later.
    await wait(32_400 - 20_230);
    expect(up.size).toBe(1);
    await wait(40);
    expect(up.size).toBe(0);
    await platform.stop();
  });

  it('the concurrency target scales out, and to zero', async () => {
    const policy = new ConcurrencyTarget({ concurrencyPerInstance: 1, targetUtilization: 1 });
    const { at, platform, wait } = scene({ startTakes: 100, serveTakes: 1000 }, { policy });
    const requests = Array.from({ length: 40 }, (_, i) => at(i * 250));
    await wait(9000);
    // 4 a second of 1 s each, and those of the beginning: at least 4 at once.
    expect(platform.standing('f')).toBeGreaterThanOrEqual(4);
    const served = await Promise.all(requests);
    expect(served.every(({ outcome }) => outcome === 'ok')).toBe(true);
    expect(served.at(-1)).toMatchObject({ cold: false, queuedMs: 0 });
    await wait(200_000);
    expect(platform.standing('f')).toBe(0);
    expect(await at(0)).toMatchObject({ cold: true, queuedMs: 100 });
    await platform.stop();
  });
});

describe('bad days', () => {
  it('an instance that fails a request is replaced, and only that request is lost', async () => {
    const { at, platform, up } = scene(
      { ...usual, goesWrong: (n) => (n === 0 ? 'serve' : undefined) },
      { maxInstances: 1 },
    );
    expect(await Promise.all([at(0), at(0)])).toMatchObject([
      { outcome: 'crashed', reason: 'out of memory', cold: true, queuedMs: 100, instance: 0, at: 110 },
      // After the back-off's first 10 ms.
      { outcome: 'ok', cold: true, queuedMs: 220, instance: 1, at: 230 },
    ]);
    expect(platform.counts('f').died).toBe(1);
    await platform.stop();
    expect(up.size).toBe(0);
  });

  it('an instance that ends while serving fails what it serves at once', async () => {
    const { at, platform } = scene({ ...usual, goesWrong: () => 'end' });
    expect(await at(0)).toMatchObject({
      outcome: 'crashed',
      reason: 'the instance ended while serving',
      at: 105,
    });
    expect(platform.standing('f')).toBe(0);
    expect(platform.counts('f').died).toBe(1);
    await platform.stop();
  });

  it('a start that fails tells the one that waited longest, a second one in a row all that wait', async () => {
    const { at, platform } = scene({ ...usual, goesWrong: () => 'start' }, { maxInstances: 1 });
    expect(await Promise.all([at(0), at(0), at(0)])).toMatchObject([
      { outcome: 'crashed', reason: 'no instance could be started: no memory', at: 100 },
      { outcome: 'crashed', reason: 'no instance could be started: no memory', at: 210 },
      { outcome: 'crashed', at: 210 },
    ]);
    expect(platform.counts('f').startsFailed).toBe(2);
    await platform.stop();
  });

  it('starts that fail at once are tried ever more rarely, and requests that waited fail with the reason', async () => {
    const { at, platform } = scene({ startTakes: 0, serveTakes: 1, goesWrong: () => 'start' });
    const served = await Promise.all(Array.from({ length: 100 }, (_, i) => at(100 * i, i)));
    for (const one of served)
      expect(one).toMatchObject({ outcome: 'crashed', reason: 'no instance could be started: no memory' });
    // After 10, 20, 40 ... 640 ms, then once a second. Without a back-off there would be no end.
    const { startsFailed, started } = platform.counts('f');
    expect([started, startsFailed]).toEqual([0, 17]);
    await platform.stop();
  });

  it('starts that fail while others succeed do not storm the machine', async () => {
    // Eight are asked for, and all but the first fail at once, for ever.
    const { at, platform } = scene({
      ...{ startTakes: 0, serveTakes: 5000 },
      goesWrong: (n) => (n === 0 ? undefined : 'start'),
    });
    await Promise.all(Array.from({ length: 8 }, () => at(0)));
    // In 40 s: seven at once, then ever more rarely; the first service at 5 s begins the back-off anew.
    expect(platform.counts('f').startsFailed).toBeLessThan(7 + 12 + 42);
    await platform.stop();
  });

  it('instances that end as soon as they stand are started anew ever more rarely', async () => {
    const clock = new VirtualClock();
    const platform = new Platform<number, string>({ clock, startsAtOnce: 8 });
    const dies = (): Promise<RunningInstance<number, string>> =>
      Promise.resolve({
        ended: Promise.resolve('could not be executed: EAGAIN'),
        serve: () => new Promise(() => undefined),
        stop: () => Promise.resolve(),
      });
    platform.deploy('f', {
      ...{ start: dies, policy: fixedKeepAlive(ms(1000)), minInstances: 1, maxInstances: 4 },
      ...{ concurrency: 1, queueLimit: 1000 },
    });
    await new Promise<void>((resolve) => void clock.after(ms(10_000), resolve));
    // What could never be executed is a start that failed.
    const { started, startsFailed, died } = platform.counts('f');
    expect({ started, died }).toEqual({ started: 0, died: 0 });
    expect(startsFailed).toBeGreaterThan(10);
    expect(startsFailed).toBeLessThan(20);
    await platform.stop();
  });

  it('one start after a back-off succeeds, and all that wait are served', async () => {
    const { at, platform } = scene({ ...usual, goesWrong: (n) => (n < 5 ? 'start' : undefined) });
    const served = await Promise.all([...Array.from({ length: 5 }, () => at(0)), at(400), at(400)]);
    expect(served.slice(0, 5).map(({ outcome }) => outcome)).toContain('crashed');
    expect(served.slice(5).map(({ outcome }) => outcome)).toEqual(['ok', 'ok']);
    await platform.stop();
  });

  it('one that will not stop is told twice', async () => {
    const { at, platform, up } = scene({ ...usual, goesWrong: () => 'stop' });
    await at(0);
    await platform.stop();
    expect(up.size).toBe(0);
    expect(platform.counts('f').stopsFailed).toBe(0);
  });

  it.each([50, 105, 150])('stopped after %d ms nothing stands, and everyone is told', async (time) => {
    const { at, platform, up, wait } = scene(usual, { maxInstances: 6 }, 2);
    const requests = Array.from({ length: 20 }, () => at(0));
    await wait(time);
    await platform.stop();
    const served = await Promise.all(requests);
    expect(served).toHaveLength(20);
    expect(served.some(({ outcome }) => outcome === 'rejected')).toBe(true);
    expect(up.size).toBe(0);
    expect(platform.standing('f')).toBe(0);
    expect(await at(0)).toMatchObject({ outcome: 'rejected', reason: 'the platform is stopped' });
    await platform.stop();
  });
});
