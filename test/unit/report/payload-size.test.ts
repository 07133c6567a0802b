import { describe, expect, it } from 'vitest';
import type { Measurement } from '../../../src/domain/measurement.js';
import {
  PayloadSizeSchema,
  type Crossover,
  type PayloadSize,
} from '../../../src/domain/summary/payload-size.js';
import { payloadSizeOf } from '../../../src/report/payload-size/payload-size-of-run.js';
import { manifestOf, samplesOf } from './claims-rows.js';
import { around, cellOf, rowOf, runOf } from './summarize-rows.js';

const sizes = [64, 1024, 51200, 2097152, 26214400];

interface Line {
  readonly launch: number;
  /** ms at 0 bytes, and ns a byte. */
  readonly transport: readonly [number, number];
  readonly deserialize?: readonly [number, number];
  readonly compute?: readonly [number, number];
}

const at = ([intercept, slope]: readonly [number, number], size: number): number =>
  intercept + (slope * size) / 1e6;

/** Cold and warm cells of a runtime at every size, whose parts lie on lines and spread by 2 % either way. */
function rowsOn(runtime: string, line: Line, options: { n?: number; name?: string } = {}): Measurement[] {
  const { n = 21, name = 'json-serialize' } = options;
  return sizes.flatMap((size) => {
    const cell = { function: name, payload: String(size), payloadBytes: size, runtime, n };
    const times = {
      transport: at(line.transport, size),
      ...(line.deserialize === undefined ? {} : { deserialize: at(line.deserialize, size) }),
      ...(line.compute === undefined ? {} : { compute: at(line.compute, size) }),
    };
    return [
      ...samplesOf({ ...cell, start: 'warm' }, times),
      ...samplesOf({ ...cell, start: 'cold' }, { ...times, launch: line.launch }),
    ];
  });
}

const docker: Line = { launch: 300, transport: [0.2, 1], deserialize: [0.001, 2], compute: [0.001, 5] };
const native: Line = { launch: 1, transport: [0.06, 0.5], deserialize: [0.001, 2], compute: [0.001, 5] };
const aot: Line = { launch: 5, transport: [0.05, 2], deserialize: [0.002, 4], compute: [0.002, 100] };

const analyse = (rows: readonly Measurement[]): PayloadSize =>
  PayloadSizeSchema.parse(payloadSizeOf(runOf(rows), manifestOf()));

const only = (result: PayloadSize): Crossover => {
  const [first] = result.crossovers;
  if (first === undefined || result.crossovers.length !== 1) throw new Error('one crossover was expected');
  return first;
};

describe('the fits', () => {
  const { series } = analyse([
    ...rowsOn('docker', docker),
    ...rowsOn('native', native),
    ...rowsOn('wasmtime-aot', aot),
  ]);
  const of = (runtime: string, start: string): (typeof series)[number] => {
    const found = series.find((one) => one.runtime === runtime && one.start === start);
    if (found === undefined) throw new Error(`${runtime} ${start} has a series`);
    return found;
  };

  it('finds slope in ns a byte and intercept in ms of every part, inside their intervals', () => {
    const { fits } = of('wasmtime-aot', 'warm');
    expect(fits.transport?.slopeNsPerByte.value).toBeCloseTo(2, 2);
    expect(fits.transport?.interceptMs.value).toBeCloseTo(0.05, 3);
    expect(fits.deserialize?.slopeNsPerByte.value).toBeCloseTo(4, 2);
    expect(fits.compute?.slopeNsPerByte.value).toBeCloseTo(100, 1);
    expect(fits.io?.slopeNsPerByte.value).toBeCloseTo(6, 2);
    expect(fits.total?.slopeNsPerByte.value).toBeCloseTo(106, 1);
    const [low, high] = fits.total?.slopeNsPerByte.ci95 ?? [NaN, NaN];
    expect(low).toBeGreaterThan(103);
    expect(low).toBeLessThan(106);
    expect(high).toBeGreaterThan(106);
    expect(high).toBeLessThan(109);
    expect(fits.total?.worstMiss).toBeLessThan(0.01);
  });

  it('has no line of a part that was never entered, and a launch of cold starts only', () => {
    expect(of('docker', 'warm').fits).not.toHaveProperty('serialize');
    expect(of('docker', 'warm').fits).not.toHaveProperty('launch');
    expect(of('docker', 'cold').fits.launch?.interceptMs.value).toBeCloseTo(300, 1);
  });

  it('sets each against native: slope of the total, and the largest size', () => {
    const against = of('wasmtime-aot', 'warm').againstNative;
    expect(against?.slope?.value).toBeCloseTo(106 / 7.5, 1);
    expect(against?.slope?.ci95?.[0]).toBeLessThan(106 / 7.5);
    expect(against?.total?.bytes).toBe(26214400);
    expect(against?.total?.value).toBeCloseTo(106 / 7.5, 1);
    expect(of('native', 'warm')).not.toHaveProperty('againstNative');
  });

  it('keeps each size’s medians', () => {
    expect(of('docker', 'warm').sizes.map((one) => [one.payload, one.bytes, one.n])).toEqual(
      sizes.map((size) => [String(size), size, 21]),
    );
  });
});

