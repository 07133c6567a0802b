/**
 * The simulator beside the platform that drives real sandboxes, on the virtual clock: the same arrivals and times must lead
 * to the same decisions at the same moments.
 */
import { describe, expect, it } from 'vitest';
import type { PlatformEvent, RunningInstance } from '../../../src/control-plane/platform/instance.js';
import { Platform } from '../../../src/control-plane/platform/platform.js';
import { VirtualClock } from '../../../src/control-plane/runtimes/fake/virtual-clock.js';
import type { TraceInvocation } from '../../../src/domain/trace.js';
import { milliseconds as ms } from '../../../src/domain/units.js';
import { ConcurrencyTarget } from '../../../src/policies/concurrency-target.js';
import { fixedKeepAlive } from '../../../src/policies/fixed-keep-alive.js';
import { HybridHistogram } from '../../../src/policies/hybrid-histogram.js';
import type { PlatformPolicy } from '../../../src/policies/policy.js';
import type { Deployment } from '../../../src/simulation/pool.js';
import { simulateList, Simulator } from '../../../src/simulation/simulator.js';
import { seededRandom } from '../../../src/stats/random.js';

interface Setting {
  /** Its own for each function and each of the two. */
  readonly policy: () => PlatformPolicy;
  readonly minInstances?: number;
  readonly maxInstances?: number;
  readonly concurrency?: number;
  readonly queueLimit?: number;
  readonly startsAtOnce?: number;
  readonly preWarm?: number;
}

/** What a request takes is in the trace, so that both know it whoever serves it; what a launch takes is its number's. */
const launchOf = (instance: number): number => 80 + ((instance * 37) % 50) + instance / 1024;
const stopMs = ms(3.25);

interface Journal {
  readonly requests: string[];
  readonly instances: string[];
}

const at = (time: number): string => time.toFixed(6);

async function onPlatform(trace: readonly TraceInvocation[], setting: Setting): Promise<Journal> {
  const clock = new VirtualClock();
  const wait = (time: number): Promise<void> => new Promise((resolve) => void clock.after(ms(time), resolve));
  const journal: Journal = { requests: [], instances: [] };
  const end = { reached: false };
  const seen = new Set(['asked', 'ready', 'stopped']);
  const platform = new Platform<TraceInvocation, string>({
    clock,
    startsAtOnce: setting.startsAtOnce ?? 2,
    onEvent: ({ at: time, what, instance, function: name }: PlatformEvent & { function: string }) => {
      if (!end.reached && seen.has(what)) journal.instances.push(`${at(time)} ${name} ${what} ${instance}`);
    },
  });
  const names = [...new Set(trace.map((one) => one.function))];
  for (const name of names)
    platform.deploy(name, {
      ...{ minInstances: 0, maxInstances: 1000, concurrency: 1, queueLimit: 1000, ...setting },
      policy: setting.policy(),
      start: async (instance): Promise<RunningInstance<TraceInvocation, string>> => {
        await wait(launchOf(instance));
        return {
          serve: async ({ durationMs = ms(0) }) => {
            await wait(durationMs);
            return '';
          },
          ended: new Promise(() => undefined),
          stop: () => wait(stopMs),
        };
      },
    });
  await Promise.all(
    trace.map(async (invocation, index) => {
      await wait(invocation.atMs);
      const served = await platform.invoke(invocation.function, invocation);
      if (served.outcome === 'crashed') throw new Error(served.reason);
      journal.requests[index] =
        served.outcome === 'ok'
          ? `ok ${served.cold} ${at(served.queuedMs)} ${served.instance} ${at(clock.now())}`
          : 'rejected';
    }),
  );
  end.reached = true;
  await platform.stop();
  return journal;
}

