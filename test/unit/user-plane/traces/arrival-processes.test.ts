import { describe, expect, it } from 'vitest';
import { milliseconds } from '../../../../src/domain/units.js';
import { seededRandom } from '../../../../src/stats/random.js';
import {
  mmpp2,
  mmpp2Dispersion,
  mmpp2Rate,
  poisson,
  sinusoid,
  thinned,
  type Mmpp2,
} from '../../../../src/user-plane/traces/arrival-processes.js';
import { synthesized, type SynthesisRequest } from '../../../../src/user-plane/traces/synthesize-trace.js';

const uniform = (label: string): (() => number) => {
  const random = seededRandom(5, label);
  return () => random.uniform();
};

/** Arrivals in each of `count` stretches of `length` seconds. */
function countsIn(times: Iterable<number>, length: number, count: number): Float64Array {
  const counts = new Float64Array(count);
  for (const at of times) {
    const stretch = Math.floor(at / length);
    if (stretch >= count) break;
    counts[stretch] = (counts[stretch] ?? 0) + 1;
  }
  return counts;
}

function moments(values: Iterable<number>): { mean: number; dispersion: number } {
  const all = [...values];
  const mean = all.reduce((sum, value) => sum + value, 0) / all.length;
  const variance = all.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (all.length - 1);
  return { mean, dispersion: variance / mean };
}

describe('a Poisson process', () => {
  it('has its rate, and counts whose variance is their mean', () => {
    const { mean, dispersion } = moments(countsIn(poisson(20, uniform('poisson')), 1, 10_000));
    // Standard errors: sqrt(20 / 10 000) = 0.045, sqrt(2 / 10 000) = 0.014.
    expect(Math.abs(mean - 20)).toBeLessThan(5 * 0.045);
    expect(Math.abs(dispersion - 1)).toBeLessThan(5 * 0.014);
  });

  it('has exponential gaps: mean 1 / rate, variation 1', () => {
    const gaps: number[] = [];
    let before = 0;
    for (const at of poisson(4, uniform('gaps'))) {
      gaps.push(at - before);
      before = at;
      if (gaps.length === 20_000) break;
    }
    const { mean, dispersion } = moments(gaps);
    expect(Math.abs(mean * 4 - 1)).toBeLessThan(5 / Math.sqrt(20_000));
    // Variance over mean squared is 1, with a standard error of sqrt(8 / n) = 0.02.
    expect(Math.abs(dispersion / mean - 1)).toBeLessThan(5 * 0.02);
  });
});

describe('a Markov-modulated Poisson process', () => {
  const process: Mmpp2 = { rates: [2, 30], stays: [9, 1] };

  it('has the mean rate and the dispersion of its theory, in every length of time', () => {
    expect(mmpp2Rate(process)).toBeCloseTo(4.8, 12);
    for (const length of [0.5, 2, 10]) {
      const stretches = 60_000;
      const { mean, dispersion } = moments(
        countsIn(mmpp2(process, uniform(`mmpp ${length}`)), length, stretches),
      );
      expect(Math.abs(mean / (4.8 * length) - 1)).toBeLessThan(0.05);
      expect(Math.abs(dispersion / mmpp2Dispersion(process, length) - 1)).toBeLessThan(0.06);
    }
  });

  it('disperses as the formulas of the cookbook say, worked by hand', () => {
    // q = 1/9 and 1, both = 10/9: 2 q1 q2 (28)^2 / (both^2 (2 + 30/9)) = 2 * 784 / 9 / (100/81 * 16/3) = 26.46.
    expect(mmpp2Dispersion(process, 1e9)).toBeCloseTo(1 + 26.46, 6);
    expect(mmpp2Dispersion(process, 1e-6)).toBeCloseTo(1, 4);
    expect(mmpp2Dispersion({ rates: [5, 5], stays: [3, 4] }, 10)).toBe(1);
  });

  it('is refused without any arrivals', () => {
    expect(() => mmpp2({ rates: [0, 0], stays: [1, 1] }, uniform('none')).next()).toThrow('above 0');
  });
});

