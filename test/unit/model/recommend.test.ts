import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { bytes, milliseconds } from '../../../src/domain/units.js';
import { costPerMillion, loadPrices } from '../../../src/model/cost/prices.js';
import { fitModel } from '../../../src/model/fit/fit-model.js';
import type { ModelFile } from '../../../src/model/fit/model-file.js';
import { coldShareOf } from '../../../src/model/recommend/cold-share.js';
import { workloadLatency } from '../../../src/model/recommend/mixture.js';
import { recommend } from '../../../src/model/recommend/recommend.js';
import { atRate, parseWorkload, rateOf, type Workload } from '../../../src/model/recommend/workload.js';
import { seededRandom } from '../../../src/stats/random.js';
import { allCells, runsOf } from './synthetic-cells.js';

let file: ModelFile;
beforeAll(() => {
  file = fitModel(runsOf(allCells()), '0.1.0').file;
}, 60_000);

const workload = (changed: object = {}): Workload =>
  parseWorkload(
    { function: 'work-1', payload: '8192', arrivals: { perMinute: 1 }, keepAliveSeconds: 60, ...changed },
    'w.yaml',
  );

describe('the share of cold requests', () => {
  it('is exp(-rate T) for Poisson arrivals, as a simulation of them finds', () => {
    expect(coldShareOf(workload())).toBeCloseTo(Math.exp(-1), 12);
    const random = seededRandom(9);
    const gapsSeconds = Array.from({ length: 200_000 }, () => -60 * Math.log(1 - random.uniform()));
    expect(coldShareOf(workload({ arrivals: { gapsSeconds } }))).toBeCloseTo(Math.exp(-1), 2);
  });
  it('is all or nothing for evenly spaced ones', () => {
    const even = (perSecond: number): number =>
      coldShareOf(workload({ arrivals: { pattern: 'constant', perSecond } }));
    expect(even(1)).toBe(0);
    expect(even(1 / 61)).toBe(1);
  });
  it('of several rates is the mean over their requests, not over the time', () => {
    const arrivals = [
      { perMinute: 1, weight: 20 },
      { perMinute: 60, weight: 4 },
    ];
    // 20 hours at 60 an hour are 1 200 requests, 4 at 3 600 are 14 400.
    const expected = (1200 * Math.exp(-1) + 14_400 * Math.exp(-60)) / 15_600;
    expect(coldShareOf(workload({ arrivals }))).toBeCloseTo(expected, 12);
    expect(rateOf(workload({ arrivals }))).toBeCloseTo(15_600 / 86_400, 12);
    const even = arrivals.map((period) => ({ ...period, pattern: 'constant' }));
    expect(coldShareOf(workload({ arrivals: even, keepAliveSeconds: 59 }))).toBeCloseTo(1200 / 15_600, 12);
  });
  it('keeps the ratios of its rates when their mean is turned', () => {
    const arrivals = [
      { perHour: 1, weight: 1 },
      { perHour: 9, weight: 1 },
    ];
    const turned = atRate(workload({ arrivals }), 1);
    expect(rateOf(turned)).toBeCloseTo(1, 12);
    expect(turned.arrivals).toMatchObject([{ perSecond: 0.2 }, { perSecond: 1.8 }]);
  });
});

