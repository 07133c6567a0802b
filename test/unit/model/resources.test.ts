import { beforeAll, describe, expect, it } from 'vitest';
import type { Start } from '../../../src/domain/factors.js';
import { fitModel } from '../../../src/model/fit/fit-model.js';
import type { ModelFile } from '../../../src/model/fit/model-file.js';
import { predictLatency } from '../../../src/model/predict/predict-latency.js';
import { validateModel } from '../../../src/model/validate/validate-model.js';
import { recommend, type Candidate } from '../../../src/model/recommend/recommend.js';
import { parseWorkload } from '../../../src/model/recommend/workload.js';
import { loadPrices } from '../../../src/model/cost/prices.js';
import type { ModelCell } from '../../../src/model/observations/model-cell.js';
import { allCells, functions, memoryPerByte, runsOf, runtimes } from './synthetic-cells.js';

const noise = 0.05;
let whole: ReturnType<typeof fitModel>;
/** A function on each runtime was left out, another one for each. */
let partial: ModelFile;
let left: ModelCell[];

beforeAll(() => {
  const cells = allCells({ noise });
  whole = fitModel(runsOf(cells), '0');
  const isLeft = ({ cell }: ModelCell): boolean =>
    functions.some((work, i) => cell.function === work.name && cell.runtime === runtimes[i % 4]?.id);
  left = cells.filter(isLeft);
  partial = fitModel(runsOf(cells.filter((cell) => !isLeft(cell))), '0').file;
}, 60_000);

const of = (file: ModelFile, cell: ModelCell['cell']) =>
  predictLatency(file, {
    ...{ function: cell.function, payload: cell.payload, runtime: cell.runtime, start: cell.start },
  });

const medianOf = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] as number;

describe('memory', () => {
  it('has the fixed part of each runtime and the bytes for each byte in and out', () => {
    const trend = whole.file.resources.find(({ id }) => id === 'memory')?.trend;
    if (trend?.form !== 'fixed-and-rate') throw new Error('no form');
    for (const { id, memory } of runtimes) {
      const found = trend.by[id];
      expect((found?.fixed.value ?? 0) / 2 ** 20 / memory).toBeCloseTo(1, 1);
      const perByte = ((found?.perByteIn.value ?? 0) + (found?.perByteOut.value ?? 0)) / 2;
      expect(Math.abs(perByte - memoryPerByte)).toBeLessThan(3);
    }
  });

  it('is predicted for pairs that were never measured, with intervals that hold about nine in ten', () => {
    const outcomes = left.map((cell) => {
      const { memory } = of(partial, cell.cell).resources;
      const [low, high] = memory?.interval90 ?? [NaN, NaN];
      const measured = cell.peakMemoryBytes ?? NaN;
      return {
        error: Math.abs((memory?.bytes ?? NaN) / measured - 1),
        held: low <= measured && measured <= high,
      };
    });
    expect(medianOf(outcomes.map(({ error }) => error))).toBeLessThan(0.03);
    const held = outcomes.filter((one) => one.held).length / outcomes.length;
    expect(held).toBeGreaterThan(0.8);
  });
});

describe('CPU time', () => {
  it('is predicted for pairs that were never measured, from their latency', () => {
    const errors = left.map((cell) => {
      const { cpu } = of(partial, cell.cell).resources;
      return Math.abs((cpu?.ms ?? NaN) / (cell.cpuMs ?? NaN) - 1);
    });
    expect(medianOf(errors)).toBeLessThan(0.1);
  });

  it("is no larger for a client that is far away: waiting for the network is not the sandbox's work", () => {
    const asked = { function: 'work-1', payload: '8192', runtime: 'native', start: 'warm' as Start };
    const near = predictLatency(whole.file, asked);
    const far = predictLatency(whole.file, { ...asked, clients: { roundTripMs: 80 } });
    expect(far.resources.cpu).toEqual(near.resources.cpu);
    expect(far.median.ms - near.median.ms).toBeCloseTo(80, 6);
  });
});

