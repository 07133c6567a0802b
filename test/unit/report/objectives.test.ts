import { DOMParser } from 'linkedom';
import { describe, expect, it } from 'vitest';
import { runCli } from '../../../src/cli/program.js';
import { factorsGiven, withOptions } from '../../../src/cli/run-options.js';
import { ExperimentSchema } from '../../../src/domain/experiment.js';
import type { LevelRecord } from '../../../src/domain/level.js';
import type { Measurement } from '../../../src/domain/measurement.js';
import { type LevelSummary } from '../../../src/domain/summary/load-summary.js';
import { type ObjectiveResult } from '../../../src/domain/summary/objective-result.js';
import { SummarySchema, type Summary } from '../../../src/domain/summary/summary.js';
import { renderHtml } from '../../../src/report/html/render-html.js';
import { renderJunit } from '../../../src/report/junit/render-junit.js';
import { legalInXml } from '../../../src/report/junit/xml-document.js';
import { renderMarkdown } from '../../../src/report/markdown.js';
import { judge } from '../../../src/report/objectives/judge.js';
import { objectivesOf } from '../../../src/report/objectives/objectives-of-run.js';
import { renderTerminalTable } from '../../../src/report/terminal-table.js';
import { LoadCells } from '../../../src/report/levels/load-cells.js';
import { LatencyHistogram } from '../../../src/stats/latency-histogram.js';
import { RunAccumulator } from '../../../src/report/summarize/accumulate.js';
import { summarize } from '../../../src/report/summarize/summarize.js';
import { bytes } from '../../../src/domain/units.js';
import { fixtureManifest } from './fixture.js';
import { cellOf, rowOf, rowsOf } from './summarize-rows.js';

const counting = (n: number): number[] => Array.from({ length: n }, (_, i) => i + 1);

/** The summary of these rows with its objectives, as `analyse` makes it. */
function summaryOf(rows: readonly Measurement[], experiment: object): Summary {
  const run = new RunAccumulator();
  for (const row of rows) run.add(row);
  const summary = summarize(run, {
    runId: 'run-1',
    experiment: 'mine',
    baseline: undefined,
    margin: 0.05,
    seed: 1,
    plannedCells: [],
    imageBytes: () => undefined,
    payloadBytes: () => bytes(0),
  });
  const declared = ExperimentSchema.parse({
    name: 'mine',
    functions: ['hashing'],
    runtimes: ['docker'],
    ...experiment,
  });
  const objectives = objectivesOf(run, summary.cells, { experiment: declared });
  return SummarySchema.parse({ ...summary, objectives });
}

function only(rows: readonly Measurement[], objective: string, experiment: object = {}): ObjectiveResult {
  const { objectives = [] } = summaryOf(rows, { slo: [objective], ...experiment });
  expect(objectives).toHaveLength(1);
  return objectives[0] as ObjectiveResult;
}

const hundred = rowsOf(cellOf(), counting(100));

describe('a verdict', () => {
  it.each([
    [[1, 2], '<', 3, 'met'],
    [[1, 3], '<', 3, 'unsure'],
    [[1, 3], '<=', 3, 'met'],
    [[3, 4], '<', 3, 'missed'],
    [[3, 4], '<=', 3, 'unsure'],
    [[4, null], '<', 3, 'missed'],
    [[1, null], '<', 3, 'unsure'],
    [[4, 5], '>', 3, 'met'],
    [[1, 3], '>', 3, 'missed'],
    [[1, 3], '>=', 3, 'unsure'],
    [undefined, '<', 3, 'unsure'],
  ] as const)('of %j %s %d is %s', (interval, comparison, limit, verdict) =>
    expect(judge(interval, comparison, limit)).toBe(verdict),
  );
});

