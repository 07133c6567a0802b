import { describe, expect, it } from 'vitest';
import type { Measurement } from '../../../../src/domain/measurement.js';
import { milliseconds } from '../../../../src/domain/units.js';
import type { ValidityFinding } from '../../../../src/domain/validity.js';
import { ExperimentSchema } from '../../../../src/domain/experiment.js';
import { fewestForUpperEnd } from '../../../../src/stats/quantile-interval.js';
import { labelRuns } from '../../../../src/stats/label-runs.js';
import { begin, findingsOf, healthyRows, manifestOf } from './simulated-run.js';

const ids = (findings: readonly ValidityFinding[]): string[] => findings.map(({ id }) => id);
const rows = healthyRows();
const hour = 3_600_000;

const changed = (change: (row: Measurement, index: number) => Partial<Measurement>): Measurement[] =>
  rows.map((row, index) => ({ ...row, ...change(row, index) }));

const at = (ms: number): string => new Date(ms).toISOString();

describe('a healthy run', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])('gives no alarm (seed %i)', (seed) => {
    expect(findingsOf(healthyRows(seed))).toEqual([]);
  });

  it('gives none where an arm is much slower, nor where a runtime is left out by plan', () => {
    expect(
      findingsOf(
        rows.filter(({ runtime, payload }) => runtime !== 'wasmtime-interpreted' || payload !== 'large'),
        {
          manifest: manifestOf(rows, { trials: 1 }),
        },
      ),
    ).toEqual([]);
  });

  it('gives none with one trial a cell: there is no order to speak of', () => {
    const single = rows.filter(({ round, start }) => round === 0 && start === 'warm');
    expect(ids(findingsOf(single)).filter((id) => id !== 'small-sample')).toEqual([]);
  });
});

describe('a machine', () => {
  /** CPU times of a run whose sandboxes are each off by up to `share`, and whose work is `work` ms. */
  const withCpu = (share: number, work = 20): Measurement[] =>
    changed(({ trial }) => ({ cpuMs: milliseconds(work * (1 + share * (((trial * 7919) % 101) / 50 - 1))) }));

  it('that was now faster and now slower is told by the CPU time of the same work', () => {
    const found = findingsOf(withCpu(0.2));
    expect(found).toMatchObject([{ id: 'unsteady-speed', severity: 'warning' }]);
    expect(found[0]?.text).toMatch(
      /standard deviation is (9|1\d)\.\d % of it, in the median of 27 warm cells/,
    );
    expect(found[0]?.cells.every(({ start }) => start === 'warm')).toBe(true);
  });

  it('that was steady is not, nor where the work is too short to tell, nor of a few cells', () => {
    expect(findingsOf(withCpu(0.03))).toEqual([]);
    expect(findingsOf(withCpu(0.2, 4))).toEqual([]);
    const few = withCpu(0.2).map((row) =>
      row.function === 'hashing' && row.payload === 'small' ? row : { ...row, cpuMs: undefined },
    );
    expect(ids(findingsOf(few))).not.toContain('unsteady-speed');
  });
});