describe('a process of a varying rate', () => {
  it('follows the rate: in each part of a day as many as its integral', () => {
    const days = 400;
    const day = 24;
    const counts = countsIn(thinned(sinusoid(10, 0.8, day), 18, uniform('day')), day / 4, 4 * days);
    const quarter = (which: number): number =>
      counts.filter((_, index) => index % 4 === which).reduce((sum, count) => sum + count, 0) / days;
    // The integral of 10 (1 - 0.8 cos(2 pi t / 24)) over the first quarter: 60 - 8 * 24 / (2 pi), over the second 60 + the same.
    const off = (8 * day) / (2 * Math.PI);
    for (const [which, expected] of [60 - off, 60 + off, 60 + off, 60 - off].entries())
      expect(Math.abs(quarter(which) - expected)).toBeLessThan(5 * Math.sqrt(expected / days));
  });
});

describe('a synthesized trace', () => {
  const request: SynthesisRequest = {
    ...{ pattern: { kind: 'poisson' }, ratePerSecond: 50, seconds: 400, functions: 4, seed: 3 },
    medianDurationMs: milliseconds(20),
  };

  it('is in order, within its time, at its rate, and the same for the same seed', () => {
    const trace = [...synthesized(request)];
    const times = trace.map(({ atMs }) => atMs);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(times.at(-1)).toBeLessThan(400_000);
    expect(Math.abs(trace.length / 400 - 50)).toBeLessThan(5 * Math.sqrt(50 / 400));
    expect([...synthesized(request)]).toEqual(trace);
    expect([...synthesized({ ...request, seed: 4 })].length).not.toBe(trace.length);
  });

  it('deals invocations by 1/k, and gives each function one duration and one memory', () => {
    const trace = [...synthesized(request)];
    for (const [index, name] of ['f1', 'f2', 'f3', 'f4'].entries()) {
      const ours = trace.filter((one) => one.function === name);
      const share = 1 / (index + 1) / (1 + 1 / 2 + 1 / 3 + 1 / 4);
      expect(Math.abs(ours.length / trace.length - share)).toBeLessThan(
        5 * Math.sqrt((share * (1 - share)) / trace.length),
      );
      expect(new Set(ours.map((one) => `${one.durationMs ?? ''} ${one.memoryBytes ?? ''}`)).size).toBe(1);
    }
  });

  it('draws durations around the median, and memory of the Burr distribution', () => {
    const trace = [...synthesized({ ...request, functions: 2000, ratePerSecond: 5000, seconds: 60 })];
    const each = new Map(trace.map((one) => [one.function, one]));
    expect(each.size).toBeGreaterThan(1900);
    const half = (values: (number | undefined)[], limit: number): number =>
      values.filter((value) => (value ?? 0) <= limit).length / values.length;
    const all = [...each.values()];
    // 5 standard errors of a share of a half among 1900.
    expect(
      Math.abs(
        half(
          all.map((one) => one.durationMs),
          20,
        ) - 0.5,
      ),
    ).toBeLessThan(0.06);
    // The Burr distribution's median: 107.083 (2^(1/0.221) - 1)^(1/11.652) = 139.6 MiB.
    expect(
      Math.abs(
        half(
          all.map((one) => one.memoryBytes),
          139.6 * 2 ** 20,
        ) - 0.5,
      ),
    ).toBeLessThan(0.06);
  });

  it.each([
    [{ kind: 'mmpp', factor: 10, burstSeconds: 2, calmSeconds: 8 } as const],
    [{ kind: 'diurnal', amplitude: 0.8, periodSeconds: 100 } as const],
  ])('keeps its mean rate with the pattern %j', (pattern) => {
    const trace = [...synthesized({ ...request, pattern, seconds: 4000 })];
    // MMPP counts disperse: 1 + 2 q1 q2 (dr)^2 / ... = 123 in 4000 s, so a standard error of sqrt(50 * 123 / 4000) = 1.2.
    expect(Math.abs(trace.length / 4000 - 50)).toBeLessThan(5 * 1.2);
  });
});