function withoutResources(cell: ModelCell): ModelCell {
  const rest = { ...cell };
  delete rest.peakMemoryBytes;
  delete rest.cpuMs;
  return rest;
}

describe('a resource that was not measured', () => {
  it('on a runtime is absent there, and not guessed from others', () => {
    const cells = allCells({ noise }).map((cell) =>
      cell.cell.runtime === 'docker' ? withoutResources(cell) : cell,
    );
    const { file } = fitModel(runsOf(cells), '0');
    const at = (runtime: string) =>
      predictLatency(file, { function: 'work-1', payload: '8192', runtime, start: 'warm' }).resources;
    expect(at('docker')).toEqual({});
    expect(at('native').memory?.bytes).toBeGreaterThan(2 ** 20);
    const workload = parseWorkload(
      { function: 'work-1', payload: '8192', arrivals: { perMinute: 1 }, prices: 'aws-lambda' },
      'w',
    );
    const { candidates } = recommend(file, workload, { prices: loadPrices('aws-lambda', 'prices') });
    const docker = candidates.find(({ runtime }) => runtime === 'docker');
    expect(docker).not.toHaveProperty('costPerMillion');
    expect(docker).not.toHaveProperty('peakMemoryBytes');
    expect(candidates.find(({ runtime }) => runtime === 'native')?.costPerMillion).toBeGreaterThan(0.2);
  }, 60_000);

  it('anywhere is in no model', () => {
    const cells = allCells({ noise }).map(withoutResources);
    const { file } = fitModel(runsOf(cells), '0');
    expect(file.resources).toEqual([]);
    expect(file.energy).toEqual([]);
  }, 60_000);
});

describe('a validation', () => {
  it('tells how wrong memory and CPU time are where they are left out, beside naive predictors', () => {
    const { schemes } = validateModel(whole.fitted);
    const cellsOut = schemes.find(({ scheme }) => scheme === 'leave-one-cell-out')?.resources ?? [];
    expect(cellsOut.map(({ resource }) => resource)).toEqual(['memory', 'cpu']);
    for (const { medianApe, coverage90, baselines, cells } of cellsOut) {
      expect(cells).toBe(216);
      expect(medianApe).toBeLessThan(0.06);
      expect(coverage90).toBeGreaterThan(0.85);
      expect(coverage90).toBeLessThan(0.96);
      for (const baseline of Object.values(baselines)) expect(medianApe).toBeLessThan(baseline.medianApe);
    }
  }, 60_000);
});

describe('the cost of a workload', () => {
  it('has an interval from all that it depends on, and is met or missed over the whole of it', () => {
    const at = (limit: number): Candidate => {
      const [found] = recommend(
        whole.file,
        parseWorkload(
          {
            ...{
              function: 'work-3',
              payload: '65536',
              arrivals: { perMinute: 1 },
              runtimes: ['wasmtime-interpreted'],
            },
            ...{ prices: 'cloudflare-workers', objectives: [`cost < $${limit} per million`] },
          },
          'w',
        ),
        { prices: loadPrices('cloudflare-workers', 'prices') },
      ).candidates;
      if (found === undefined) throw new Error('no candidate');
      return found;
    };
    const { costInterval90 = [NaN, NaN], costPerMillion: cost = NaN, cpu } = at(1);
    const [low, high] = costInterval90;
    expect(low).toBeLessThan(cost);
    expect(cost).toBeLessThan(high);
    expect(cost).toBeCloseTo(0.3 + 0.02 * (cpu?.ms ?? NaN), 9);
    expect(at(high * 1.01).objectives[0]?.judgement).toBe('met');
    expect(at(low * 0.99).objectives[0]?.judgement).toBe('missed');
    expect(at(cost).objectives[0]?.judgement).toBe('unsure');
  });
});