describe('prices', () => {
  const folder = 'prices';
  it('of AWS Lambda: 512 MiB for 300 ms, a million times, is 0.15 GB-s each', () => {
    const cost = costPerMillion(loadPrices('aws-lambda', folder), {
      latencyMs: milliseconds(299.5),
      memoryBytes: bytes(512 << 20),
    });
    expect(cost).toBeCloseTo(0.2 + 1e6 * 0.15 * 0.0000166667, 6);
  });
  it('charge no less than the least memory', () => {
    const prices = loadPrices('aws-lambda', folder);
    const at = (memory: number) =>
      costPerMillion(prices, { latencyMs: milliseconds(10), memoryBytes: bytes(memory) });
    expect(at(4 << 20)).toBe(at(128 << 20));
  });
  it('of Cloudflare: 7 ms of CPU, 15 million requests, without what is included', () => {
    const cost = costPerMillion(loadPrices('cloudflare-workers', folder), {
      latencyMs: milliseconds(50),
      cpuMs: milliseconds(7),
    });
    expect((cost ?? 0) * 15).toBeCloseTo(15 * 0.3 + 105 * 0.02, 9);
  });
  it('give no figure where what they charge by was not measured', () => {
    expect(costPerMillion(loadPrices('aws-lambda', folder), { latencyMs: milliseconds(10) })).toBeUndefined();
    expect(
      costPerMillion(loadPrices('cloudflare-workers', folder), { latencyMs: milliseconds(10) }),
    ).toBeUndefined();
  });
  it('that are not there are refused with the nearest that are', () => {
    expect(() => loadPrices('aws-lamda', folder)).toThrow('no prices "aws-lamda"');
    const own = join(mkdtempSync(join(tmpdir(), 'prices-')), 'own.yaml');
    writeFileSync(own, 'schema: lumos/prices@1\nname: own\n');
    expect(() => loadPrices(own, folder)).toThrow('own.yaml: title');
  });
  it('of Azure Functions: 100 ms and 128 MiB at least, memory in steps of 128 MiB', () => {
    const prices = loadPrices('azure-functions', folder);
    const at = (latency: number, mebibytes: number) =>
      costPerMillion(prices, { latencyMs: milliseconds(latency), memoryBytes: bytes(mebibytes << 20) });
    expect(at(3, 5)).toBeCloseTo(0.2 + 1e6 * 0.1 * 0.125 * 0.000016, 9);
    expect(at(999.5, 160)).toBeCloseTo(0.2 + 1e6 * 0.25 * 0.000016, 9);
  });
  it.each(['aws-lambda', 'azure-functions', 'cloud-run', 'cloudflare-workers'])(
    'of %s say when they held and who says so',
    (name) => {
      const { asOf, sources } = loadPrices(name, folder);
      expect(asOf).toMatch(/^20\d\d/);
      expect(sources.length).toBeGreaterThan(0);
    },
  );
});

describe('a workload', () => {
  it.each([
    [{ arrivals: { perSecond: 1, perHour: 2 } }, 'exactly one of'],
    [{ arrivals: { perSecond: -1 } }, 'arrivals'],
    [{ arrivals: [] }, 'arrivals'],
    [{ arrivals: [{ perSecond: 1 }] }, 'arrivals'],
    [{ arrivals: [{ perSecond: 1, perHour: 1, weight: 1 }] }, 'exactly one of'],
    [{ arrivals: { gapsSeconds: [0, 0] } }, 'arrivals'],
    [{ instances: { max: 0 } }, 'instances.max'],
    [{ objectives: ['error rate < 1%'] }, 'no error rate'],
    [{ objectives: ['cost < $1 per million'] }, 'needs prices'],
    [{ keepAlive: 3 }, 'w.yaml'],
  ])('%j is refused', (changed, message) => {
    expect(() => workload(changed)).toThrow(message);
  });

  it('of two payloads has the latencies of both, in their shares', () => {
    const of = (payload: unknown) => workloadLatency(file, workload({ payload }), 'native', () => 0);
    const small = of('1024').quantile(0.5);
    const large = of('65536').quantile(0.5);
    const both = of([
      { payload: '1024', weight: 9 },
      { payload: '65536', weight: 1 },
    ]);
    expect(both.quantile(0.4)).toBeLessThan(small * 1.1);
    expect(both.quantile(0.97)).toBeGreaterThan(large * 0.85);
    expect(both.mean()).toBeCloseTo(0.9 * of('1024').mean() + 0.1 * of('65536').mean(), 6);
  });
});

