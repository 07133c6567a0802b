import { describe, expect, it } from 'vitest';
import { milliseconds as ms, type Milliseconds } from '../../../src/domain/units.js';
import { fixedKeepAlive } from '../../../src/policies/fixed-keep-alive.js';
import type { Deployment } from '../../../src/simulation/pool.js';
import { simulateList, Simulator, type SimulationFigures } from '../../../src/simulation/simulator.js';
import { always, exponential, type TimeAt } from '../../../src/simulation/times.js';
import { seededRandom } from '../../../src/stats/random.js';

/** Independent arrivals, so many a second. */
function* poisson(perSecond: number, count: number, seed = 1) {
  const random = seededRandom(seed, 'arrivals');
  for (let at = 0, i = 0; i < count; i++) {
    at -= (1000 / perSecond) * Math.log(1 - random.uniform());
    yield { atMs: ms(at), function: 'f' };
  }
}

const forever = ms(1e15);

/** `servers` instances that stand from the beginning and stay. */
const stations = (service: TimeAt, servers: number, queueLimit = Infinity): Deployment => ({
  policy: fixedKeepAlive(forever),
  ...{ minInstances: servers, maxInstances: servers, concurrency: 1, queueLimit },
  times: { launch: always(ms(0)), service, stopMs: ms(0) },
});

function simulated(
  deployment: Deployment,
  arrivals: ReturnType<typeof poisson>,
  cores = Infinity,
): SimulationFigures {
  const simulator = new Simulator({ startsAtOnce: 1e9, seed: 7, cores, deploy: () => deployment });
  const [figures] = simulateList(arrivals, [simulator]);
  return figures as SimulationFigures;
}

const mean = (of: Milliseconds | undefined): number => of ?? NaN;

/** The share that find all servers busy and are lost (Erlang 1917), by its recursion; `load` in Erlang. */
function erlangB(servers: number, load: number): number {
  let blocked = 1;
  for (let k = 1; k <= servers; k++) blocked = (load * blocked) / (k + load * blocked);
  return blocked;
}

/** The share that find all servers busy and wait. */
function erlangC(servers: number, load: number): number {
  const blocked = erlangB(servers, load);
  return blocked / (1 - (load / servers) * (1 - blocked));
}

describe('M/M/1', () => {
  it.each([0.3, 0.7, 0.8])('at a utilization of %d has exponential response times', (utilization) => {
    const { latency } = simulated(stations(exponential(ms(100)), 1), poisson(10 * utilization, 400_000));
    const expected = 100 / (1 - utilization);
    expect(mean(latency.mean) / expected).toBeCloseTo(1, 1);
    for (const share of [0.5, 0.9, 0.99]) {
      const wanted = -expected * Math.log(1 - share);
      expect(Math.abs(mean(latency.quantile(share)) / wanted - 1)).toBeLessThan(0.04);
    }
  });
});

describe('M/M/k', () => {
  it.each([
    [2, 1.4],
    [5, 4],
    [20, 17],
  ])('of %d servers at %d Erlang has as many waiting, and for so long, as Erlang C says', (servers, load) => {
    const { queued } = simulated(stations(exponential(ms(100)), servers), poisson(load * 10, 400_000));
    const waiting = erlangC(servers, load);
    const counted = [...queued.buckets()].reduce((sum, [wait, n]) => sum + (wait > 1e-6 ? n : 0), 0);
    expect(Math.abs(counted / queued.count - waiting)).toBeLessThan(0.015);
    const expected = (waiting * 100) / (servers - load);
    expect(Math.abs(mean(queued.mean) / expected - 1)).toBeLessThan(0.06);
  });
});

describe('M/G/1', () => {
  const uniform: TimeAt = (draw) => ms(200 * draw);
  const twoKinds: TimeAt = (draw) => ms(draw < 0.9 ? 50 : 550);
  it.each([
    ['all the same', always(ms(100)), 0],
    ['uniform', uniform, 1 / 3],
    ['of two kinds', twoKinds, 2.25],
  ] as const)(
    'with service times %s waits as long as Pollaczek and Khinchine say',
    (_, service, variation) => {
      const { queued, latency } = simulated(stations(service, 1), poisson(6, 400_000));
      const expected = ((0.6 / 0.4) * 100 * (1 + variation)) / 2;
      expect(Math.abs(mean(queued.mean) / expected - 1)).toBeLessThan(0.04);
      expect(mean(latency.mean) - mean(queued.mean)).toBeCloseTo(100, 0);
    },
  );
});

