import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../../src/control-plane/runtimes/fake/virtual-clock.js';
import { findEnergyCounter } from '../../../../src/data-plane/probes/energy-counter.js';
import { arrivalsOfLoad, loadOf, LoadSchema, longestSeconds, warmUpOf } from '../../../../src/domain/load.js';
import { planLevels } from '../../../../src/experiment/load/level-plan.js';
import { loadRow } from '../../../../src/experiment/load/load-row.js';
import { RowSample } from '../../../../src/experiment/load/row-sample.js';
import { SandboxFigures } from '../../../../src/experiment/load/sandbox-figures.js';
import { Timeline } from '../../../../src/experiment/load/timeline.js';
import { bytes } from '../../../../src/domain/units.js';
import { seededRandom } from '../../../../src/stats/random.js';
import { cellOf, experimentOf, ms } from '../fixture.js';

let folder = '';
afterEach(() => {
  if (folder !== '') rmSync(folder, { recursive: true });
  folder = '';
});

describe('a load that is declared', () => {
  it('is one as soon as there are several clients, and none for a single one', () => {
    expect(loadOf({ concurrency: [1] })).toBeUndefined();
    const load = loadOf({ concurrency: [1, 2] });
    expect(load && [longestSeconds(load), warmUpOf(load)]).toEqual([5, 1]);
  });

  it('is measured as long as a trace is, from its first request on', () => {
    const load = LoadSchema.parse({ trace: 'a.csv' });
    expect([longestSeconds(load), warmUpOf(load)]).toEqual([600, 0]);
  });

  it('names its levels', () => {
    const named = (load: object): unknown => arrivalsOfLoad(LoadSchema.parse(load)).map((one) => one?.label);
    expect(named({ rates: [5, 50], arrivals: 'constant' })).toEqual(['constant 5/s', 'constant 50/s']);
    expect(named({ ramp: { fromPerSecond: 1, toPerSecond: 9, overSeconds: 3 } })).toEqual([
      'ramp 1-9/s in 3 s',
    ]);
    expect(named({ trace: 'traces/a.csv', timeScale: 0.5 })).toEqual(['trace a.csv x 0.5']);
    expect(named({})).toEqual([undefined]);
  });

  it.each([
    [{ rates: [1], trace: 'a.csv' }, 'a load has one of them'],
    [{ instances: { min: 3, max: 2 } }, 'min 3 above max 2'],
    [{ mapping: [{ function: 'a', payload: 'b', durationMs: 1 }] }, 'there is none'],
    [{ seconds: 4000 }, '3600'],
    [{ rates: [0] }, '>0'],
    [{ rates: [1e9] }, '100000'],
  ])('is refused as %j', (load, why) => {
    expect(LoadSchema.safeParse(load).error?.message).toContain(why);
  });

  it('has every level once a round, in another order each, the same for the same seed', () => {
    const experiment = experimentOf({ concurrency: [1, 2, 5, 10], load: { rounds: 2 } });
    const cells = experiment.concurrency.map((concurrency) => cellOf('warm', { concurrency }));
    const plan = planLevels(experiment, cells);
    const clients = (round: number): number[] =>
      plan.filter((level) => level.round === round).map(({ cell }) => cell.concurrency);
    expect(plan.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect([...clients(0)].sort((a, b) => a - b)).toEqual([1, 2, 5, 10]);
    expect(clients(1)).not.toEqual(clients(0));
    expect(planLevels(experiment, cells)).toEqual(plan);
    expect(plan[0]?.shape).toEqual({ kind: 'closed', clients: plan[0]?.cell.concurrency });
  });
});

describe('an even sample of rows', () => {
  it('keeps all of a few in their order, and each of many as often as any other', () => {
    const few = new RowSample<number>(10, seededRandom(1));
    for (let i = 0; i < 5; i += 1) few.offer(() => i);
    expect(few.rows()).toEqual([0, 1, 2, 3, 4]);
    const kept = new Float64Array(50);
    const random = seededRandom(2);
    for (let run = 0; run < 2000; run += 1) {
      const sample = new RowSample<number>(10, random);
      for (let i = 0; i < 50; i += 1) sample.offer(() => i);
      const rows = sample.rows();
      expect(rows).toEqual([...rows].sort((a, b) => a - b));
      for (const row of rows) kept[row] = (kept[row] ?? 0) + 1;
    }
    // 2000 draws of 10 in 50: 400 of each, standard deviation 18.
    expect(Math.min(...kept)).toBeGreaterThan(400 - 5 * 18);
    expect(Math.max(...kept)).toBeLessThan(400 + 5 * 18);
  });
});

describe('a level over time', () => {
  it('counts requests where they were due, cold and failed ones too, and the instances that stood', () => {
    const timeline = new Timeline(ms(1000), ms(30_000));
    timeline.event({ what: 'asked', at: ms(1000) });
    timeline.request(ms(1010), { cold: true, latencyMs: ms(40) });
    timeline.request(ms(1020), { cold: false, latencyMs: ms(90) });
    timeline.request(ms(1600), { cold: false });
    timeline.event({ what: 'stopped', at: ms(1700) });
    expect(timeline.until(ms(2250))).toEqual([
      { fromMs: 0, ok: 2, cold: 1, failed: 0, worstMs: 90, instances: 1 },
      { fromMs: 250, ok: 0, cold: 0, failed: 0, instances: 1 },
      { fromMs: 500, ok: 0, cold: 0, failed: 1, instances: 1 },
      { fromMs: 750, ok: 0, cold: 0, failed: 0, instances: 0 },
      { fromMs: 1000, ok: 0, cold: 0, failed: 0, instances: 0 },
    ]);
  });
});

describe('the row of a request under load', () => {
  const level = {
    index: 3,
    round: 0,
    cell: cellOf('warm', { concurrency: 4 }),
    shape: { kind: 'closed', clients: 4 },
  } as const;
  const request = { index: 7, dueAt: ms(100), sentAt: ms(103), deadline: ms(999), measured: true };

  it('counts latency from the due moment and says what of it was lateness, queueing and the function', () => {
    const row = loadRow(
      level,
      bytes(3),
      request,
      {
        state: 'answered',
        answeredAt: ms(120),
        served: { cold: true, queuedMs: ms(5), instance: 2 },
        head: { sequence: 1, phases: { compute: ms(8) }, storage: {}, responseBytes: bytes(9) },
      },
      new Date(0),
      ms(50),
    );
    expect(row).toMatchObject({
      ...{ trial: 3, invocation: 7, outcome: 'ok', latencyMs: 20, lateMs: 3, queuedMs: 5, computeMs: 8 },
      ...{ transportMs: 4, cold: true, instance: 2, sandbox: 300_002, startedAt: '1970-01-01T00:00:00.050Z' },
    });
  });

  it('keeps a failure with its outcome and no figures', () => {
    const failed = (kind: 'rejected' | 'refused'): unknown =>
      loadRow(level, bytes(3), request, { state: 'failed', kind, reason: 'no' }, new Date(0), ms(50));
    expect(failed('rejected')).toMatchObject({ outcome: 'rejected', reason: 'no' });
    expect(failed('refused')).toMatchObject({ outcome: 'crashed' });
    expect(failed('refused')).not.toHaveProperty('latencyMs');
    expect(failed('refused')).not.toHaveProperty('cold');
  });
});

describe('what all sandboxes of a level used', () => {
  const accounting = { processes: () => [process.pid] };

  it('has the CPU between begin and end', () => {
    const figures = new SandboxFigures(new VirtualClock());
    figures.started(0, accounting);
    figures.begin();
    const until = process.cpuUsage().user + 20_000;
    while (process.cpuUsage().user < until);
    figures.end();
    figures.leaves(0);
    expect(figures.used().cpuMs).toBeGreaterThan(1);
    expect(figures.used().cpuMs).toBeLessThan(60_000);
  });

  it('says nothing where one of them cannot be read', () => {
    const figures = new SandboxFigures(new VirtualClock());
    figures.started(0, accounting);
    figures.started(1, undefined);
    figures.begin();
    figures.end();
    expect(figures.used()).toEqual({});
  });
});

describe('the energy counter', () => {
  it('adds packages, not their parts, over a counter that starts again; absent on a machine without', () => {
    folder = mkdtempSync(join(tmpdir(), 'lumos-powercap-'));
    expect(findEnergyCounter(folder)).toBeUndefined();
    expect(findEnergyCounter(join(folder, 'nowhere'))).toBeUndefined();
    const set = (name: string, energy: number): void => {
      mkdirSync(join(folder, name), { recursive: true });
      writeFileSync(join(folder, name, 'energy_uj'), `${energy}\n`);
      writeFileSync(join(folder, name, 'max_energy_range_uj'), '10000000\n');
    };
    set('intel-rapl:0', 1_000_000);
    set('intel-rapl:1', 9_000_000);
    set('intel-rapl:0:0', 0);
    const counter = findEnergyCounter(folder);
    expect(counter?.end()).toBeUndefined();
    counter?.begin();
    set('intel-rapl:0', 3_000_000);
    set('intel-rapl:1', 500_000);
    set('intel-rapl:0:0', 9_000_000);
    expect(counter?.end()).toBeCloseTo(2 + 1.5, 9);
  });
});
