import { beforeAll, describe, expect, it } from 'vitest';
import { conformalWidth } from '../../../src/model/fit/conformal.js';
import { fitModel, type FittedModel } from '../../../src/model/fit/fit-model.js';
import { parseModelFile } from '../../../src/model/fit/model-file.js';
import { predictLatency } from '../../../src/model/predict/predict-latency.js';
import { validateModel } from '../../../src/model/validate/validate-model.js';
import { seededRandom } from '../../../src/stats/random.js';
import type { ModelCell } from '../../../src/model/observations/model-cell.js';
import { allCells, functions, normal, runsOf, runtimes } from './synthetic-cells.js';

const noise = 0.05;
let model: FittedModel;
beforeAll(() => {
  model = fitModel(runsOf(allCells({ noise })), '0.1.0');
}, 60_000);

const held = (interval: readonly [number, number] | undefined, value: number): boolean =>
  interval !== undefined && interval[0] <= value && value <= interval[1];

describe('conformal widths', () => {
  it('are the ceil((n + 1) 0.9)-th smallest score', () => {
    const scores = Array.from({ length: 19 }, (_, i) => i + 1);
    expect(conformalWidth(scores, 0.9)).toBe(18);
    expect(conformalWidth(scores, 0.5)).toBe(10);
  });

  it('are not had from fewer than ten scores, nor where the rank is beyond the last', () => {
    expect(
      conformalWidth(
        Array.from({ length: 8 }, () => 1),
        0.9,
      ),
    ).toBeUndefined();
    expect(
      conformalWidth(
        Array.from({ length: 15 }, () => 1),
        0.95,
      ),
    ).toBeUndefined();
  });

  it('hold a new score with the promised share, whatever the distribution', () => {
    const random = seededRandom(11);
    const rounds = 2000;
    let inside = 0;
    for (let round = 0; round < rounds; round++) {
      const scores = Array.from({ length: 30 }, () => Math.abs(normal(random)) ** 3);
      const next = Math.abs(normal(random)) ** 3;
      if (next <= (conformalWidth(scores, 0.9) as number)) inside++;
    }
    expect(inside / rounds).toBeGreaterThan(0.88);
    expect(inside / rounds).toBeLessThan(0.93);
  });
});

describe('a model of cells with known laws', () => {
  it('has the launch and the crossing of each runtime', () => {
    for (const runtime of runtimes) {
      for (const [id, truth] of [
        ['launch', runtime.launch],
        ['boundary', runtime.crossing],
      ] as const) {
        const trend = model.file.components.find((one) => one.id === id)?.trend;
        const found = trend?.form === 'fixed-and-rate' ? trend.by[runtime.id]?.fixed.value : undefined;
        expect((found ?? 0) / truth).toBeGreaterThan(0.85);
        expect((found ?? 0) / truth).toBeLessThan(1.15);
      }
    }
  });

  it('predicts cells that it never saw, nearly as well as noise lets it, and better than any naive guess', () => {
    const { schemes } = validateModel(model.fitted);
    const byId = new Map(schemes.map((one) => [one.scheme, one]));
    expect(byId.get('leave-one-cell-out')?.medianApe).toBeLessThan(0.05);
    expect(byId.get('leave-one-pair-out')?.medianApe).toBeLessThan(0.07);
    for (const { medianApe, coverage90, baselines } of schemes) {
      for (const baseline of Object.values(baselines)) expect(medianApe).toBeLessThan(baseline.medianApe);
      expect(coverage90).toBeGreaterThan(0.85);
      expect(coverage90).toBeLessThan(0.97);
    }
  }, 60_000);

  it('predicts unmeasured triples from their parts, with intervals that hold about nine in ten', () => {
    const outcomes = [1, 2, 3].flatMap((seed) => {
      const isLeft = (cell: { function: string; runtime: string }): boolean =>
        functions.some((work, i) => cell.function === work.name && cell.runtime === runtimes[i % 4]?.id);
      const [left, rest] = [true, false].map((wanted) =>
        allCells({ noise, seed }).filter(({ cell }) => isLeft(cell) === wanted),
      ) as [ModelCell[], ModelCell[]];
      const { file } = fitModel(runsOf(rest), '0.1.0');
      return left.map(({ cell, latencyMs }) => {
        const { median, beyond } = predictLatency(file, {
          ...{ function: cell.function, payload: cell.payload, runtime: cell.runtime, start: cell.start },
        });
        expect(beyond).toEqual([`${cell.function} was not measured on ${cell.runtime}`]);
        return held(median.interval90, latencyMs.p50);
      });
    });
    expect(outcomes).toHaveLength(162);
    expect(outcomes.filter(Boolean).length / outcomes.length).toBeGreaterThan(0.8);
    expect(outcomes.filter(Boolean).length / outcomes.length).toBeLessThan(0.98);
  }, 60_000);

  it('says how far a payload is beyond what was measured, and is less sure there', () => {
    const at = (payload: string) =>
      predictLatency(model.file, { function: 'work-0', payload, runtime: 'native', start: 'warm' });
    const width = ({ median }: ReturnType<typeof at>): number =>
      (median.interval90?.[1] ?? NaN) / (median.interval90?.[0] ?? NaN);
    expect(at('512KiB').beyond).toEqual(['payload 8x beyond the largest measured']);
    expect(at('8192').beyond).toEqual([]);
    expect(width(at('512KiB'))).toBeGreaterThan(1.2 * width(at('8192')));
    expect(width(at('64MiB'))).toBeGreaterThan(width(at('512KiB')));
  });

  it('composes the median of its parts, and quantiles around it in order', () => {
    const prediction = predictLatency(model.file, {
      ...{ function: 'work-4', payload: '65536', runtime: 'docker', start: 'cold' as const },
    });
    const { median, componentsMs } = prediction;
    const sum = Object.values(componentsMs).reduce((total, part) => total + part, 0);
    expect(sum / median.ms).toBeCloseTo(1, 6);
    expect(Object.keys(componentsMs).sort()).toEqual(['boundary', 'compute', 'launch']);
    const [p50, p90, p95] = [0.5, 0.9, 0.95].map((share) => prediction.quantile(share)?.ms ?? NaN);
    expect(p90).toBeGreaterThan(p50 as number);
    expect(p95).toBeGreaterThan(p90 as number);
    expect(prediction.shareWithin(prediction.quantile(0.9)?.ms ?? median.ms)).toBeCloseTo(0.9, 2);
  });
});

