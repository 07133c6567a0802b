import { describe, expect, it } from 'vitest';
import type { Measurement } from '../../../src/domain/measurement.js';
import { ClaimSchema, type Claim, type ClaimId } from '../../../src/domain/summary/claim.js';
import { claimsOf } from '../../../src/report/claims/claims-of-run.js';
import { manifestOf, samplesOf, type ManifestFacts } from './claims-rows.js';
import { cellOf, rowOf, runOf } from './summarize-rows.js';

function claim(id: ClaimId, rows: readonly Measurement[], facts: ManifestFacts = {}): Claim {
  const found = claimsOf(runOf(rows), manifestOf(facts)).find((one) => one.id === id);
  if (found === undefined) throw new Error(`claim ${id} is there whatever was measured`);
  return ClaimSchema.parse(found);
}

const functions = {
  fibonacci: 'compute',
  'json-transform': 'mixed',
  echo: 'data',
  'kv-read': 'data',
} as const;

/** A function warm on the container and on a candidate that takes `ratio` times as long. */
const warmPair = (name: string, candidate: string, ratio: number, n = 21): Measurement[] => [
  ...samplesOf({ function: name, runtime: 'docker', start: 'warm', n }, { compute: 1, transport: 1 }),
  ...samplesOf(
    { function: name, runtime: candidate, start: 'warm', n },
    { compute: ratio, transport: ratio },
  ),
];
const coldPair = (name: string, ratio: number): Measurement[] => [
  ...samplesOf(
    { function: name, runtime: 'docker', start: 'cold' },
    { launch: 280, compute: 10, transport: 10 },
  ),
  ...samplesOf(
    { function: name, runtime: 'wasmtime-aot', start: 'cold' },
    { launch: 300 * ratio - 2, compute: 1, transport: 1 },
  ),
];

describe('every claim', () => {
  it('is there in the order of the contract, and unanswered without a row', () => {
    const claims = claimsOf(runOf([]), manifestOf());
    expect(claims.map(({ id, verdict, cells }) => [id, verdict, cells])).toEqual([
      ['image-size', 'unanswered', 0],
      ['cold-start', 'unanswered', 0],
      ['warm-aot', 'unanswered', 0],
      ['warm-interpreted', 'unanswered', 0],
      ['io-serialization', 'unanswered', 0],
      ['io-share', 'unanswered', 0],
    ]);
    for (const one of claims) {
      expect(one.why.length).toBeGreaterThan(20);
      expect('measured' in one).toBe(false);
      expect('ci95' in one).toBe(false);
    }
  });

  it('is the same in whatever order the rows came', () => {
    const rows = [
      ...warmPair('fibonacci', 'wasmtime-interpreted', 40),
      ...warmPair('fibonacci', 'wasmtime-aot', 1.1),
      ...warmPair('echo', 'wasmtime-aot', 3),
      ...coldPair('echo', 0.5),
    ];
    const of = (some: readonly Measurement[]): Claim[] => claimsOf(runOf(some), manifestOf({ functions }));
    expect(of([...rows].reverse())).toEqual(of(rows));
  });

  it('is unanswered where no container was measured', () => {
    const rows = samplesOf(
      { function: 'fibonacci', runtime: 'wasmtime-aot', start: 'warm' },
      { transport: 1 },
    );
    expect(claim('warm-aot', rows, { runtimes: ['wasmtime-aot'] }).verdict).toBe('unanswered');
  });

  it('does not compare cells that differ in more than the runtime', () => {
    const rows = [
      ...samplesOf({ function: 'echo', payload: '1', runtime: 'docker', start: 'warm' }, { transport: 1 }),
      ...samplesOf(
        { function: 'echo', payload: '50', runtime: 'wasmtime-aot', start: 'warm' },
        { transport: 1 },
      ),
    ];
    expect(claim('warm-aot', rows).verdict).toBe('unanswered');
  });
});

describe('image-size', () => {
  const images = {
    fibonacci: { docker: 41_000_000, native: 400_000, 'wasmtime-aot': 100_000 },
    echo: { docker: 40_500_000, native: 300_000, 'wasmtime-aot': 150_000 },
  };

  it('names the base and what the other base would give, and its interval is the figure', () => {
    const found = claim('image-size', [], { base: 'debian', images });
    expect(found).toMatchObject({ measured: 410, ci95: [410, 410], cells: 2, verdict: 'consistent' });
    expect(found.why).toContain('the base debian');
    expect(found.why).toContain(
      'FROM scratch, where the image holds the same binary and nothing else, the ratio is 2.00x',
    );
    expect(found.why).toContain('4.00x (fibonacci on wasmtime-aot)');
    expect(found.why).toContain('far beyond');
  });

  it('is contradicted by containers FROM scratch that are 4 times as large', () => {
    const scratch = { fibonacci: { docker: 400_000, native: 400_000, 'wasmtime-aot': 100_000 } };
    const found = claim('image-size', [], { images: scratch });
    expect(found).toMatchObject({ measured: 4, verdict: 'contradicted', cells: 1 });
    expect(found.why).toContain('FROM scratch');
    expect(found.why).toContain('0 of 1 cell reach 30x');
  });
});