describe('instances that share CPUs', () => {
  const many = 400;
  it.each([
    ['exponential', exponential(ms(100))],
    ['all the same', always(ms(100))],
    ['of two kinds', (draw: number) => ms(draw < 0.9 ? 50 : 550)],
  ] as const)(
    'of one CPU and service times %s answer after E[S] / (1 - utilization): M/G/1-PS, whatever the distribution',
    (_, service) => {
      const { latency, queued } = simulated(stations(service, many), poisson(6, 300_000), 1);
      expect(Math.abs(mean(latency.mean) / (100 / 0.4) - 1)).toBeLessThan(0.03);
      expect(queued.max).toBe(0);
    },
  );

  it('of one CPU slow a request of any size by as much: x / (1 - utilization)', () => {
    const sums = new Map<number, { sum: number; count: number }>();
    const simulator = new Simulator({
      ...{ startsAtOnce: 1e9, seed: 7, cores: 1 },
      deploy: () => stations((draw) => ms(draw < 0.9 ? 50 : 550), many),
      onSettled: ({ serviceMs }) => {
        // A long one takes at least 550 ms; a short one that long is rarer than one in ten thousand.
        const kind = serviceMs >= 550 ? 550 : 50;
        const { sum, count } = sums.get(kind) ?? { sum: 0, count: 0 };
        sums.set(kind, { sum: sum + serviceMs, count: count + 1 });
      },
    });
    simulateList(poisson(3, 200_000), [simulator]);
    for (const [size, { sum, count }] of sums)
      expect(Math.abs(sum / count / (size / 0.7) - 1)).toBeLessThan(0.05);
  });

  it.each([
    [2, 1.4],
    [4, 3],
  ])('of %d CPUs at %d Erlang are as many at work as M/M/k has', (cores, load) => {
    const { latency } = simulated(stations(exponential(ms(100)), many), poisson(load * 10, 300_000), cores);
    const expected = 100 + (erlangC(cores, load) * 100) / (cores - load);
    expect(Math.abs(mean(latency.mean) / expected - 1)).toBeLessThan(0.04);
  });

  it('do not feel each other where there are CPUs for all', () => {
    const alone = simulated(stations(exponential(ms(100)), many), poisson(20, 50_000));
    const shared = simulated(stations(exponential(ms(100)), many), poisson(20, 50_000), many);
    expect(mean(shared.latency.mean) / mean(alone.latency.mean)).toBeCloseTo(1, 9);
  });

  it('are refused less than some CPU', () => {
    expect(() => simulated(stations(always(ms(1)), 1), poisson(1, 1), 0)).toThrow('more than no CPU');
  });
});

describe('a loss system', () => {
  const twoKinds: TimeAt = (draw) => ms(draw < 0.9 ? 50 : 550);
  it.each([
    ['exponential', exponential(ms(100)), 3, 2],
    ['constant', always(ms(100)), 3, 2],
    ['of two kinds', twoKinds, 10, 8],
  ] as const)(
    'with service times %s rejects as many as Erlang B says: the form of the distribution does not matter',
    (_, service, servers, load) => {
      const { rejected, invocations, served, queued } = simulated(
        stations(service, servers, 0),
        poisson(load * 10, 300_000),
      );
      expect(rejected + served).toBe(invocations);
      expect(Math.abs(rejected / invocations - erlangB(servers, load))).toBeLessThan(0.004);
      expect(queued.max).toBe(0);
    },
  );
});

describe('keep-alive', () => {
  const kept = (keepAlive: number, times: Partial<Deployment['times']>, maxInstances = 1000): Deployment => ({
    policy: fixedKeepAlive(ms(keepAlive)),
    ...{ minInstances: 0, maxInstances, concurrency: 1, queueLimit: Infinity },
    times: { launch: always(ms(0)), service: always(ms(0)), stopMs: ms(0), ...times },
  });

  it.each([10, 60, 180])('of %d s: exp(-rate T) of the requests are cold', (seconds) => {
    const { cold, served, instanceMs, endMs } = simulated(kept(seconds * 1000, {}), poisson(1 / 60, 100_000));
    const expected = Math.exp(-seconds / 60);
    expect(Math.abs(cold / served - expected)).toBeLessThan(0.005);
    // It stands unless the last request was longer ago.
    expect(Math.abs(instanceMs / endMs - (1 - expected))).toBeLessThan(0.005);
  });

  it('has an instance for each request at once, as M/G/infinity says, where nothing limits them', () => {
    const { instanceMs, endMs, served, rejected, cold } = simulated(
      kept(0, { service: exponential(ms(500)) }),
      poisson(8, 200_000),
    );
    expect(rejected).toBe(0);
    expect(cold).toBe(served);
    // Little's law: 8 a second, each for half a second.
    expect(Math.abs(instanceMs / endMs - 4)).toBeLessThan(0.04);
  });

  it('counts a launch in the latency of those for whom it was, and in what is paid for', () => {
    const { latency, busyMs, cold, served } = simulated(
      kept(60_000, { launch: always(ms(250)), service: always(ms(10)) }),
      poisson(1 / 60, 20_000),
    );
    expect(latency.max).toBeCloseTo(260, 6);
    expect(latency.quantile(0.5)).toBeCloseTo(10, 1);
    expect(busyMs).toBeGreaterThan(served * 10 + cold * 245);
    expect(busyMs).toBeLessThanOrEqual(served * 10 + cold * 250 + 1e-3);
  });
});
