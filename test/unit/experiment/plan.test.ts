import { describe, expect, it } from 'vitest';
import { FakeRuntime } from '../../../src/control-plane/runtimes/fake/fake-runtime.js';
import { VirtualClock } from '../../../src/control-plane/runtimes/fake/virtual-clock.js';
import { cellKey, type Start } from '../../../src/domain/factors.js';
import { cellsOf, makePlan, type Plan, type Trial } from '../../../src/experiment/plan.js';
import { echoFunction, experimentOf, gives } from './fixture.js';

const clock = new VirtualClock();
const runtimes = ['one', 'two', 'three'].map((id) => new FakeRuntime(clock, { id }));
const functions = ['echo', 'other'].map((name) => ({
  definition: echoFunction(name),
  payloads: ['small', 'large'],
}));

function planFor(changes: Record<string, unknown> = {}): Plan {
  const experiment = experimentOf({ repetitions: { cold: 30, warm: 100 }, ...changes });
  return makePlan(experiment, cellsOf(experiment, functions, runtimes, gives));
}

const orderOf = (plan: Plan): string[] =>
  plan.trials.map((trial) => `${trial.round} ${cellKey(trial.cell)} ${trial.invocations}`);

function trialsOfEachCell(plan: Plan, start: Start): Trial[][] {
  return plan.cells
    .filter((cell) => cell.start === start)
    .map((cell) => plan.trials.filter((trial) => cellKey(trial.cell) === cellKey(cell)));
}

describe('the cells', () => {
  it('are every combination of the factors, each once', () => {
    const { cells } = planFor();
    expect(cells).toHaveLength(2 * 2 * 2 * 3);
    expect(new Set(cells.map(cellKey)).size).toBe(cells.length);
    expect(cells[0]).toEqual({
      function: 'echo',
      payload: 'small',
      runtime: 'one',
      class: 'process',
      environment: 'local',
      start: 'cold',
      concurrency: 1,
      transport: 'stdio',
      language: 'rust',
    });
  });

  it('say of an emulated environment that it is one, and of others nothing', () => {
    const experiment = experimentOf({});
    const cells = cellsOf(experiment, functions, runtimes, gives, [
      { name: 'my-device', emulated: false },
      { name: 'edge', emulated: true },
    ]);
    expect(cells).toHaveLength(2 * 2 * 2 * 3 * 2);
    expect(new Set(cells.map(cellKey)).size).toBe(cells.length);
    for (const cell of cells) {
      if (cell.environment === 'edge') expect(cell.emulated).toBe(true);
      else expect(cell).not.toHaveProperty('emulated');
    }
  });
});

describe('cells that start from a snapshot', () => {
  it('are of the runtimes that have that start and a way to it', () => {
    const starts = ['cold', 'snapshot', 'warm'] as const;
    const having = new FakeRuntime(clock, { id: 'with', starts });
    const wayless = new FakeRuntime(clock, { id: 'wayless', starts });
    wayless.artifactKindFor = (_options, use) =>
      use?.snapshot === true ? (undefined as never) : 'native-binary';
    const without = new FakeRuntime(clock, { id: 'without' });
    const experiment = experimentOf({ starts: ['cold', 'snapshot'] });
    const cells = cellsOf(experiment, functions.slice(0, 1), [having, wayless, without], gives);
    const found = cells
      .filter(({ payload }) => payload === 'small')
      .map((cell) => [cell.start, cell.runtime]);
    expect(found).toEqual([
      ['cold', 'with'],
      ['cold', 'wayless'],
      ['cold', 'without'],
      ['snapshot', 'with'],
    ]);
  });
});

describe('the plan', () => {
  it('interleaves environments as it does runtimes: each has its trial of a cell in each round', () => {
    const experiment = experimentOf({ repetitions: { cold: 5, warm: 5 }, starts: ['cold'] });
    const environments = ['local', 'edge'].map((name) => ({ name, emulated: name === 'edge' }));
    const { trials } = makePlan(experiment, cellsOf(experiment, functions, runtimes, gives, environments));
    for (let round = 0; round < 5; round += 1) {
      const inRound = trials.filter((trial) => trial.round === round).map(({ cell }) => cell.environment);
      expect(inRound.filter((name) => name === 'edge')).toHaveLength(12);
      expect(inRound.filter((name) => name === 'local')).toHaveLength(12);
      // Not one after the other.
      expect(inRound.join(' ')).not.toMatch(/^(local ?){12}|^(edge ?){12}/);
    }
  });

  it('numbers its trials in their order', () => {
    const { trials } = planFor();
    expect(trials.map((trial) => trial.index)).toEqual(trials.map((_, index) => index));
    const rounds = trials.map((trial) => trial.round);
    expect(rounds).toEqual([...rounds].sort((a, b) => a - b));
  });

  it('holds every cold cell once in each round', () => {
    const plan = planFor();
    for (const trials of trialsOfEachCell(plan, 'cold')) {
      expect(trials.map((trial) => trial.round)).toEqual(Array.from({ length: 30 }, (_, round) => round));
      expect(trials.every((trial) => trial.invocations === 1)).toBe(true);
    }
  });

  it('holds a warm cell at most once in each round, spread evenly over the run', () => {
    for (const trials of trialsOfEachCell(planFor(), 'warm')) {
      expect(trials.map((trial) => trial.round)).toEqual([0, 3, 6, 9, 12, 15, 18, 21, 24, 27]);
    }
  });

  it('mixes the runtimes within a round, and differently from round to round', () => {
    const { trials } = planFor();
    const orders = new Set<string>();
    for (let round = 0; round < 30; round += 1) {
      const order = trials.filter((trial) => trial.round === round && trial.cell.start === 'cold');
      orders.add(order.map((trial) => cellKey(trial.cell)).join());
    }
    expect(orders.size).toBe(30);
  });

  it('is the same for the same seed and another for another', () => {
    expect(orderOf(planFor({ seed: 5 }))).toEqual(orderOf(planFor({ seed: 5 })));
    expect(orderOf(planFor({ seed: 5 }))).not.toEqual(orderOf(planFor({ seed: 6 })));
    expect(orderOf(planFor({ seed: 5 })).sort()).toEqual(orderOf(planFor({ seed: 6 })).sort());
  });

  it.each([
    [100, 10, 10, 10],
    [105, 10, 10, 11],
    [7, 10, 10, 7],
    [1, 10, 10, 1],
    [95, 10, 10, 10],
    [10_000, 10, 10, 1000],
    [100, 3, 50, 3],
  ])(
    'divides %i warm samples, %i sandboxes or at most %i in each, into %i trials',
    (warm, sandboxes, most, count) => {
      const plan = planFor({
        repetitions: { cold: 1, warm },
        warm: { sandboxes, invocationsPerSandbox: most },
      });
      for (const trials of trialsOfEachCell(plan, 'warm')) {
        const sizes = trials.map((trial) => trial.invocations);
        expect(sizes).toHaveLength(count);
        expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(warm);
        expect(Math.max(...sizes)).toBeLessThanOrEqual(most);
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
      }
    },
  );

  it('has nothing to do where there is no cell', () => {
    expect(makePlan(experimentOf(), []).trials).toEqual([]);
  });
});