describe('cold-start', () => {
  it('is a reduction: 1 less the ratio, the largest over all cells', () => {
    const found = claim('cold-start', [...coldPair('fibonacci', 0.9), ...coldPair('echo', 0.02)]);
    expect(found.measured).toBeCloseTo(0.98, 3);
    expect(found.ci95?.[0]).toBeLessThan(0.98);
    expect(found.ci95?.[1]).toBeGreaterThan(0.98);
    expect(found.ci95?.[1]).toBeLessThan(1);
    expect(found).toMatchObject({ cells: 2, verdict: 'consistent', unit: 'share' });
    expect(found.why).toContain('1 of 2 cells reaches 16 %');
    expect(found.why).toContain('98.0 % is far beyond what the paper claims');
    expect(found.points.map(({ value }) => value.toFixed(2)).sort()).toEqual(['0.10', '0.98']);
  });

  it('is contradicted where AoT is 5 % faster at best', () => {
    const found = claim('cold-start', [...coldPair('fibonacci', 0.95), ...coldPair('echo', 1.3)]);
    expect(found.verdict).toBe('contradicted');
    expect(found.measured).toBeCloseTo(0.05, 3);
    expect(found.why).toContain('-30.0 % (echo 512 on wasmtime-aot)');
  });

  it('is consistent where the interval still reaches the claim', () => {
    const found = claim('cold-start', coldPair('fibonacci', 0.845));
    expect(found.measured).toBeLessThan(0.16);
    expect(found.ci95?.[1]).toBeGreaterThan(0.16);
    expect(found.verdict).toBe('consistent');
  });

  it('is unanswered where the samples are too few for an interval', () => {
    const rows = [
      ...samplesOf(
        { function: 'echo', runtime: 'docker', start: 'cold', n: 4 },
        { launch: 300, transport: 1 },
      ),
      ...samplesOf(
        { function: 'echo', runtime: 'wasmtime-aot', start: 'cold', n: 4 },
        { launch: 5, transport: 1 },
      ),
    ];
    const found = claim('cold-start', rows);
    expect(found.verdict).toBe('unanswered');
    expect(found.why).toContain('none with enough samples');
    expect(found.points).toHaveLength(1);
  });
});

describe('warm-aot', () => {
  it('takes the geometric mean: twice as long and half as long are comparable', () => {
    const found = claim('warm-aot', [
      ...warmPair('a', 'wasmtime-aot', 2),
      ...warmPair('b', 'wasmtime-aot', 0.5),
    ]);
    expect(found.measured).toBeCloseTo(1, 2);
    expect(found).toMatchObject({ cells: 2, verdict: 'consistent' });
    expect(found.why).toContain('0 of 2 cells lie within that, from 0.50x (b 512 on wasmtime-aot) to 2.00x');
    expect(found.claimed).toEqual([0.8, 1.25]);
  });

  it.each([
    [1.5, 'contradicted'],
    [0.6, 'contradicted'],
    [1.2, 'consistent'],
  ])('at %dx is %s', (ratio, verdict) => {
    expect(claim('warm-aot', warmPair('a', 'wasmtime-aot', ratio)).verdict).toBe(verdict);
  });

  it('leaves out cells without an interval, and says so', () => {
    const found = claim('warm-aot', [
      ...warmPair('a', 'wasmtime-aot', 1),
      ...warmPair('b', 'wasmtime-aot', 9, 4),
    ]);
    expect(found.cells).toBe(1);
    expect(found.why).toContain('1 cell more has too few samples for an interval');
  });
});

describe('a cell whose samples of one sandbox are alike', () => {
  /** Ten samples in each of five sandboxes, which differ from each other by 10 % and hardly within. */
  const alike = (runtime: string, of: 'container' | 'wasm-interpreted', middle: number): Measurement[] =>
    Array.from({ length: 50 }, (_, i) => {
      const sandbox = Math.floor(i / 10);
      const latencyMs = middle * (0.8 + 0.1 * sandbox) * (1 + (i % 10) / 1e4);
      return rowOf(cellOf({ function: 'fibonacci', runtime, class: of }), {
        trial: sandbox,
        invocation: i % 10,
        latencyMs,
      });
    });

  it('is not left out of the largest: it goes by its sandboxes, and widely', () => {
    const rows = [
      ...alike('docker', 'container', 1),
      ...alike('wasmtime-interpreted', 'wasm-interpreted', 100),
      ...warmPair('json-transform', 'wasmtime-interpreted', 12),
    ];
    const found = claim('warm-interpreted', rows, { functions });
    expect(found.measured).toBeCloseTo(100, 0);
    expect(found.cells).toBe(2);
    const [low, high] = found.ci95 ?? [NaN, NaN];
    expect(low).toBeLessThan(75);
    expect(low).toBeGreaterThan(20);
    expect(high).toBeGreaterThan(130);
    expect(found.why).not.toContain('too few samples');
  });
});

