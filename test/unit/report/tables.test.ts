import { describe, expect, it } from 'vitest';
import { SummarySchema, type Summary } from '../../../src/domain/summary/summary.js';
import { renderCsv } from '../../../src/report/csv.js';
import { headlineOf } from '../../../src/report/headline.js';
import { renderMarkdown } from '../../../src/report/markdown.js';
import { renderTerminalTable } from '../../../src/report/terminal-table.js';
import { fixtureSummary } from './fixture.js';

const summary = fixtureSummary();
const golden = (name: string): string => `../../golden/report/${name}`;
const widest = (text: string): number => Math.max(...text.split('\n').map((line) => line.length));

const empty: Summary = SummarySchema.parse({
  schema: 'lumos/summary@1',
  runId: 'r',
  experiment: 'e',
  rows: 0,
  failures: 0,
  margin: 0.05,
  cells: [],
  comparisons: [],
  empty: 0,
});

/** The fixture with every function's name replaced. */
const renamed = (name: string): Summary => ({
  ...summary,
  cells: summary.cells.map((cell) => ({ ...cell, function: name })),
  comparisons: summary.comparisons.map((one) => ({ ...one, function: name })),
});

describe('the terminal table', () => {
  it('is the golden one at 100 columns', async () => {
    await expect(renderTerminalTable(summary)).toMatchFileSnapshot(golden('terminal-100.txt'));
  });

  it('is a table at 80 columns: it leaves out columns, and says which', () => {
    const text = renderTerminalTable(summary, { width: 80 });
    const head = text.split('\n').find((line) => line.includes('runtime') && line.includes('verdict'));
    expect(head?.trim().split(/\s+/)).toEqual(['runtime', 'p50', 'interval', 'ratio', 'interval', 'verdict']);
    expect(text.replaceAll(/\s+/g, ' ')).toContain(
      'Left out at 80 columns: p99, memory, image. A wider terminal and the reports have them.',
    );
    expect(widest(text)).toBeLessThanOrEqual(80);
  });

  it.each([40, 60, 80, 90, 100, 120, 200])('has no line longer than %d columns', (width) => {
    expect(widest(renderTerminalTable(summary, { width }))).toBeLessThanOrEqual(width);
  });

  it('keeps its figures when it becomes a list', () => {
    const text = renderTerminalTable(summary, { width: 60 });
    expect(text).toContain('hello-world \u00b7 small, 64 B \u00b7 cold');
    expect(text).toContain('30 of 30 failed: 27 crashed, 3 timeout');
  });

  it('says no result for a cell without one, and never a zero', () => {
    const text = renderTerminalTable(summary);
    const line = text.split('\n').find((one) => one.includes('no result'));
    expect(line).toMatch(/wasmtime-interpreted\s+no result\s+-\s+-\s+-\s+0\.148 -$/);
  });

  it('colours only when asked', () => {
    expect(renderTerminalTable(summary)).not.toContain('\u001b');
    expect(renderTerminalTable(summary, { color: true })).toContain('\u001b[32mlower');
  });

  it('prints no control character of a name', () => {
    expect(renderTerminalTable(renamed('a\u001b[2Jb'))).toContain('a?[2Jb');
  });

  it('leaves out ratio and verdict when nothing was compared', () => {
    const text = renderTerminalTable({ ...summary, comparisons: [] });
    expect(text.split('\n')[2]).not.toContain('verdict');
    expect(text).toContain('nothing was compared');
  });

  it('says so when there is no cell', () => {
    expect(renderTerminalTable(empty)).toContain('No cell has a row.');
  });
});

describe('CSV', () => {
  it('is the golden one', async () => {
    await expect(renderCsv(summary)).toMatchFileSnapshot(golden('summary.csv'));
  });

  it('has a head and one line a cell, of as many fields as the head', () => {
    const lines = renderCsv(summary).split('\r\n');
    expect(lines.pop()).toBe('');
    expect(lines).toHaveLength(33);
    expect(new Set(lines.map((line) => line.split(',').length)).size).toBe(1);
  });

  it('quotes commas, quotes and line breaks', () => {
    expect(renderCsv(renamed('a,"b"\nc'))).toContain('\r\n"a,""b""\nc",small,');
  });

  it('leaves a figure that was not measured empty', () => {
    const [head, ...lines] = renderCsv(summary)
      .split('\r\n')
      .map((line) => line.split(','));
    const column = head?.indexOf('latency_p50_ms') ?? -1;
    expect(column).toBeGreaterThan(0);
    expect(lines.filter((line) => line.length > 1 && line[column] === '')).toHaveLength(1);
  });
});

describe('Markdown', () => {
  it('is the golden one', async () => {
    await expect(renderMarkdown(summary)).toMatchFileSnapshot(golden('summary.md'));
  });

  it('keeps a name with pipes and tags within its cell', () => {
    expect(renderMarkdown(renamed('a|b<script>\nc'))).toContain('| a\\|b&lt;script&gt;?c |');
  });
});

describe('the headline', () => {
  const { lead, details } = headlineOf(summary);

  it('sums up each start and runtime from its comparisons', () => {
    expect(lead).toHaveLength(6);
    expect(lead[1]).toMatch(
      /^Cold: wasmtime-aot is faster than docker in all 4 cells \(18\.7x to 45\.7x\)\.$/,
    );
    expect(lead[2]).toContain('cannot be compared in 1 of 4 cells');
  });

  it('turns a ratio below 1 and its interval around, with n', () => {
    const one = structuredClone(summary.comparisons[0]);
    if (one === undefined) throw new Error('the fixture has a comparison');
    const halved = headlineOf({
      ...summary,
      comparisons: [
        { ...one, ratio: 0.5, ci95: [0.4, 0.8], verdict: 'lower', n: { baseline: 30, candidate: 29 } },
      ],
    });
    expect(halved.details.flatMap((detail) => detail.sentences)).toContain(
      'native is 2.00x faster than docker [1.25, 2.50] (n = 29 and 30)',
    );
  });

  it('does not hide that an interval reaches 0', () => {
    const one = structuredClone(summary.comparisons[0]);
    if (one === undefined) throw new Error('the fixture has a comparison');
    const text = headlineOf({
      ...summary,
      comparisons: [{ ...one, ratio: 0.5, ci95: [0, 0.8], verdict: 'lower' }],
    });
    expect(JSON.stringify(text)).toContain('[1.25, inf]');
  });

  it('says unsure where there is no interval, and why a cell has no result', () => {
    const all = details.flatMap((detail) =>
      detail.sentences.map((sentence) => `${detail.title}: ${sentence}`),
    );
    expect(all).toContain(
      'Cold, hashing (small): whether native differs from docker is unsure, with too few samples for an interval: ratio 0.0085x (n = 4 and 29)',
    );
    expect(all).toContain(
      'Cold, json-transform (small): wasmtime-interpreted has no result: all 30 invocations failed (27 crashed, 3 timeout)',
    );
  });

  it('says so where there is only one runtime to compare', () => {
    const cells = summary.cells.filter(({ runtime }) => runtime === 'wasmtime-aot');
    const alone = { ...summary, cells, comparisons: [] };
    expect(headlineOf(alone).lead).toEqual(['No two runtimes could be compared: there is only one runtime.']);
    expect(renderTerminalTable(alone)).toContain('nothing was compared: there is only one runtime');
  });

  it('gives no answer where nothing was compared', () => {
    expect(headlineOf({ ...summary, comparisons: [] }).lead).toEqual([
      'No two runtimes could be compared: no baseline has a result.',
    ]);
  });
});