describe('a recommendation', () => {
  const asked = (changed: object = {}) =>
    recommend(file, workload({ runtimes: ['docker', 'wasmtime-aot'], ...changed }));

  it('prefers AoT where half of the requests are cold, and says that the launch decides', () => {
    const { winner, decidedBy, candidates } = asked({ objectives: ['p95 < 100ms'] });
    expect(winner).toBe('wasmtime-aot');
    expect(decidedBy).toMatchObject({ component: 'launch', start: 'cold' });
    expect(decidedBy?.byMs).toBeGreaterThan(200);
    expect(candidates.map(({ runtime }) => runtime)).toEqual(['wasmtime-aot', 'docker']);
    expect(candidates[0]?.objectives).toEqual([{ text: 'p95 < 100ms', judgement: 'met' }]);
    expect(candidates[1]?.objectives).toEqual([{ text: 'p95 < 100ms', judgement: 'missed' }]);
  });

  it(
    'names the rate at which container and AoT change places: where the cold share passes 5 %',
    { timeout: 60_000 },
    () => {
      // A function whose work is dearer as Wasm, so that a warm container is ahead.
      const { flips } = asked({ function: 'work-7', payload: '65536' });
      const flip = flips.find(({ dial }) => dial === 'rate');
      // exp(-rate 60 s) = 5 % at 0.05 a second: above, the 95th percentile is a warm request's.
      expect(flip?.at).toBeGreaterThan(0.04);
      expect(flip?.at).toBeLessThan(0.08);
      expect(flip?.below).toBe('wasmtime-aot');
      expect(flip?.above).toBe('docker');
      expect(flip?.interval90?.[0] ?? 0).toBeLessThanOrEqual(flip?.at ?? NaN);
    },
  );

  it('has no clear winner where the intervals overlap', () => {
    const [a, b] = recommend(
      file,
      workload({ runtimes: ['native', 'native'], arrivals: { perSecond: 1 } }),
    ).candidates;
    expect(a?.latency.p50.ms).toBe(b?.latency.p50.ms);
    const same = recommend(file, workload({ runtimes: ['native', 'native'], arrivals: { perSecond: 1 } }));
    expect(same.winner).toBeUndefined();
    expect(same.why).toContain('No clear winner');
  });

  it('has none either where all miss', () => {
    const { winner, why } = asked({ objectives: ['p50 < 1us'] });
    expect(winner).toBeUndefined();
    expect(why).toBe('No clear winner: every runtime misses an objective.');
  });

  it('simulates where requests overlap, and says so', { timeout: 60_000 }, () => {
    const { warnings, candidates } = asked({ arrivals: { perSecond: 300 } });
    expect(warnings[0]).toContain('requests overlap: latencies and cold starts are simulated');
    // Never idle for a minute: cold are those of the beginning, which the closed form does not know.
    expect(candidates.every(({ coldShare }) => coldShare > 0 && coldShare < 0.001)).toBe(true);
    expect(asked().warnings).toEqual([]);
  });

  it('simulated and in closed form agree where requests are far apart', { timeout: 60_000 }, () => {
    const closed = asked({ objectives: ['p95 < 100ms'] });
    const simulated = asked({ objectives: ['p95 < 100ms'], instances: {} });
    expect(simulated.warnings[0]).toContain('names limits of instances');
    expect(simulated.winner).toBe(closed.winner);
    for (const [i, { runtime, coldShare, latency }] of closed.candidates.entries()) {
      const other = simulated.candidates[i];
      expect(other?.runtime).toBe(runtime);
      expect(other?.coldShare).toBeCloseTo(coldShare, 1.5);
      expect((other?.latency.p95.ms ?? 0) / latency.p95.ms).toBeCloseTo(1, 1);
    }
    const flips = (of: typeof closed) => of.flips.map(({ dial, below, above }) => [dial, below, above]);
    expect(flips(simulated)).toEqual(flips(closed));
  });

  it('has queueing and rejections in it where instances are few', { timeout: 60_000 }, () => {
    const few = asked({ arrivals: { perSecond: 300 }, instances: { max: 1 } });
    const many = asked({ arrivals: { perSecond: 300 }, instances: { max: 50 } });
    const docker = (of: typeof few) => of.candidates.find(({ runtime }) => runtime === 'docker');
    expect(docker(few)?.latency.p95.ms ?? 0).toBeGreaterThan(docker(many)?.latency.p95.ms ?? Infinity);
    expect(many.candidates.every((one) => !('rejectedShare' in one))).toBe(true);
    const rejected = asked({ arrivals: { perSecond: 2000 }, instances: { max: 1, queueLimit: 0 } });
    expect(rejected.candidates[0]?.rejectedShare ?? 0).toBeGreaterThan(0.1);
    expect(rejected.warnings.some((words) => words.includes('turns away'))).toBe(true);
  });

  it(
    'takes arrivals from a list as they come, in bursts for which several instances are started',
    { timeout: 60_000 },
    () => {
      const gapsSeconds = Array.from({ length: 300 }, (_, i) => (i % 3 === 0 ? 120 : 0));
      const { candidates, warnings } = asked({
        ...{ function: 'work-7', payload: '65536', arrivals: { gapsSeconds } },
      });
      expect(warnings[0]).toContain('The arrivals are a list');
      // The closed form would count one cold request in three.
      // Service is long: two of three start one, and the third may be served by the first of them.
      expect(candidates.every(({ coldShare }) => coldShare > 0.6)).toBe(true);
    },
  );

  it(
    'simulates rates of which the busiest makes requests overlap, each for its share',
    { timeout: 60_000 },
    () => {
      const arrivals = [
        { perHour: 1, weight: 0.999 },
        { perSecond: 300, weight: 0.001 },
      ];
      const { candidates, warnings } = asked({ arrivals, keepAliveSeconds: 600 });
      expect(warnings[0]).toContain('requests overlap');
      // Of 20 000 requests about 19 are alone in their hour and find no instance in five of six times.
      for (const { coldShare } of candidates) {
        expect(coldShare).toBeGreaterThan(10 / 20_000);
        expect(coldShare).toBeLessThan(100 / 20_000);
      }
    },
  );
});