describe('an objective held against a cell', () => {
  it('of a quantile is judged by its order statistics', () => {
    expect(only(hundred, 'p90 < 97ms')).toMatchObject({ ci95: [84, 96], verdict: 'met', unit: 'ms' });
    expect(only(hundred, 'p90 < 84ms')).toMatchObject({
      verdict: 'missed',
      why: 'n = 100: the whole interval breaks it',
    });
    expect(only(hundred, 'p90 < 90ms')).toMatchObject({
      verdict: 'unsure',
      why: 'n = 100: the limit lies within the interval; more repetitions may tell',
    });
  });

  it('of a quantile beyond the samples says how many would do, and can be missed all the same', () => {
    const p99 = only(hundred, 'p99 < 200ms');
    expect(p99).toMatchObject({ verdict: 'unsure', ci95: [expect.any(Number), null] });
    expect(p99.why).toBe('n = 100: an upper end needs 368 independent samples; more repetitions may tell');
    expect(only(hundred, 'p99 < 50ms').verdict).toBe('missed');
  });

  it('of fewer samples than any interval takes says the same, once, and how many would do', () => {
    const five = rowsOf(cellOf(), counting(5));
    expect(only(five, 'p95 < 5ms')).toMatchObject({
      verdict: 'unsure',
      why: 'n = 5: an upper end needs 72 independent samples; more repetitions may tell',
      samplesNeeded: 72,
    });
    expect(only(five, 'p50 < 5ms').why).toBe(
      'n = 5: an interval needs 6 independent samples; more repetitions may tell',
    );
    expect(only(five, 'mean < 5ms').why).toBe(
      'n = 5: an interval needs 6 samples of 3 sandboxes, and there are 5 samples of 5 sandboxes; more repetitions may tell',
    );
  });

  it('of samples that resemble each other says how many of them would do', () => {
    // Twelve sandboxes of six; samples of one are equal in the 95th percentile's eyes.
    const rows = counting(72).map((i) =>
      rowOf(cellOf(), { trial: i % 12, invocation: i, latencyMs: i % 12 === 0 ? 90 + i / 100 : i % 12 }),
    );
    const result = only(rows, 'p95 < 500ms');
    const worth = Number(/these count as (\d+) independent ones/.exec(result.why)?.[1]);
    expect(worth).toBeGreaterThanOrEqual(6);
    expect(worth).toBeLessThan(72);
    const needed = Math.ceil((72 * 72) / worth);
    expect(result.samplesNeeded).toBe(needed);
    expect(result.why).toContain(`; about ${needed} repetitions may tell`);
  });

  it('of the median has the interval of the tables', () => {
    const summary = summaryOf(hundred, { slo: ['p50 < 80ms'] });
    expect(summary.objectives?.[0]?.ci95).toEqual(summary.cells[0]?.latencyMs?.ci95);
  });

  it('knows that samples of one sandbox say nothing of others', () => {
    const rows = counting(100).map((latencyMs) => rowOf(cellOf(), { latencyMs, invocation: latencyMs }));
    expect(only(rows, 'p90 < 500ms')).toMatchObject({ verdict: 'unsure' });
    expect(only(rows, 'p90 < 500ms').why).toContain('count as 1 independent ones; more sandboxes are needed');
    expect(only(rows, 'mean < 500ms').why).toContain('100 samples of one sandbox');
  });

  it('of the error rate counts every invocation', () => {
    const failed = [100, 101, 102].map((trial) => rowOf(cellOf(), { trial, outcome: 'timeout' }));
    const rows = [...hundred, ...failed];
    expect(only(rows, 'error rate < 0.1%')).toMatchObject({
      measured: 3 / 103,
      unit: 'share',
      verdict: 'missed',
      why: '3 of 103 invocations failed: the whole interval breaks it',
    });
    expect(only(rows, 'error rate < 10%').verdict).toBe('met');
    expect(only(hundred, 'error rate < 0.1%').why).toBe(
      '0 of 100 invocations failed: even without a failure 3 688 invocations are needed to show it; more repetitions may tell',
    );
    expect(only(rows, 'mean < 500ms').why).toContain('n = 100 (3 failed and are not in it)');
  });

  it('of a cell without a sample is unsure', () => {
    const rows = [rowOf(cellOf(), { outcome: 'crashed' })];
    expect(only(rows, 'p95 < 5ms')).toMatchObject({ verdict: 'unsure' });
    expect(only(rows, 'p95 < 5ms').measured).toBeUndefined();
  });

  it('of throughput is unsure without a load, and says so', () => {
    expect(only(hundred, 'throughput > 1/s').why).toBe(
      'n = 100: no load was kept up: a sequence of single requests has no throughput',
    );
  });

  it.each([
    ['throughput > 400/s', {}, 'met', 'n = 5 000: the whole interval keeps to it'],
    ['throughput > 500/s', {}, 'unsure', 'the limit lies within the interval'],
    ['throughput > 600/s', {}, 'missed', 'the whole interval breaks it'],
    ['throughput > 400/s', { valid: false, why: 'it lagged' }, 'unsure', 'the level is not valid: it lagged'],
    ['throughput > 400/s', { ci95: undefined }, 'unsure', 'too short for an interval'],
    // Of all 5 100 requests, not of the sample of rows, which has no failure.
    ['error rate < 1%', { errors: { timeout: 100 } }, 'missed', '100 of 5 100 invocations failed'],
    ['error rate < 4%', { errors: { timeout: 100 } }, 'met', '100 of 5 100 invocations failed'],
  ] as const)('%s of a level with %j is %s', (objective, changes, verdict, why) => {
    const level = {
      ...{ ...cellOf(), throughputPerSecond: 500, ci95: [480, 520], succeeded: 5000, sent: 5100 },
      ...{ errors: {}, valid: true, why: 'ended by time', ...changes },
    } as unknown as LevelSummary;
    const record = { ...cellOf(), latency: new LatencyHistogram().toStored() } as LevelRecord;
    const run = new RunAccumulator();
    for (const row of hundred) run.add(row);
    const { cells } = summaryOf(hundred, {});
    const experiment = ExperimentSchema.parse({
      ...{ name: 'mine', functions: ['hashing'], runtimes: ['docker'], slo: [objective] },
    });
    const [result] = objectivesOf(run, cells, { experiment }, new LoadCells([record], [level]));
    expect(result).toMatchObject({ verdict });
    expect(result?.why).toContain(why);
  });

  it('of cost is mean latency x memory x price + price of a request, for a million', () => {
    const cost = { perGibSecond: 0.00002, perRequest: 0.0000002 };
    // 50.5 ms x 0.5 GiB x 0.00002 = 5.05e-7, and 2e-7: 0.705 for a million.
    const limited = only(hundred, 'cost < $1 per million', { cost, limits: { memoryMiB: 512 } });
    expect(limited.measured).toBeCloseTo(0.705, 9);
    expect(limited).toMatchObject({ verdict: 'met', unit: 'per-million' });
    const peak = rowsOf(cellOf(), counting(100), { peakMemoryBytes: 2 ** 30 });
    expect(only(peak, 'cost < $1 per million', { cost }).measured).toBeCloseTo(1.21, 9);
    expect(only(hundred, 'cost < $1 per million', { cost })).toMatchObject({ verdict: 'unsure' });
  });

  it('is held against the cells it is for only', () => {
    const rows = [...hundred, ...rowsOf(cellOf({ runtime: 'native', class: 'process' }), counting(100))];
    const { objectives } = summaryOf(rows, { slo: [{ objective: 'p50 < 1s', runtimes: ['nat*'] }] });
    expect(objectives?.map((one) => one.runtime)).toEqual(['native']);
  });
});

