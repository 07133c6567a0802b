import { beforeAll, describe, expect, it } from 'vitest';
import { InstancesSchema, LoadSchema } from '../../../src/domain/load.js';
import type { LevelRecord } from '../../../src/domain/level.js';
import type { Measurement } from '../../../src/domain/measurement.js';
import type { RunManifest } from '../../../src/domain/run-manifest.js';
import type { TraceInvocation } from '../../../src/domain/trace.js';
import { bytes, milliseconds as ms } from '../../../src/domain/units.js';
import { loadPrices } from '../../../src/model/cost/prices.js';
import { fitModel } from '../../../src/model/fit/fit-model.js';
import type { ModelFile } from '../../../src/model/fit/model-file.js';
import { predictLatency } from '../../../src/model/predict/predict-latency.js';
import { servedBy } from '../../../src/model/recommend/served-by.js';
import { againstReal } from '../../../src/model/simulate/against-real.js';
import { modelTimes } from '../../../src/model/simulate/model-times.js';
import { whatIf, WhatIfCase, type WhatIf, type WhatIfResult } from '../../../src/model/simulate/what-if.js';
import { deploymentOf } from '../../../src/simulation/deployment.js';
import { simulateList, Simulator } from '../../../src/simulation/simulator.js';
import { LatencyHistogram } from '../../../src/stats/latency-histogram.js';
import { seededRandom } from '../../../src/stats/random.js';
import { allCells, runsOf } from './synthetic-cells.js';

let file: ModelFile;
beforeAll(() => {
  file = fitModel(runsOf(allCells()), '0.1.0').file;
});

const instances = (changed: object = {}) => InstancesSchema.parse({ keepAliveSeconds: 60, ...changed });

const usual = (changed: Partial<WhatIf> = {}): WhatIf => ({
  runtime: 'docker',
  instances: instances(),
  functionOf: () => 'work-1',
  asked: { payload: '8192' },
  ...{ seed: 1, service: 'model', launchSlowdown: 0 },
  ...changed,
});

const evenly = (count: number, gap: number, more: Partial<TraceInvocation> = {}): TraceInvocation[] =>
  Array.from({ length: count }, (_, i) => ({ atMs: ms(i * gap), function: 'a', ...more }));

async function resultOf(arrivals: readonly TraceInvocation[], what: WhatIf): Promise<WhatIfResult> {
  const [result] = await whatIf(arrivals, [new WhatIfCase(file, what)]);
  return result as WhatIfResult;
}

const predicted = (start: 'cold' | 'warm', runtime = 'docker') =>
  predictLatency(file, { function: 'work-1', payload: '8192', runtime, start });

