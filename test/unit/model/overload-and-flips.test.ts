import { beforeAll, describe, expect, it } from 'vitest';
import { loadText } from '../../../src/cli/commands/model/predict-text.js';
import { fitModel } from '../../../src/model/fit/fit-model.js';
import type { ModelFile } from '../../../src/model/fit/model-file.js';
import { flipOf } from '../../../src/model/recommend/flips.js';
import { recommend } from '../../../src/model/recommend/recommend.js';
import { parseWorkload } from '../../../src/model/recommend/workload.js';
import type { WorkloadLatency } from '../../../src/model/recommend/workload-latency.js';
import { allCells, runsOf } from './synthetic-cells.js';

describe('more requests than the instances can take', () => {
  let file: ModelFile;
  beforeAll(() => {
    file = fitModel(runsOf(allCells()), '0.1.0').file;
  }, 60_000);

  it('says first how many are turned away, and meets no objective that those would have to meet', () => {
    const workload = parseWorkload(
      {
        ...{ function: 'work-7', payload: '65536', arrivals: { perSecond: 100_000 } },
        ...{ instances: { max: 2 }, objectives: ['p95 < 1000s', 'mean < 1000s'] },
      },
      'w.yaml',
    );
    const { candidates } = recommend(file, workload);
    for (const candidate of candidates) {
      expect(candidate.rejectedShare).toBeGreaterThan(0.5);
      expect(candidate.objectives.map(({ judgement }) => judgement)).toEqual(['missed', 'unsure']);
      const [first, second] = loadText(candidate, undefined).split('\n');
      expect(first).toMatch(/% of the requests are turned away, and the figures are those of the others\.$/);
      expect(second).toContain('Under this load');
    }
  });
});

describe('a flip', () => {
  /** A latency that is `ms` at every share, and as sure as can be. */
  const constant = (runtime: string, ms: number): WorkloadLatency => ({
    ...{ runtime, parts: [], coldShare: 0, rejectedShare: 0 },
    quantile: () => ms,
    mean: () => ms,
    meanCharged: () => ms,
  });

  it('names every place where the two change, the nearest first', () => {
    // `b` is the faster between 10 and 1000 only.
    const at = (value: number) => ({
      first: constant('a', 10),
      second: constant('b', value > 10 && value < 1000 ? 5 : 20),
    });
    const flip = flipOf('payload', at, (one) => one.quantile(0.95), {
      ...{ range: [1, 1e5], now: 20, steps: { places: 20, bisections: 40 } },
    });
    expect(flip).toMatchObject({ below: 'a', above: 'b' });
    expect(flip?.at).toBeCloseTo(10, 6);
    expect(flip?.others).toHaveLength(1);
    expect(flip?.others[0]).toBeCloseTo(1000, 3);
  });
});