const judged = summaryOf([...hundred, rowOf(cellOf({ function: 'echo' }), { outcome: 'crashed' })], {
  slo: ['p90 < 97ms', 'p90 < 84ms', 'p99 < 200ms'],
});

describe('the reports say met, missed or unsure', () => {
  it('in the terminal, what is missed first, with its reason', () => {
    const text = renderTerminalTable(judged, { width: 80 });
    expect(text).toContain('Objectives: 1 met, 1 missed, 4 unsure');
    expect(text).toMatch(/\n {2}missed hashing, small, 64 B, warm, docker: 90\.1 ms \[84\.0, 96\.0\]\n/);
    expect(text.split('\n').every((line) => line.length <= 80)).toBe(true);
    expect(renderTerminalTable({ ...judged, objectives: undefined })).not.toContain('Objectives');
  });

  it('in the terminal with a reason that cells have in common once, below them', () => {
    const cells = ['docker', 'native'].map((runtime) => cellOf({ runtime }));
    const few = summaryOf(
      cells.flatMap((cell) => rowsOf(cell, counting(8))),
      { slo: ['p95 < 50ms'] },
    );
    const text = renderTerminalTable(few, { width: 120 });
    expect(text).toContain('Objectives: 2 unsure');
    expect(text.match(/an upper end needs 72 independent samples/g)).toHaveLength(1);
  });

  it('in Markdown and on the page', () => {
    expect(renderMarkdown(judged)).toContain('| p90 &lt; 84ms | hashing, small, 64 B, warm | docker |');
    const page = renderHtml({ manifest: fixtureManifest(), summary: judged, samples: [] });
    expect(page).toContain('<section id="objectives">');
    expect(page).toContain('p90 &lt; 84ms');
  });
});