describe('arms', () => {
  it('on different machines are serious', () => {
    const found = findingsOf(changed(({ runtime }) => ({ node: runtime === 'docker' ? 'pi-1' : 'pi-2' })));
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ id: 'different-hardware', severity: 'serious' });
    expect(found[0]?.text).toContain('In 18 comparisons the arms ran on different machines');
    expect(found[0]?.text).toContain('docker on pi-1');
  });

  it('in environments they do not share are serious', () => {
    const found = findingsOf(
      changed(({ runtime }) => ({ environment: runtime === 'docker' ? 'cloud' : 'edge' })),
    );
    expect(ids(found)).toContain('different-hardware');
    expect(found.find(({ id }) => id === 'different-hardware')?.text).toContain(
      'docker (cloud) and wasmtime-aot (edge)',
    );
  });

  it('with one request on another machine name it', () => {
    const found = findingsOf(changed((_row, index) => ({ node: index === 7 ? 'pi-3' : 'pi-1' })));
    expect(ids(found)).toEqual(['odd-node']);
    expect(found[0]?.cells).toHaveLength(1);
    expect(found[0]?.text).toMatch(/1 of (12|20) requests on pi-3, the others on pi-1/);
  });

  it('one after the other are serious, also where all ran on one afternoon', () => {
    const order = ['docker', 'wasmtime-aot', 'wasmtime-interpreted'];
    const found = findingsOf(
      changed(({ runtime, trial }) => ({
        startedAt: at(begin + order.indexOf(runtime) * hour + trial * 1000),
      })),
    );
    expect(ids(found)).toContain('not-interleaved');
    expect(found[0]).toMatchObject({ severity: 'serious' });
    expect(found[0]?.text).toContain('6 combinations of function and start');
    expect(found[0]?.text).toContain('up to 2.0 h apart');
  });

  it('from two deployments are spliced, and serious where these are hours apart', () => {
    const spliced = (gap: number): ValidityFinding[] =>
      findingsOf(
        changed(({ runtime, payload, function: name, start, startedAt }) => {
          const later = runtime === 'docker' && payload === 'large' && name === 'hashing' && start === 'cold';
          return {
            deployment: later ? 'second' : 'first',
            startedAt: at(Date.parse(startedAt ?? '') + (later ? gap : 0)),
          };
        }),
      );
    expect(spliced(0)).toMatchObject([{ id: 'spliced', severity: 'warning' }]);
    expect(spliced(5 * hour)[0]).toMatchObject({
      ...{ id: 'spliced', severity: 'serious' },
      cells: [{ function: 'hashing', runtime: 'docker', start: 'cold' }],
    });
  });

  it('with hours of nothing between their trials are spliced, where no deployment is known', () => {
    const found = findingsOf(
      changed(({ runtime, round, startedAt }) =>
        runtime === 'docker' && round >= 6 ? { startedAt: at(Date.parse(startedAt ?? '') + 30 * hour) } : {},
      ),
    );
    expect(ids(found)).toContain('spliced');
  });

  it('of a run that was taken up again after hours are told', () => {
    const late = changed(({ round, startedAt }) =>
      round >= 6 ? { startedAt: at(Date.parse(startedAt ?? '') + 9 * hour) } : {},
    );
    const found = findingsOf(late, { manifest: manifestOf(late, { resumed: 1 }) });
    expect(found.map(({ text }) => text).join()).toContain('nothing was measured for 9.0 h');
  });

  it('that an imported run lacks are named, those that a plan left out are not', () => {
    const some = rows.filter(({ runtime, payload }) => runtime !== 'docker' || payload !== 'large');
    const imported = { format: 'csv', source: 'x', importedAt: at(begin), nodes: [], findings: [] };
    const found = findingsOf(some, { manifest: manifestOf(some, { imported }) });
    expect(ids(found)).toEqual(['missing-arm']);
    expect(found[0]?.cells).toContainEqual({
      function: 'hashing',
      payload: 'large',
      runtime: 'docker',
      start: 'warm',
    });
    expect(findingsOf(some)).toEqual([]);
  });
});

describe('samples', () => {
  it('too few for an interval of the median are told with the number it takes', () => {
    const found = findingsOf(rows.filter(({ round, start }) => start === 'warm' || round < 5));
    expect(ids(found)).toEqual(['small-sample']);
    expect(found[0]?.text).toContain('27 cells have n = 5');
    expect(found[0]?.text).toContain('it takes 6');
  });

  it('too few for the quantile of an objective are told, with the number that the objective itself asks for', () => {
    const manifest = manifestOf(rows, {
      experiment: { ...manifestOf(rows).experiment, slo: ['p99 < 1s'] },
    });
    const found = findingsOf(rows, { manifest });
    expect(ids(found)).toEqual(['small-sample']);
    expect(found[0]?.text).toContain('p99 < 1s takes 368 samples');
    expect(fewestForUpperEnd(0.99)).toBe(368);
    expect(fewestForUpperEnd(0.95)).toBe(72);
  });

  it('too few for several objectives are one finding with one advice', () => {
    const slo = ['p95 < 1s', { objective: 'p95 < 2s', runtimes: ['docker'] }, 'p99 < 3s'];
    const manifest = manifestOf(rows, {
      experiment: ExperimentSchema.parse({ ...manifestOf(rows).experiment, slo }),
    });
    const found = findingsOf(rows, { manifest });
    expect(ids(found)).toEqual(['small-sample']);
    expect(found[0]?.text).toContain(
      'p95 < 1s takes 72 samples; p95 < 2s takes 72 samples; p99 < 3s takes 368',
    );
    expect(found[0]?.advice).toContain('--repetitions 368 or more');
  });

  it('too few for an interval and for an objective are one finding, with the number that does for both', () => {
    const few = rows.filter(({ round, start }) => start === 'cold' && round < 5);
    const manifest = manifestOf(few, {
      experiment: ExperimentSchema.parse({ ...manifestOf(few).experiment, slo: ['p95 < 1s'] }),
    });
    const found = findingsOf(few, { manifest });
    expect(ids(found)).toEqual(['small-sample']);
    expect(found[0]).toMatchObject({
      text:
        '27 cells have n = 5: no 95 % interval of the median (it takes 6), and a p90 and p99 that are the largest sample or just below it. ' +
        'To be surely met, p95 < 1s takes 72 samples in a cell, independent of each other.',
      advice: 'Repeat with --repetitions 72 or more.',
    });
  });

  it('that count for fewer than an objective takes are told with the number that would do', () => {
    const manifest = manifestOf(rows, {
      experiment: ExperimentSchema.parse({ ...manifestOf(rows).experiment, slo: ['p90 < 1s'] }),
    });
    // The p90 takes 36; warm cells have 20, which count as 15, say.
    const found = findingsOf(rows, { manifest, samplesNeeded: 48 });
    expect(found[0]?.advice).toBe('Repeat with --repetitions 48 or more.');
  });

  it('of which a twentieth or more failed are a selection', () => {
    const found = findingsOf(
      changed(({ runtime, function: name, round, start, payload }) =>
        runtime === 'docker' && name === 'hashing' && payload === 'small' && start === 'cold' && round === 3
          ? { outcome: 'timeout', latencyMs: undefined }
          : {},
      ),
    );
    expect(ids(found)).toEqual(['survivors']);
    expect(found[0]?.text).toContain('hashing small, cold, on docker: 1 of 12 failed');
  });

  it('of which some have neither an answer nor a failure are serious', () => {
    const found = findingsOf(
      rows.filter(({ trial }) => trial !== 17),
      { manifest: manifestOf(rows) },
    );
    expect(ids(found)).toEqual(['failures-dropped']);
    expect(found[0]?.text).toContain('1 of its 432 trials have no row');
  });
});