describe('what is not fitted', () => {
  it('is a function with two sizes', () => {
    const rows = rowsOn('docker', docker).filter((row) => (row.payloadBytes ?? 0) <= 1024);
    expect(analyse(rows)).toEqual({ series: [], crossovers: [] });
  });

  it('is a run without a row', () => {
    expect(analyse([])).toEqual({ series: [], crossovers: [] });
  });

  it('is a failed invocation', () => {
    const failed = sizes.map((size) =>
      rowOf(cellOf({ payload: String(size) }), { outcome: 'crashed', payloadBytes: size }),
    );
    expect(analyse(failed).series).toEqual([]);
  });

  it('by objects: the size is that of the objects, where the payload is only their key', () => {
    const rows = sizes.flatMap((size) =>
      around(1 + size / 1e6, 8).map((latencyMs, trial) =>
        rowOf(cellOf({ payload: String(size) }), {
          trial,
          latencyMs,
          transportMs: latencyMs,
          fetchedBytes: size,
        }),
      ),
    );
    expect(analyse(rows).series[0]?.sizes.map((one) => one.bytes)).toEqual(sizes);
  });
});

describe('the crossover', () => {
  it('is gain over cost, named in bytes, and extrapolated beyond what was measured', () => {
    const found = only(analyse([...rowsOn('docker', docker), ...rowsOn('wasmtime-aot', aot)]));
    // 295 ms over 3 ns a byte.
    expect(found.outcome).toBe('crosses');
    expect(found.gainMs.value).toBeCloseTo(295, 0);
    expect(found.costNsPerByte.value).toBeCloseTo(3, 1);
    expect((found.bytes?.value ?? 0) / 1e6).toBeCloseTo(98.3, 0);
    expect(found.bytes?.ci95?.[0]).toBeLessThan(98.3e6);
    expect(found.bytes?.ci95?.[1]).toBeGreaterThan(98.3e6);
    expect(found).toMatchObject({ candidate: 'wasmtime-aot', baseline: 'docker', extrapolated: true });
    expect(found.sentence).toMatch(
      /its I\/O cost passes its start-up gain at 9\d\.\d MiB \[\d+\.\d MiB to \d+\.?\d* MiB\]\. Extrapolated/,
    );
  });

  it('is within what was measured where I/O is dear', () => {
    const dear = { ...aot, transport: [0.05, 40] as const };
    const found = only(analyse([...rowsOn('docker', docker), ...rowsOn('wasmtime-aot', dear)]));
    expect(found).toMatchObject({ outcome: 'crosses', extrapolated: false });
    expect((found.bytes?.value ?? 0) / 1e6).toBeCloseTo(295 / 41, 0);
    expect(found.sentence).not.toContain('xtrapolated');
  });

  it('never comes where each byte costs less', () => {
    const cheap: Line = { ...aot, transport: [0.05, 0.5], deserialize: [0.001, 1] };
    const found = only(analyse([...rowsOn('docker', docker), ...rowsOn('wasmtime-aot', cheap)]));
    expect(found.outcome).toBe('never');
    expect(found).not.toHaveProperty('bytes');
    expect(found.sentence).toContain(
      'never passes its start-up gain, within the measured sizes (64 B to 25.0 MiB)',
    );
  });

  it('is not decided where the cost may be 0', () => {
    const same: Line = { ...aot, transport: docker.transport, deserialize: [0.001, 2] };
    const found = only(analyse([...rowsOn('docker', docker), ...rowsOn('wasmtime-aot', same)]));
    expect(found.outcome).toBe('undecided');
    expect(found).not.toHaveProperty('bytes');
    expect(found.sentence).toContain('not decided');
  });

  it('is none where there is nothing gained', () => {
    const slow: Line = { ...aot, launch: 500 };
    const found = only(analyse([...rowsOn('docker', docker), ...rowsOn('wasmtime-aot', slow)]));
    expect(found.outcome).toBe('no-gain');
    expect(found.sentence).toContain('200 ms');
    expect(found.sentence).toContain('later than docker');
  });

  it('is not decided from one sample a cell', () => {
    const rows = [...rowsOn('docker', docker), ...rowsOn('wasmtime-aot', aot)].filter(
      (row) => row.trial === 10,
    );
    expect(only(analyse(rows))).toMatchObject({ outcome: 'undecided' });
    expect(only(analyse(rows)).sentence).toContain('too few for an interval');
  });

  it('is not there without a container or without cold starts', () => {
    expect(analyse([...rowsOn('native', native), ...rowsOn('wasmtime-aot', aot)]).crossovers).toEqual([]);
    const warm = [...rowsOn('docker', docker), ...rowsOn('wasmtime-aot', aot)].filter(
      (row) => row.start === 'warm',
    );
    expect(analyse(warm).crossovers).toEqual([]);
  });

  it('is the same in whatever order the rows came', () => {
    const rows = [...rowsOn('docker', docker, { n: 7 }), ...rowsOn('wasmtime-aot', aot, { n: 7 })];
    expect(analyse([...rows].reverse())).toEqual(analyse(rows));
  });
});
