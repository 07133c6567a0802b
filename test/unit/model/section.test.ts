import { beforeAll, describe, expect, it } from 'vitest';
import type { ModelSection } from '../../../src/domain/model-section.js';
import { fitModel } from '../../../src/model/fit/fit-model.js';
import { breakEvenOf, firstPassing, withBreakEven } from '../../../src/model/section/break-even.js';
import { sectionOfRun } from '../../../src/model/section/section-of-run.js';
import type { ModelFile } from '../../../src/model/fit/model-file.js';
import { allCells, runsOf } from './synthetic-cells.js';

let file: ModelFile;
let section: ModelSection;
const cells = allCells();
beforeAll(() => {
  // A function that the model never had, and one cell of a function that it has.
  const known = cells.filter(
    ({ cell }) => cell.function !== 'work-8' && !(cell.function === 'work-2' && cell.runtime === 'docker'),
  );
  file = fitModel(runsOf(known), '0').file;
  section = sectionOfRun(
    file,
    cells.map(({ cell, latencyMs }) => ({ cell, medianMs: latencyMs.p50 })),
  );
}, 60_000);

describe('the section of a run', () => {
  it('predicts a cell of the model without it, and others as any', () => {
    expect(section.modelled).toHaveLength(192);
    expect(section.modelled.filter(({ basis }) => basis === 'predicted')).toHaveLength(6);
    for (const { cell, basis } of section.modelled)
      expect(basis).toBe(cell.function === 'work-2' && cell.runtime === 'docker' ? 'predicted' : 'left out');
  });

  it('counts what it cannot speak of, with the reason', () => {
    expect(section.notModelled).toEqual([{ cells: 24, why: 'The model never saw the function "work-8"' }]);
  });

  it('has parts that sum up to about the prediction, in the order of a request', () => {
    const one = section.modelled.find(({ cell }) => cell.start === 'cold' && cell.runtime === 'docker');
    expect(one?.partsMs.map(([name]) => name)).toEqual(['launch', 'boundary', 'compute']);
    const sum = one?.partsMs.reduce((total, [, time]) => total + time, 0) ?? NaN;
    expect(sum / (one?.predictedMs ?? NaN)).toBeCloseTo(1, 1);
  });

  it('has the errors and says which schemes the data cannot answer', () => {
    expect(section.errors[0]).toMatchObject({ leftOut: 'leave-one-cell-out', cells: 186 });
    expect(section.errors[0]?.medianError).toBeLessThan(0.06);
    expect(section.unanswered.map(({ leftOut }) => leftOut)).toEqual(['leave-one-environment-out']);
  });
});

describe('break-even', () => {
  const points = [1, 10, 100].map((at, i) => ({
    at,
    ratio: [0.25, 0.5, 2][i] as number,
    interval90: [
      [0.2, 0.3],
      [0.4, 0.8],
      [1.5, 3],
    ][i] as [number, number],
  }));

  it('is where a curve first passes 1, by interpolation of logarithms', () => {
    expect(firstPassing(points, ({ ratio }) => ratio)).toBeCloseTo(10 ** 1.5, 9);
    expect(firstPassing(points.slice(0, 2), ({ ratio }) => ratio)).toBeUndefined();
  });

  it('has the places where the ends of the interval pass, one on each side', () => {
    const curve = { dial: 'rate' as const, function: 'f', payload: 'p', points };
    const { breakEven = NaN, breakEven90 } = withBreakEven(curve);
    const [low = NaN, high = NaN] = breakEven90 ?? [];
    expect(low).toBeLessThan(breakEven);
    expect(high).toBeGreaterThan(breakEven);
    expect(withBreakEven({ ...curve, points: points.slice(0, 2) })).not.toHaveProperty('breakEven');
  });

  it('of AoT and a container: faster where all are cold, by what the laws say', () => {
    const found = breakEvenOf(file);
    expect(found).toMatchObject({ baseline: 'docker', candidate: 'wasmtime-aot' });
    // work-3: 0.02 * 27 * 1.3 ms of compute at 1 KiB, linear: at 64 KiB 1.5 times as slow on AoT, and warm that decides.
    const curve = found?.curves.find((one) => one.function === 'work-3' && one.dial === 'rate');
    expect(curve?.points[0]?.ratio).toBeLessThan(0.9);
    expect(curve?.points.at(-1)?.ratio).toBeGreaterThan(1.2);
    expect(curve?.breakEven).toBeGreaterThan(1 / 86_400);
  }, 60_000);

  it('is absent without a container', () => {
    const { file: without } = fitModel(runsOf(cells.filter(({ cell }) => cell.runtime !== 'docker')), '0');
    expect(breakEvenOf(without)).toBeUndefined();
  }, 60_000);
});