describe('a floor', () => {
  it('of more than half the baseline hides the rest', () => {
    const manifest = manifestOf(rows, {
      floor: { n: { cold: 10, warm: 10 }, coldP50Ms: 1.3, warmP50Ms: 0.3, clockMs: 0.0001 },
    });
    const found = findingsOf(rows, { manifest });
    expect(found).toMatchObject([{ id: 'floor', severity: 'notice' }]);
    expect(found[0]?.text).toContain('hashing small');
    expect(found[0]?.text).not.toContain('large');
  });

  it('is estimated where none was measured, from functions that are all as quick as each other', () => {
    const squeezed = changed(({ start, latencyMs }) =>
      start === 'warm' ? { latencyMs: milliseconds((latencyMs ?? 0) + 20) } : {},
    );
    const found = findingsOf(squeezed, { manifest: manifestOf(squeezed, { floor: undefined }) });
    expect(ids(found)).toEqual(['floor']);
    expect(found[0]).toMatchObject({ severity: 'warning' });
    expect(found[0]?.text).toContain('estimated from the smallest medians');
    expect(findingsOf(rows, { manifest: manifestOf(rows, { floor: undefined }) })).toEqual([]);
  });
});

describe('payloads', () => {
  it('that cost the same under labels far apart are duplicates', () => {
    const like = new Map(
      rows
        .filter(({ payload }) => payload === 'medium')
        .map(({ function: name, runtime, start, round, invocation, latencyMs }) => [
          JSON.stringify([name, runtime, start, round, invocation]),
          latencyMs,
        ]),
    );
    const more = changed(({ payload, function: name, runtime, start, round, invocation, payloadBytes }) => {
      if (name !== 'matrix-multiplication') return {};
      const bytes = payload === 'medium' ? 8 * (payloadBytes ?? 0) : payloadBytes;
      const latency = like.get(JSON.stringify([name, runtime, start, round, invocation]));
      return {
        payloadBytes: bytes as Measurement['payloadBytes'],
        ...(payload === 'large' && start === 'warm' && runtime === 'wasmtime-aot' && latency !== undefined
          ? { latencyMs: milliseconds(latency * 1.001) }
          : {}),
      };
    });
    const small = more.map((row) =>
      row.function === 'matrix-multiplication' &&
      row.payload === 'small' &&
      row.start === 'warm' &&
      row.runtime === 'wasmtime-aot'
        ? { ...row, latencyMs: milliseconds((row.latencyMs ?? 0) / 10) }
        : row,
    );
    const found = findingsOf(small).filter(({ id }) => id === 'duplicate-inputs');
    expect(found).toHaveLength(1);
    expect(found[0]?.text).toContain(
      'matrix-multiplication large takes as long as medium (warm on wasmtime-aot)',
    );
  });
});

describe('the runs of a sequence of labels', () => {
  it('of two labels have the moments of Wald and Wolfowitz', () => {
    // n1 = n2 = 2: 6 orders with 2, 3, 4, 3, 4, 2 runs.
    const { expected, variance } = labelRuns(['a', 'b', 'b', 'a']);
    expect(expected).toBeCloseTo(3, 12);
    expect(variance).toBeCloseTo(2 / 3, 12);
    expect(labelRuns(['a', 'a', 'b', 'b']).runs).toBe(2);
  });

  it('of three labels have the moments of all their orders', () => {
    const labels = ['a', 'a', 'b', 'c', 'c', 'c'];
    const permuted = (rest: string[]): string[][] =>
      rest.length < 2
        ? [rest]
        : rest.flatMap((label, i) => permuted(rest.toSpliced(i, 1)).map((others) => [label, ...others]));
    const counts = permuted(labels).map((order) => labelRuns(order).runs);
    const mean = counts.reduce((sum, n) => sum + n, 0) / counts.length;
    const variance = counts.reduce((sum, n) => sum + (n - mean) ** 2, 0) / counts.length;
    expect(labelRuns(labels).expected).toBeCloseTo(mean, 10);
    expect(labelRuns(labels).variance).toBeCloseTo(variance, 10);
  });
});