describe('warm-interpreted', () => {
  it('looks at compute and mixed functions only', () => {
    const rows = [
      ...warmPair('fibonacci', 'wasmtime-interpreted', 45),
      ...warmPair('json-transform', 'wasmtime-interpreted', 12),
      ...warmPair('echo', 'wasmtime-interpreted', 90),
    ];
    const found = claim('warm-interpreted', rows, { functions });
    expect(found.measured).toBeCloseTo(45, 0);
    expect(found).toMatchObject({ cells: 2, verdict: 'consistent' });
    expect(found.why).toContain('1 of 2 cells reaches 30x');
    expect(found.why).not.toContain('beyond');
  });

  it('is contradicted below the range', () => {
    const found = claim('warm-interpreted', warmPair('fibonacci', 'wasmtime-interpreted', 20), { functions });
    expect(found.verdict).toBe('contradicted');
  });

  it('is unanswered where nobody recorded the classes of the functions', () => {
    const found = claim('warm-interpreted', warmPair('fibonacci', 'wasmtime-interpreted', 45));
    expect(found.verdict).toBe('unanswered');
    expect(found.why).toContain('did not record the classes');
  });
});

describe('io-serialization', () => {
  /** I/O of `io` times the container's, beside computing that takes `compute` times as long. */
  const pair = (name: string, candidate: string, io: number, compute: number): Measurement[] => [
    ...samplesOf(
      { function: name, runtime: 'docker', start: 'warm' },
      { compute: 5, deserialize: 1, transport: 0.5 },
    ),
    ...samplesOf(
      { function: name, runtime: candidate, start: 'warm' },
      { compute: 5 * compute, deserialize: io, transport: 0.5 * io },
    ),
  ];

  it('leaves computing out, and tells AoT from interpreted', () => {
    const rows = [
      ...pair('json-transform', 'wasmtime-aot', 1.5, 3),
      ...pair('json-transform', 'wasmtime-interpreted', 8, 50),
    ];
    const found = claim('io-serialization', rows, { functions });
    expect(found.measured).toBeCloseTo(8, 1);
    expect(found).toMatchObject({ cells: 2, verdict: 'consistent' });
    expect(found.why).toContain('AoT: 0 of 1 cell reach 7x; smallest 1.50x');
    expect(found.why).toContain('interpreted: 1 of 1 cell reaches 7x; smallest 8.00x');
  });

  it('leaves out functions that neither store nor serialize, and compute functions', () => {
    const echo = [
      ...samplesOf({ function: 'echo', runtime: 'docker', start: 'warm' }, { transport: 1 }),
      ...samplesOf({ function: 'echo', runtime: 'wasmtime-aot', start: 'warm' }, { transport: 30 }),
    ];
    const found = claim('io-serialization', [...echo, ...pair('fibonacci', 'wasmtime-aot', 20, 1)], {
      functions,
    });
    expect(found.verdict).toBe('unanswered');
  });
});

describe('io-share', () => {
  it('is the largest median share of a data function’s warm latency, never above 1', () => {
    const rows = [
      ...samplesOf(
        { function: 'kv-read', runtime: 'wasmtime-aot', start: 'warm' },
        { compute: 1, fetch: 8, transport: 1 },
      ),
      ...samplesOf({ function: 'echo', runtime: 'wasmtime-interpreted', start: 'warm' }, { transport: 1 }),
      ...samplesOf({ function: 'echo', runtime: 'docker', start: 'warm' }, { transport: 1 }),
    ];
    const found = claim('io-share', rows, { functions });
    expect(found).toMatchObject({ measured: 1, cells: 2, verdict: 'consistent' });
    expect(found.ci95?.[1]).toBeLessThanOrEqual(1);
    expect(found.why).toContain('1 of 2 cells reaches 95 %');
    expect(found.why).toContain('smallest 90.0 % (kv-read 512 on wasmtime-aot)');
  });

  it('is contradicted where computing is half of it', () => {
    const rows = samplesOf(
      { function: 'kv-read', runtime: 'wasmtime-aot', start: 'warm' },
      { compute: 1, transport: 1 },
    );
    expect(claim('io-share', rows, { functions })).toMatchObject({ verdict: 'contradicted', measured: 0.5 });
  });

  it('has nothing to say of rows without phases', () => {
    const rows = samplesOf(
      { function: 'kv-read', runtime: 'wasmtime-aot', start: 'warm' },
      { transport: 1 },
    ).map((row) => ({ ...row, transportMs: undefined }));
    expect(claim('io-share', rows, { functions }).verdict).toBe('unanswered');
  });
});
