import { describe, expect, it } from 'vitest';
import type { TraceInvocation } from '../../../src/domain/trace.js';
import { bytes, milliseconds as ms } from '../../../src/domain/units.js';
import { fixedKeepAlive } from '../../../src/policies/fixed-keep-alive.js';
import { EventClock } from '../../../src/simulation/event-clock.js';
import type { Deployment, Settled } from '../../../src/simulation/pool.js';
import {
  simulateAll,
  simulateList,
  Simulator,
  type SimulationFigures,
  type SimulatorOptions,
} from '../../../src/simulation/simulator.js';
import { always, empirical, exponential, tabulated, type CpuShares } from '../../../src/simulation/times.js';
import { sortSamples } from '../../../src/stats/sorted-samples.js';

const usual = { launch: always(ms(100)), service: always(ms(10)), stopMs: ms(0) };

const deployment = (changed: Partial<Deployment> = {}): Deployment => ({
  policy: fixedKeepAlive(ms(1000)),
  ...{ minInstances: 0, maxInstances: 8, concurrency: 1, queueLimit: 1000 },
  times: usual,
  ...changed,
});

const at = (...times: number[]): TraceInvocation[] =>
  times.map((time) => ({ atMs: ms(time), function: 'f' }));

function simulated(
  arrivals: readonly TraceInvocation[],
  deploy: SimulatorOptions['deploy'],
  more: Partial<SimulatorOptions> = {},
): SimulationFigures {
  const simulator = new Simulator({ startsAtOnce: 8, seed: 1, deploy, ...more });
  return simulateList(arrivals, [simulator])[0] as SimulationFigures;
}

describe('the clock of events', () => {
  it('goes by time, and at the same time by making', () => {
    const clock = new EventClock();
    const seen: string[] = [];
    const say = (word: string) => (): void => void seen.push(`${clock.now()} ${word}`);
    clock.after(ms(5), say('b'));
    clock.after(ms(2), say('a'));
    clock.after(ms(5), say('c'));
    const cancel = clock.after(ms(3), say('never'));
    cancel();
    clock.advanceTo(ms(4));
    expect([clock.now(), ...seen]).toEqual([4, '2 a']);
    while (clock.step());
    expect(seen).toEqual(['2 a', '5 b', '5 c']);
    cancel();
    expect(clock.step()).toBe(false);
  });

  it('stays as large as what is to come, however much is cancelled', () => {
    const clock = new EventClock();
    let happened = 0;
    clock.after(ms(1e9), () => void (happened += 1));
    for (let i = 0; i < 50_000; i++) clock.after(ms(1e8 + i), () => void (happened += 1e6))();
    expect((clock as unknown as { events: { length: number } }).events.length).toBeLessThan(3000);
    while (clock.step());
    expect(happened).toBe(1);
    expect(clock.now()).toBe(1e9);
  });
});

describe('times', () => {
  it('of samples are between the least and the largest, as often as these', () => {
    const time = empirical(sortSamples([1, 2, 4]));
    expect([0, 0.25, 0.5, 0.75].map(time)).toEqual([1, 1.5, 2, 3]);
  });
  it('of a table are those of the function, and never fall', () => {
    const time = tabulated((share) => 10 + share ** 2);
    expect(time(0.5)).toBeCloseTo(10.25, 4);
    expect(tabulated((share) => (share < 0.5 ? 5 : 4))(0.9)).toBe(5);
    expect(() => tabulated(() => NaN)).toThrow('NaN ms cannot be simulated');
  });
});

