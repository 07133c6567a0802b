import { describe, expect, it } from 'vitest';
import type { Cell } from '../../../src/domain/factors.js';
import { milliseconds } from '../../../src/domain/units.js';
import {
  renderComparisonMarkdown,
  renderComparisonTable,
  verdictCounts,
  type ComparedRuns,
} from '../../../src/report/compare.js';

const cell = (runtime: string, start: Cell['start'] = 'cold'): Cell => ({
  function: 'hello-world',
  payload: 'small',
  runtime,
  class: 'wasm-aot',
  environment: 'local',
  start,
  concurrency: 1,
});

const runs: ComparedRuns = {
  troubles: [],
  cells: [
    {
      cell: cell('wasmtime-aot'),
      ratio: 0.5,
      ci95: [0.45, 0.55],
      verdict: 'lower',
      n: { base: 30, candidate: 30 },
      p50: { base: milliseconds(4), candidate: milliseconds(2) },
    },
    {
      cell: cell('wasmtime-aot', 'warm'),
      ratio: 1.01,
      verdict: 'unsure',
      n: { base: 3, candidate: 100 },
      p50: { base: milliseconds(0.06), candidate: milliseconds(0.0606) },
    },
  ],
  withoutRatio: [cell('docker')],
  onlyInBase: [cell('native')],
  onlyInCandidate: [],
};

describe('the comparison of two runs', () => {
  it('shows both medians, ratio, interval, n and verdict of each cell', () => {
    const lines = renderComparisonTable(runs, { margin: 0.05 })
      .split('\n')
      .map((line) => line.trim().split(/\s{2,}/));
    expect(lines).toContainEqual([
      'wasmtime-aot',
      '4.00 ms',
      '2.00 ms',
      '0.50x',
      '[0.45, 0.55]',
      '30',
      'lower',
    ]);
    expect(lines).toContainEqual(['wasmtime-aot', '60.0 us', '60.6 us', '1.01x', '-', '3/100', 'unsure']);
  });

  it('names the cells that only one run has or that have no ratio', () => {
    const text = renderComparisonTable(runs, { margin: 0.05 });
    expect(text).toContain('Only in the base:\n  hello-world \u00b7 small \u00b7 cold \u00b7 native\n');
    expect(text).toContain(
      'No ratio (no result on one side):\n  hello-world \u00b7 small \u00b7 cold \u00b7 docker\n',
    );
    expect(text).not.toContain('Only in the candidate');
  });

  it('tells of failures before any figure', () => {
    const troubled = {
      ...runs,
      troubles: [{ cell: cell('wasmtime-aot'), candidate: '300 of 330 failed (300 timeout)' }],
    };
    const text = renderComparisonTable(troubled, { margin: 0.05 });
    expect(text.indexOf('candidate: 300 of 330 failed (300 timeout)')).toBeLessThan(text.indexOf('base p50'));
    expect(renderComparisonMarkdown(troubled, { margin: 0.05 })).toContain(
      'wasmtime-aot: candidate: 300 of 330 failed (300 timeout)',
    );
  });

  it.each([40, 60, 100])('keeps to %d columns', (width) => {
    const lines = renderComparisonTable(runs, { margin: 0.05, width }).split('\n');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(width);
  });

  it('colours only when asked', () => {
    expect(renderComparisonTable(runs, { margin: 0.05 })).not.toContain('\u001b');
    expect(renderComparisonTable(runs, { margin: 0.05, color: true })).toContain('\u001b[32mlower');
  });

  it('writes the same as Markdown', () => {
    expect(renderComparisonMarkdown(runs, { margin: 0.05 })).toContain(
      '| hello-world \u00b7 small \u00b7 cold | wasmtime-aot | 4.00 ms | 2.00 ms | 0.50x | \\[0.45, 0.55\\] | 30 | lower |',
    );
  });

  it('says when no cell could be compared', () => {
    expect(verdictCounts([])).toBe('no cell could be compared');
    expect(verdictCounts(runs.cells)).toBe('1 lower, 1 unsure');
  });
});