describe('what a model’s function meets with in a simulation', () => {
  it('is the predicted cold latency where every request is cold', async () => {
    const { latency, coldShare } = await resultOf(evenly(4000, 61_000 + 2000), usual());
    expect(coldShare).toEqual({ value: 1, interval90: [1, 1] });
    const cold = predicted('cold');
    const { median } = cold;
    expect((latency?.p50.ms ?? 0) / median.ms).toBeCloseTo(1, 1.3);
    expect((latency?.p99.ms ?? 0) / (cold.quantile(0.99)?.ms ?? 0)).toBeCloseTo(1, 1);
    const [low, high] = latency?.p50.interval90 ?? [0, 0];
    expect(low / (median.interval90?.[0] ?? 0)).toBeCloseTo(1, 1);
    expect(high / (median.interval90?.[1] ?? 0)).toBeCloseTo(1, 1);
  });

  it('is the predicted warm latency where all but the first are warm', async () => {
    const { latency, coldShare, rejected } = await resultOf(evenly(4000, 1000), usual());
    expect(coldShare?.value).toBe(1 / 4000);
    expect((latency?.p50.ms ?? 0) / predicted('warm').median.ms).toBeCloseTo(1, 1.3);
    expect(rejected).toEqual({ value: 0, interval90: [0, 0] });
  });

  it('is told apart by runtime and keep-alive, on one reading of the arrivals', async () => {
    const cases = ['docker', 'wasmtime-aot'].flatMap((runtime) =>
      [10, 60].map(
        (keepAliveSeconds) =>
          new WhatIfCase(file, usual({ runtime, instances: instances({ keepAliveSeconds }) })),
      ),
    );
    const results = await whatIf(evenly(100, 30_000), cases);
    expect(results.map(({ coldShare }) => coldShare?.value)).toEqual([1, 0.01, 1, 0.01]);
    const [docker, , aot] = results;
    expect(docker?.latency?.p50.ms ?? 0).toBeGreaterThan(20 * (aot?.latency?.p50.ms ?? Infinity));
  });

  it('takes memory and cost as the model predicts them, or as they are set', async () => {
    const prices = loadPrices('aws-lambda', 'prices');
    const own = await resultOf(evenly(10, 1000), usual({ prices }));
    const peak = predicted('warm').resources.memory?.bytes ?? NaN;
    expect(own.memoryGibSeconds?.value).toBeCloseTo((own.instanceSeconds.value * peak) / 2 ** 30, 9);
    const set = await resultOf(evenly(10, 1000), usual({ prices, memoryBytes: bytes(2 ** 30) }));
    expect(set.memoryGibSeconds?.value).toBeCloseTo(set.instanceSeconds.value, 9);
    expect(set.costPerMillion?.value ?? 0).toBeGreaterThan(own.costPerMillion?.value ?? Infinity);
    expect(await resultOf(evenly(10, 1000), usual())).not.toHaveProperty('costPerMillion');
  });

  it('takes as long as in the trace where that is asked for, and launches as the model says', async () => {
    const arrivals = evenly(50, 1000, { durationMs: ms(77) });
    const { latency } = await resultOf(arrivals, usual({ service: 'trace' }));
    expect(latency?.p50.ms).toBeCloseTo(77, 0);
    const cold = await resultOf(evenly(1, 0, { durationMs: ms(77) }), usual({ service: 'trace' }));
    expect(cold.latency?.p50.ms).toBeGreaterThan(77 + 150);
    await expect(resultOf(evenly(3, 1000), usual({ service: 'trace' }))).rejects.toThrow(
      'does not say how long',
    );
  });

  it('is CPU time by as much as was measured, of a launch and of a request', () => {
    const sharesOf = (runtime: string) => {
      const asked = { function: 'work-1', payload: '8192' };
      const options = { service: 'model', launchSlowdown: 0 } as const;
      return modelTimes(servedBy(file, asked, runtime), 'middle', options).cpuShares;
    };
    // The cells' CPU time is the same share of a cold latency and of a warm one: 0.7 and 0.95.
    for (const [runtime, busy] of [['docker', 0.7] as const, ['wasmtime-aot', 0.95] as const]) {
      expect(sharesOf(runtime)?.service).toBeCloseTo(busy, 1);
      expect(sharesOf(runtime)?.launch).toBeCloseTo(busy, 1);
    }
  });

  it('is of those functions alone that the mapping names', async () => {
    const arrivals = [...evenly(3, 1000), { atMs: ms(5000), function: 'b' }];
    const result = await resultOf(
      arrivals,
      usual({ functionOf: (traced) => (traced === 'a' ? 'work-2' : undefined) }),
    );
    expect(result).toMatchObject({ invocations: 3, leftOut: 1, functions: 1 });
    await expect(resultOf(arrivals, usual({ functionOf: () => 'wrok-1' }))).rejects.toThrow('wrok-1');
  });

  it('has no figures of latency where nothing was served', async () => {
    const result = await resultOf([], usual());
    expect(result).toMatchObject({ invocations: 0, served: 0 });
    expect(result).not.toHaveProperty('latency');
    expect(result).not.toHaveProperty('coldShare');
  });
});

describe('several payloads', () => {
  it('are served in their shares, and a launch is as long for each', () => {
    const payload = [
      { payload: '1024', weight: 3 },
      { payload: '65536', weight: 1 },
    ];
    const parts = servedBy(file, { function: 'work-1', payload }, 'docker');
    const times = modelTimes(parts, 'middle', { service: 'model', launchSlowdown: 0.5 });
    const request = { atMs: ms(0), function: 'a' };
    const [small = NaN, large = NaN] = parts.map(({ warm }) => Number(warm.median.ms));
    expect(times.service(0.375, undefined, request) / small).toBeCloseTo(1, 1);
    expect(times.service(0.875, undefined, request) / large).toBeCloseTo(1, 1);
    expect(times.launch(0.5, 1)).toBeGreaterThan(200);
    expect(times.launch(0.5, 2)).toBeCloseTo(1.5 * times.launch(0.5, 1), 6);
    const staged = modelTimes(parts, 'middle', { service: 'model', launchSlowdown: 0, stagingMs: ms(20) });
    expect(staged.launch(0.5, 1) - times.launch(0.5, 1)).toBeCloseTo(20, 6);
  });
});

