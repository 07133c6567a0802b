import { describe, expect, it } from 'vitest';
import { FakeRuntime } from '../../../src/control-plane/runtimes/fake/fake-runtime.js';
import { VirtualClock } from '../../../src/control-plane/runtimes/fake/virtual-clock.js';
import { cellsOf, makePlan, type Plan } from '../../../src/experiment/plan.js';
import { echoFunction, experimentOf, gives } from './fixture.js';

const clock = new VirtualClock();
const runtimes = ['one', 'two'].map((id) => new FakeRuntime(clock, { id }));
const functions = [{ definition: echoFunction(), payloads: ['small', 'large'] }];

function planFor(changes: Record<string, unknown>): Plan {
  const experiment = experimentOf(changes);
  return makePlan(experiment, cellsOf(experiment, functions, runtimes, gives));
}

describe('a plan beyond the bounds is refused before it is made', () => {
  it('names the measured invocations, the bound and what to lower', () => {
    const repetitions = { cold: 1_000_000_000, warm: 1_000_000_000 };
    expect(() => planFor({ starts: ['cold', 'warm'], repetitions })).toThrow(
      'The plan has 8 000 000 000 measured invocations in 8 cells, above the bound of 1 000 000',
    );
  });

  it('counts exceptions, and a sandbox for each warm invocation', () => {
    const exceptions = [{ payloads: ['large'], repetitions: { cold: 1_000_000 } }];
    expect(() => planFor({ starts: ['cold'], exceptions })).toThrow('2 000 060 measured invocations');
    const warm = { sandboxes: 1e9, invocationsPerSandbox: 1 };
    expect(() => planFor({ starts: ['warm'], repetitions: { cold: 1, warm: 1e9 }, warm })).toThrow('bound');
  });

  it('names the combinations of factors', () => {
    const concurrency = Array.from({ length: 1000 }, (_, i) => i + 1);
    const load = { rates: concurrency };
    expect(() => planFor({ concurrency, load })).toThrow(
      'The experiment has 4 000 000 cells (combinations of its factors), above the bound of 100 000',
    );
  });

  it('names the levels of a load with its rounds', () => {
    const concurrency = Array.from({ length: 1000 }, (_, i) => i + 1);
    expect(() => planFor({ concurrency, load: { rounds: 100 } })).toThrow(
      'The load has 400 000 levels (4 000 cells, each 100 times), above the bound of 100 000',
    );
  });
});

it('a plan just within the bounds is made, each trial once', () => {
  const { trials } = planFor({ starts: ['cold'], repetitions: { cold: 20_000, warm: 1 } });
  expect(trials).toHaveLength(80_000);
  expect(new Set(trials.map(({ round }) => round)).size).toBe(20_000);
});