describe('a new environment', () => {
  it('is predicted from its calibration run alone', () => {
    const calibrated = functions.slice(0, 2).map(({ name }) => name);
    const slower = allCells({ noise, environment: 'edge', slower: 3 });
    const { file } = fitModel(
      runsOf([...allCells({ noise }), ...slower.filter(({ cell }) => calibrated.includes(cell.function))]),
      '0.1.0',
    );
    const errors = slower
      .filter(({ cell }) => !calibrated.includes(cell.function))
      .map(({ cell, latencyMs }) => {
        const { median, beyond } = predictLatency(file, {
          ...{ function: cell.function, payload: cell.payload, runtime: cell.runtime },
          ...{ start: cell.start, environment: 'edge' },
        });
        expect(beyond[0]).toBe(`${cell.function} was not measured in edge`);
        return Math.abs(median.ms / latencyMs.p50 - 1);
      })
      .sort((a, b) => a - b);
    expect(errors[Math.floor(errors.length / 2)]).toBeLessThan(0.08);
  }, 60_000);
});

describe('data that carries no model', () => {
  const fit = (cells: ReturnType<typeof allCells>) => () => fitModel(runsOf(cells), '0');
  it('is refused where there is none', () => {
    expect(fit([])).toThrow('no verified invocation');
  });
  it('is refused for one runtime, naming a run with more', () => {
    expect(fit(allCells().filter(({ cell }) => cell.runtime === 'docker'))).toThrow(
      'Every cell is of one runtime, docker',
    );
  });
  it('is refused for one function', () => {
    expect(fit(allCells().filter(({ cell }) => cell.function === 'work-1'))).toThrow('one function, work-1');
  });
  it('is refused for too few cells', () => {
    const few = allCells()
      .filter(({ cell }) => cell.payload === '1024' && cell.start === 'warm')
      .slice(0, 8);
    expect(fit(few)).toThrow('8 cells are too few');
  });
  it('is refused without any variance', () => {
    const same = allCells().map((cell) => ({
      ...cell,
      latencyMs: { p50: allCells()[0]?.latencyMs.p50 ?? cell.latencyMs.p50 },
    }));
    expect(fit(same)).toThrow('the same latency to the last digit');
  });
});

describe('a factor that the model never saw', () => {
  const ask = (changed: object) => () =>
    predictLatency(model.file, {
      ...{ function: 'work-1', payload: '1024', runtime: 'docker', start: 'warm' as const },
      ...changed,
    });
  it.each([
    [{ function: 'work-99' }, 'never saw the function "work-99"'],
    [{ runtime: 'wasmer-jit' }, 'never saw the runtime "wasmer-jit"'],
    [{ environment: 'moon' }, 'never saw the environment "moon"'],
    [{ start: 'fresh' }, 'never saw the start "fresh" of docker'],
    [{ payload: 'huge' }, 'not measured at the payload "huge"'],
    [{ access: 's3/host/reused' }, 'never saw the access "s3/host/reused" to objects of work-1'],
  ])('%j is refused by name', (changed, message) => {
    expect(ask(changed)).toThrow(message);
  });
});

describe('a model file', () => {
  it('is read back as it was written', () => {
    const text = JSON.stringify(model.file);
    expect(parseModelFile(text, 'model.json')).toEqual(JSON.parse(text));
  });
  it('of another version is refused, with the command that makes one of this', () => {
    const other = JSON.stringify({ ...model.file, schema: 'lumos/model@0' });
    expect(() => parseModelFile(other, 'old.json')).toThrow(
      'says it is "lumos/model@0"; this Lumos reads "lumos/model@2"',
    );
    expect(() => parseModelFile('{}', 'empty.json')).toThrow('does not say what it is');
    expect(() => parseModelFile('{', 'broken.json')).toThrow('not JSON');
  });
});