describe('a simulation', () => {
  it('counts cold starts, queueing, instances and their memory', () => {
    const figures = simulated(at(0, 50, 3000), () =>
      deployment({ maxInstances: 1, memoryBytes: bytes(2 ** 30) }),
    );
    // 100 + 10; waits 60 for the launch and for the first; cold again.
    expect(figures.latency.max).toBe(110);
    expect(figures).toMatchObject({
      ...{ invocations: 3, served: 3, rejected: 0, cold: 2, instancesStarted: 2, highest: 1, endMs: 3110 },
      busyMs: 30 + 200,
    });
    // From 0 until a second after 120, and from 3000 on.
    expect(figures.instanceMs).toBeCloseTo(1120 + 110, 9);
    expect(figures.memoryGibSeconds).toBeCloseTo(1.23, 9);
    expect(figures.timeline.reduce((sum, { ok }) => sum + ok, 0)).toBe(3);
    expect(figures.timeline[0]).toEqual({ fromMs: 0, ok: 2, cold: 1, failed: 0, worstMs: 110, instances: 1 });
    expect(figures.timeline[8]?.instances).toBe(0);
  });

  it('says nothing of memory that was not measured', () => {
    expect(simulated(at(0), () => deployment())).not.toHaveProperty('memoryGibSeconds');
  });

  it('has the least number of instances up before the first request', () => {
    const { cold, latency, instanceMs } = simulated(at(500, 500), () => deployment({ minInstances: 2 }));
    expect([cold, latency.max]).toEqual([0, 10]);
    expect(instanceMs).toBe(2 * 510);
  });

  it('starts spare instances ahead where it is told to', () => {
    const coldOf = (preWarm: number): number =>
      simulated(at(0, 305, 307), () => deployment({ preWarm, times: { ...usual, service: always(ms(500)) } }))
        .cold;
    expect([0, 1, 2].map(coldOf)).toEqual([3, 2, 1]);
    const { instancesStarted } = simulated(at(0, 1000), () => deployment({ preWarm: 1 }));
    expect(instancesStarted).toBe(2);
  });

  it('starts at most so many at once, of all functions together', () => {
    const arrivals = Array.from({ length: 6 }, (_, i) => ({ atMs: ms(0), function: `f${i}` }));
    const { startsDelayed, latency, functions } = simulated(arrivals, () => deployment(), {
      startsAtOnce: 2,
    });
    expect([functions, startsDelayed, latency.max]).toEqual([6, 4, 310]);
  });

  it('makes launches longer that begin beside others, where it is told to', () => {
    const times: Deployment['times'] = {
      launch: (_, atOnce) => ms(100 * atOnce),
      service: always(ms(500)),
      stopMs: ms(0),
    };
    expect(simulated(at(0, 0), () => deployment({ times })).latency.max).toBe(700);
  });

  it('lets launches share the CPUs with each other and with requests', () => {
    // Two launches of 100 ms on one CPU are up at 200, and their requests of 10 ms each are answered at 220.
    expect(simulated(at(0, 0), () => deployment(), { cores: 1 }).latency.max).toBe(220);
    expect(simulated(at(0, 0), () => deployment(), { cores: 2 }).latency.max).toBe(110);
  });

  it('slows only what is CPU time: the rest is waited for beside others', () => {
    const latencyWith = (cpuShares: CpuShares): number | undefined =>
      simulated(at(0, 0), () => deployment({ times: { ...usual, cpuShares } }), { cores: 1 }).latency.max;
    expect(latencyWith({ launch: 0, service: 0 })).toBe(110);
    // 80 ms of a launch are waited for; the CPU times of the two, 20 ms each, take 40.
    expect(latencyWith({ launch: 0.2, service: 0 })).toBe(80 + 40 + 10);
    expect(latencyWith({ launch: 0, service: 0.5 })).toBe(100 + 5 + 10);
  });

  it('leaves out and counts what nobody deploys, and ends without any request', () => {
    const figures = simulated(at(0, 1), () => undefined);
    expect(figures).toMatchObject({ invocations: 0, leftOut: 2, served: 0, functions: 0, instanceMs: 0 });
    expect(figures.latency.quantile(0.5)).toBeUndefined();
    expect(simulated([], () => deployment())).toMatchObject({ invocations: 0, endMs: 0, timeline: [] });
  });

  it('refuses arrivals that go back in time, and limits that are none', () => {
    expect(() => simulated(at(5, 4), () => deployment())).toThrow('comes at 4 ms, before');
    expect(() => simulated(at(0), () => deployment({ maxInstances: 0 }))).toThrow('min <= max');
    expect(() => simulated(at(0), () => deployment(), { startsAtOnce: 0 })).toThrow('at least one instance');
  });

  it('gives a request the same time under every policy, and another with another seed', () => {
    const service = exponential(ms(50));
    const times = { launch: always(ms(100)), service, stopMs: ms(0) };
    const arrivals = at(...Array.from({ length: 300 }, (_, i) => i * 40));
    const servicesOf = (changed: Partial<Deployment>, seed: number): number[] => {
      const services: number[] = [];
      const onSettled = ({ invocation, serviceMs, cold }: Settled): void => {
        if (!cold) services[arrivals.indexOf(invocation)] = serviceMs;
      };
      simulated(arrivals, () => deployment({ times, ...changed }), { seed, onSettled });
      return services;
    };
    const first = servicesOf({}, 1);
    const other = servicesOf({ policy: fixedKeepAlive(ms(30)), maxInstances: 2 }, 1);
    const both = arrivals.map((_, i) => i).filter((i) => first[i] !== undefined && other[i] !== undefined);
    expect(both.length).toBeGreaterThan(50);
    expect(both.map((i) => first[i])).toEqual(both.map((i) => other[i]));
    expect(servicesOf({}, 2)[10]).not.toBe(first[10]);
    expect(servicesOf({}, 1)).toEqual(first);
  });

  it('of several at once hears arrivals once, from whatever gives them', async () => {
    async function* stream(): AsyncGenerator<TraceInvocation, void> {
      for (const one of at(0, 10, 2000)) yield await Promise.resolve(one);
    }
    const simulators = [1000, 3000].map(
      (keepAlive) =>
        new Simulator({
          ...{ startsAtOnce: 8, seed: 1 },
          deploy: () => deployment({ policy: fixedKeepAlive(ms(keepAlive)) }),
        }),
    );
    const figures = await simulateAll(stream(), simulators);
    expect(figures.map(({ cold }) => cold)).toEqual([3, 2]);
  });

  it('over a long time has few slices, with everything in them', () => {
    const arrivals = at(...Array.from({ length: 2000 }, (_, i) => i * 60_000));
    const { timeline } = simulated(arrivals, () => deployment());
    expect(timeline.length).toBeLessThanOrEqual(120);
    expect(timeline.reduce((sum, { ok }) => sum + ok, 0)).toBe(2000);
    expect(timeline.reduce((sum, { cold }) => sum + cold, 0)).toBe(2000);
    expect(Math.max(...timeline.map(({ instances }) => instances))).toBe(1);
  });
});
