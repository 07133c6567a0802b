import { beforeAll, describe, expect, it } from 'vitest';
import { loadText, predictionText } from '../../../src/cli/commands/model/predict-text.js';
import { loadPrices } from '../../../src/model/cost/prices.js';
import { fitModel } from '../../../src/model/fit/fit-model.js';
import type { ModelFile } from '../../../src/model/fit/model-file.js';
import { predictLatency } from '../../../src/model/predict/predict-latency.js';
import { recommend, type Candidate } from '../../../src/model/recommend/recommend.js';
import { parseWorkload } from '../../../src/model/recommend/workload.js';
import { allCells, runsOf } from './synthetic-cells.js';

let file: ModelFile;
beforeAll(() => {
  file = fitModel(runsOf(allCells()), '0').file;
}, 60_000);

const workload = (changed: object) =>
  parseWorkload(
    { function: 'work-7', payload: '65536', arrivals: { perMinute: 1 }, runtimes: ['native'], ...changed },
    'w.yaml',
  );
const asked = (changed: object, prices?: string) =>
  recommend(file, workload(changed), prices === undefined ? {} : { prices: loadPrices(prices, 'prices') });
const only = (changed: object, prices?: string): Candidate =>
  asked(changed, prices).candidates[0] as Candidate;

describe('more requests than instances can serve', () => {
  it('have no latency, but the instances that they need and those that there may be', () => {
    const warm = predictLatency(file, {
      ...{ function: 'work-7', payload: '65536', runtime: 'native', start: 'warm' as const },
    });
    const found = asked({ arrivals: { perSecond: 100_000 }, objectives: ['p95 < 100ms'] });
    const [{ latency, objectives } = only({})] = found.candidates;
    expect(latency.p95.notKnown).toBe(latency.p50.notKnown);
    const [, needed = ''] =
      /^100000 requests a second need (\d+) instances; at most 8 are started/u.exec(
        latency.p50.notKnown ?? '',
      ) ?? [];
    // The mean of the shape is near its median.
    expect(Number(needed) / (100 * warm.median.ms)).toBeCloseTo(1, 0);
    expect(objectives).toEqual([{ text: 'p95 < 100ms', judgement: 'unsure', why: 'the p95 is not known' }]);
    expect(found.warnings).toEqual([]);
    expect(found.candidates[0]).not.toHaveProperty('meanMs');
    expect(loadText(found.candidates[0] as Candidate, undefined)).toContain(
      `Not known: ${latency.p50.notKnown}.`,
    );
  });
  it('are not, where the workload lets more instances be started', () => {
    const busy = { arrivals: { perSecond: 500 }, objectives: ['p50 < 1s'] };
    expect(only({ ...busy, instances: { max: 1 } }).latency.p50.notKnown).toContain('at most 1 are started');
    expect(only({ ...busy, instances: { max: 200 } }).latency.p50.notKnown).toBeUndefined();
  }, 60_000);
});

describe('the network of clients', () => {
  const far = { clients: { roundTripMs: 200 } };
  it.each([
    ['closed', {}],
    ['simulated', { instances: {} }],
  ] as const)(
    'is in the latency and not in what is billed, %s',
    (_, how) => {
      const [near, away] = [only(how, 'aws-lambda'), only({ ...how, ...far }, 'aws-lambda')];
      expect(away.latency.p50.ms - near.latency.p50.ms).toBeGreaterThan(190);
      expect((away.meanMs ?? 0) - (near.meanMs ?? 0)).toBeCloseTo(200, 0);
      expect(away.costPerMillion).toBeCloseTo(near.costPerMillion ?? NaN, 9);
      expect(away.costInterval90?.[1]).toBeCloseTo(near.costInterval90?.[1] ?? NaN, 9);
    },
    60_000,
  );
  it('holds no instance', () => {
    // 8 instances that were held for 200 ms could serve 40 a second.
    const found = only({ ...far, arrivals: { perSecond: 100 }, function: 'work-0', payload: '1024' });
    expect(found.latency.p95.ms).toBeLessThan(210);
  }, 60_000);
  it('is not in the cost of a start', () => {
    const request = { function: 'work-7', payload: '65536', runtime: 'native', start: 'warm' } as const;
    const costs = [0, 20, 200].map((roundTripMs) => {
      const text = predictionText(
        predictLatency(file, { ...request, clients: { roundTripMs } }),
        loadPrices('aws-lambda', 'prices'),
        100,
      );
      return /a million of these: .*/u.exec(text)?.[0];
    });
    expect(costs[0]).toContain('USD');
    expect(new Set(costs).size).toBe(1);
  });
});

describe('a quantile without a bounded interval', () => {
  it('makes an objective unsure, and there is no winner, for that reason', () => {
    const few = (file: ModelFile): ModelFile => ({
      ...file,
      calibrations: file.calibrations.map(({ scheme, quantiles: { p50 } }) => ({
        scheme,
        quantiles: p50 === undefined ? {} : { p50 },
      })),
      cells: file.cells.map((cell) => ({ ...cell, n: 6 })),
    });
    const found = recommend(
      few(file),
      workload({ runtimes: ['native', 'docker'], objectives: ['p95 < 10s', 'p50 < 1us'] }),
    );
    expect(found.candidates[0]?.objectives[0]).toEqual({
      ...{ text: 'p95 < 10s', judgement: 'unsure' },
      why: 'the p95 has no bounded interval (6 samples in a cell at most)',
    });
    const both = recommend(few(file), workload({ runtimes: ['native', 'docker'] }));
    expect(both.why).toMatch(/^No clear winner: the p95 of \w+ and of \w+ has no bounded interval\.$/u);
  });
});