interface Element {
  readonly tagName: string;
  readonly textContent: string;
  getAttribute(name: string): string | null;
  querySelectorAll(selector: string): Iterable<Element>;
}
const parsed = (xml: string): Element => new DOMParser().parseFromString(xml, 'text/xml').documentElement;

describe('JUnit', () => {
  const root = parsed(renderJunit({ manifest: fixtureManifest(), summary: judged }));
  const all = (selector: string): Element[] => [...root.querySelectorAll(selector)];
  const values = (selector: string, name: string): (string | null)[] =>
    all(selector).map((one) => one.getAttribute(name));

  it('has a suite for each function and runtime, and counts', () => {
    expect(root.tagName).toBe('testsuites');
    expect(values('testsuite', 'name')).toEqual(['echo on docker', 'hashing on docker']);
    expect(['tests', 'failures', 'skipped', 'errors'].map((name) => root.getAttribute(name))).toEqual([
      '8',
      '2',
      '4',
      '0',
    ]);
    expect(values('property', 'value')).toContain('fixture');
  });

  it('fails a failed cell and a missed objective, and skips what is unsure', () => {
    expect(values('failure', 'type')).toEqual(['failed-cell', 'missed-objective']);
    expect(values('failure', 'message')[0]).toBe('1 of 1 invocations failed: 1 crashed');
    expect(values('skipped', 'message')[3]).toContain('368 independent samples');
    expect(values('testcase', 'name')[4]).toBe('small, 64 B, warm');
    // linkedom reads attributes without resolving their entities.
    expect(values('testcase', 'name')[5]).toBe('small, 64 B, warm: p90 &lt; 97ms');
    expect(values('testcase', 'time')[4]).toBe('0.050500');
  });

  it('stays XML whatever a name holds', () => {
    const cells = judged.cells.map((cell) => ({ ...cell, runtime: 'a<b>&"c\'\u0001\u001b[31m\n\ud800' }));
    const xml = renderJunit({ manifest: fixtureManifest(), summary: { ...judged, cells } });
    // eslint-disable-next-line no-control-regex
    expect(xml).not.toMatch(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/);
    expect(xml).toContain('a&lt;b&gt;&amp;&quot;c');
    expect(parsed(xml).querySelectorAll('testsuite')).toHaveLength(2);
    expect(legalInXml('\u0000a\ud800b\ufffe\u{1f600}\t')).toBe('\ufffda\ufffdb\ufffd\u{1f600}\t');
  });
});

describe('--slo', () => {
  const experiment = ExperimentSchema.parse({
    name: 'mine',
    functions: ['hashing'],
    runtimes: ['docker'],
    slo: ['p95 < 1s'],
  });

  it('takes the place of the experiment’s, and is refused like these', () => {
    const options = { functionsPath: [], slo: ['p50 < 5ms', 'mean < 6ms'] };
    expect(withOptions(experiment, options).slo).toEqual(['p50 < 5ms', 'mean < 6ms']);
    expect(withOptions(experiment, { functionsPath: [] }).slo).toEqual(['p95 < 1s']);
    expect(factorsGiven(options)).toEqual(['--slo']);
    expect(() => withOptions(experiment, { functionsPath: [], slo: ['p95'] })).toThrow(
      'the command line: --slo: "p95": at character 4',
    );
  });

  it('that is wrong ends with 2 before anything runs', async () => {
    expect(await runCli(['run', 'quickstart', '--slo', 'p50 < 1s', '--slo', 'p95 < 5 parsecs'])).toBe(2);
  });
});