describe('a load run beside its simulation', () => {
  /** A level as a platform with the model's own times gives it, but for `slower`. */
  function levelOf(slower: number): { level: LevelRecord; rows: Measurement[]; manifest: RunManifest } {
    const knobs = instances({ keepAliveSeconds: 1, max: 4 });
    const parts = servedBy(file, { function: 'work-1', payload: '8192' }, 'docker');
    const own = modelTimes(parts, 'middle', { service: 'model', launchSlowdown: 0 });
    const times = {
      ...own,
      service: (...args: Parameters<typeof own.service>) => ms(slower * own.service(...args)),
    };
    const random = seededRandom(5, 'level');
    let time = 0;
    const arrivals = Array.from({ length: 1500 }, (): TraceInvocation => {
      time -= 800 * Math.log(1 - random.uniform());
      return { atMs: ms(Math.floor(time)), function: 'work-1' };
    });
    const startedAt = new Date('2026-01-01T00:00:00Z');
    const cell = {
      ...({ function: 'work-1', payload: '8192', runtime: 'docker', class: 'container' } as const),
      ...({ environment: 'local', start: 'warm', concurrency: 1 } as const),
    };
    const rows: Measurement[] = [];
    const latency = new LatencyHistogram();
    const simulator = new Simulator({
      ...{ startsAtOnce: knobs.startsAtOnce, seed: 99 },
      deploy: () => deploymentOf(knobs, times, undefined),
      onSettled: ({ invocation, outcome, cold, queuedMs, serviceMs }) => {
        const latencyMs = ms(queuedMs + serviceMs);
        if (outcome === 'ok') latency.record(latencyMs);
        rows.push({
          ...cell,
          ...({ schema: 'lumos/measurement@1', outcome: 'ok', trial: 3, round: 0 } as const),
          invocation: rows.length,
          startedAt: new Date(startedAt.getTime() + invocation.atMs).toISOString(),
          ...{ payloadBytes: bytes(8192), cold, queuedMs, latencyMs },
        });
      },
    });
    const [figures] = simulateList(arrivals, [simulator]);
    const level = {
      ...cell,
      ...{ schema: 'lumos/level@1', index: 3, round: 0, startedAt: startedAt.toISOString() },
      ...{ sent: rows.length, latency: latency.toStored(), timeline: [], valid: true, why: [] },
      instances: { started: figures?.instancesStarted, instanceMs: figures?.instanceMs },
    } as unknown as LevelRecord;
    const experiment = { load: { rates: [1], instances: knobs }, concurrency: [1] };
    return { level, rows, manifest: { runId: 'r', host: {}, experiment } as unknown as RunManifest };
  }
  const options = { service: 'model', launchSlowdown: 0, seed: 1 } as const;

  it('agrees where the model is right', () => {
    const { level, rows, manifest } = levelOf(1);
    const [found] = againstReal(file, manifest, [level], () => rows, options);
    expect(found).toMatchObject({ function: 'work-1', runtime: 'docker', levels: 1, requests: 1500 });
    const { coldShare, latencyMs, instanceSeconds } = found as NonNullable<typeof found>;
    expect(coldShare.real).toBeGreaterThan(0.2);
    expect(Math.abs(coldShare.real - coldShare.simulated)).toBeLessThan(0.02);
    const off = (of: { real: number; simulated: number } | undefined): number =>
      Math.abs((of?.simulated ?? NaN) / (of?.real ?? NaN) - 1);
    expect(off(latencyMs?.p50)).toBeLessThan(0.1);
    expect(off(latencyMs?.p99)).toBeLessThan(0.25);
    expect(off(instanceSeconds)).toBeLessThan(0.05);
  });

  it('leaves out a level that is not valid or of which rows are missing, and says so', () => {
    const { level, rows, manifest } = levelOf(1);
    const others: LevelRecord[] = [
      { ...level, index: 4, valid: false, why: ['nothing was sent'] },
      { ...level, index: 5 },
    ];
    const told: string[] = [];
    const [found] = againstReal(
      file,
      manifest,
      [level, ...others],
      (index) => (index === 5 ? rows.slice(1) : rows),
      { ...options, onLeftOut: (text) => told.push(text) },
    );
    expect(found).toMatchObject({ levels: 1, requests: 1500 });
    expect(told).toEqual([
      'Level 4 is not valid: nothing was sent',
      'Level 5 sent 1500 requests, of which 1499 have a row: its arrivals are not known',
    ]);
  });

  it('shows it where it is not', () => {
    const { level, rows, manifest } = levelOf(3);
    const [found] = againstReal(file, manifest, [level], () => rows, options);
    const { real, simulated } = found?.latencyMs?.p50 ?? { real: NaN, simulated: NaN };
    expect(real / simulated).toBeGreaterThan(2);
  });

  /** A replay of functions a and b of a trace, both served by ours; both come every 10 s. */
  function replayOf(cpus: string): { level: LevelRecord; rows: Measurement[]; manifest: RunManifest } {
    const { level, rows: some, manifest } = levelOf(1);
    const [row] = some;
    const rows = Array.from({ length: 200 }, (_, i): Measurement => {
      const at = 10_000 * Math.floor(i / 2);
      return {
        ...(row as Measurement),
        startedAt: new Date(Date.parse(level.startedAt) + at).toISOString(),
        traceFunction: i % 2 === 0 ? 'a' : 'b',
        cold: i < 2,
      };
    });
    const functions = ['a', 'b'].map((name) => ({ name, invocations: 100, served: 100, cold: 1 }));
    const knobs = instances({ keepAliveSeconds: 60, max: 4 });
    return {
      level: { ...level, sent: rows.length, trace: { replay: 0, functions } },
      rows,
      manifest: {
        ...manifest,
        experiment: {
          ...manifest.experiment,
          load: LoadSchema.parse({ trace: 't.csv', instances: knobs }),
        },
        pinning: { harness: '0', sandboxes: [cpus] },
      },
    };
  }

  it('gives each function of a trace instances of its own, as the run did', () => {
    const { level, rows, manifest } = replayOf('1-8');
    const [found] = againstReal(file, manifest, [level], () => rows, options);
    expect(found).toMatchObject({ requests: 200, instancesStarted: { simulated: 2 } });
    expect(found?.coldShare.simulated).toBe(0.01);
  });

  it('sums up what all functions of a runtime met with, where there are several', () => {
    const { level, rows, manifest } = replayOf('1-8');
    const other = { ...levelOf(1).level, index: 4, function: 'work-2', sent: rows.length };
    const untraced = rows.map((row): Measurement => {
      const { traceFunction, ...rest } = row;
      return traceFunction === undefined ? row : rest;
    });
    const rowsOf = (index: number) => (index === 4 ? untraced : rows);
    const results = againstReal(file, manifest, [level, other], rowsOf, options);
    expect(results.map(({ function: name, requests }) => [name, requests])).toEqual([
      ['work-1', 200],
      ['work-2', 200],
      [undefined, 400],
    ]);
    const [first, second, all] = results.map(({ instancesStarted }) => instancesStarted.simulated);
    expect(all).toBe((first ?? NaN) + (second ?? NaN));
  });

  it('lets all functions of a trace share the CPUs that the sandboxes had', () => {
    const p50 = (cpus: string): number => {
      const { level, rows, manifest } = replayOf(cpus);
      const [found] = againstReal(file, manifest, [level], () => rows, options);
      return found?.latencyMs?.p50.simulated ?? NaN;
    };
    // Two at a time on one CPU: each takes twice as long, but for the cold ones.
    expect(p50('1') / p50('1-8')).toBeCloseTo(2, 0);
  });

  it('is refused where arrivals are missing, and for a run without any', () => {
    const { level, rows, manifest } = levelOf(1);
    expect(() => againstReal(file, manifest, [level], () => rows.slice(1), options)).toThrow(
      'of which 1499 have a row',
    );
    expect(() => againstReal(file, manifest, [], () => rows, options)).toThrow('no level with arrivals');
    const single = { runId: 'r', experiment: { concurrency: [1] } } as unknown as RunManifest;
    expect(() => againstReal(file, single, [level], () => rows, options)).toThrow('has no load');
  });
});