function inSimulation(trace: readonly TraceInvocation[], setting: Setting): Journal {
  const journal: Journal = { requests: [], instances: [] };
  const indexOf = new Map(trace.map((one, index) => [one, index]));
  let isOver = false;
  const draws = new Map<number, number>();
  // The draw of an instance is what the simulator gives its launch; here it leads back to the instance's number.
  const deploy = (): Deployment => {
    let launched = 0;
    return {
      ...{ minInstances: 0, maxInstances: 1000, concurrency: 1, queueLimit: 1000, ...setting },
      policy: setting.policy(),
      times: {
        launch: (draw) => {
          if (!draws.has(draw)) draws.set(draw, launched++);
          return ms(launchOf(draws.get(draw) as number));
        },
        service: (_, __, { durationMs = ms(0) }) => durationMs,
        stopMs,
      },
    };
  };
  let settled = 0;
  const simulator = new Simulator({
    startsAtOnce: setting.startsAtOnce ?? 2,
    seed: 1,
    deploy,
    functions: [...new Set(trace.map((one) => one.function))],
    onSettled: ({ invocation, outcome, cold, queuedMs, instance }, time) => {
      settled += 1;
      isOver = settled === trace.length;
      journal.requests[indexOf.get(invocation) as number] =
        outcome === 'ok' ? `ok ${cold} ${at(queuedMs)} ${instance} ${at(time)}` : 'rejected';
    },
    onInstance: ({ function: name, at: time, what, instance }) => {
      if (!isOver) journal.instances.push(`${at(time)} ${name} ${what} ${instance}`);
    },
  });
  simulateList(trace, [simulator]);
  return journal;
}

/** Quiet times and bursts; times are odd enough that no two things happen at the same moment. */
function traceOf(
  count: number,
  { gap, takes, names = ['f'] }: { gap: number; takes: number; names?: string[] },
) {
  const random = seededRandom(3, `${count} ${gap} ${takes}`);
  let time = 0;
  return Array.from({ length: count }, (): TraceInvocation => {
    const isBurst = random.uniform() < 0.6;
    time -= Math.log(1 - random.uniform()) * (isBurst ? gap / 20 : gap);
    return {
      atMs: ms(time),
      function: names[random.below(names.length)] as string,
      durationMs: ms(-takes * Math.log(1 - random.uniform())),
    };
  });
}

const policies: readonly [string, () => PlatformPolicy][] = [
  ['fixed keep-alive', () => fixedKeepAlive(ms(700))],
  [
    'the hybrid histogram',
    () => new HybridHistogram({ binMs: ms(100), bins: 60, fallbackMs: ms(400), leastVariation: 0.5 }),
  ],
  [
    'the concurrency target',
    () =>
      new ConcurrencyTarget({
        ...{ concurrencyPerInstance: 1, stableWindowMs: ms(3000), panicWindowMs: ms(600), tickMs: ms(200.5) },
        scaleToZeroGraceMs: ms(900),
      }),
  ],
];

const limits: readonly [string, Omit<Setting, 'policy'>][] = [
  ['without limits but for starts', { startsAtOnce: 1 }],
  ['few instances and a short queue', { maxInstances: 3, queueLimit: 2 }],
  ['a loss system', { maxInstances: 2, queueLimit: 0 }],
  ['instances that serve three at once', { concurrency: 3, maxInstances: 4, queueLimit: 5 }],
  ['one instance more than is needed', { preWarm: 1, maxInstances: 5, startsAtOnce: 3 }],
];

describe.each(policies)('with %s', (_, policy) => {
  it.each(limits)('%s: every request and every instance is as on the platform', async (__, setting) => {
    const trace = traceOf(250, { gap: 600, takes: 120 });
    const real = await onPlatform(trace, { ...setting, policy });
    const simulated = inSimulation(trace, { ...setting, policy });
    expect(simulated).toEqual(real);
    // It is a scene in which something happens: some are cold, some warm, and instances come and go.
    expect(real.requests.some((one) => one.startsWith('ok true'))).toBe(true);
    expect(real.requests.filter((one) => one.startsWith('ok false')).length).toBeGreaterThan(30);
    expect(real.instances.length).toBeGreaterThan(3);
  });
});

describe('several functions', () => {
  it('share the starts of the machine as on the platform', async () => {
    const trace = traceOf(200, { gap: 300, takes: 100, names: ['f', 'g', 'h'] });
    const setting = { policy: () => fixedKeepAlive(ms(300)), startsAtOnce: 1, maxInstances: 5 };
    expect(inSimulation(trace, setting)).toEqual(await onPlatform(trace, setting));
  });
});
