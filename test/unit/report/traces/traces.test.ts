import pc from 'picocolors';
import { describe, expect, it } from 'vitest';
import { LevelRecordSchema, type LevelRecord, type TimeSlice } from '../../../../src/domain/level.js';
import { TraceSummarySchema } from '../../../../src/domain/summary/load-summary.js';
import { type Summary } from '../../../../src/domain/summary/summary.js';
import { milliseconds } from '../../../../src/domain/units.js';
import { tracesSection } from '../../../../src/report/html/sections/traces.js';
import { levelsOf } from '../../../../src/report/levels/levels-of-run.js';
import { renderMarkdown } from '../../../../src/report/markdown.js';
import { tracesOf } from '../../../../src/report/traces/traces-of-run.js';
import { tracesText } from '../../../../src/report/traces/traces-text.js';
import { LatencyHistogram } from '../../../../src/stats/latency-histogram.js';

const stored = (values: readonly number[]): object => {
  const histogram = new LatencyHistogram();
  for (const value of values) histogram.record(milliseconds(value));
  return histogram.toStored();
};

const slice = (index: number, served: number, cold: number, meanInstances: number): TimeSlice => ({
  fromMs: milliseconds(index * 500),
  ...{ ok: served, failed: 0, rejected: 0, instances: Math.ceil(meanInstances) },
  ...{ served, cold, meanInstances },
});

function record(
  name: string,
  replay: number,
  changes: {
    latencies?: number[];
    cold?: number;
    slices?: TimeSlice[];
    runtime?: string;
    errors?: object;
  } = {},
): LevelRecord {
  const { latencies = [1, 2], cold = 1, slices = [], runtime = 'docker', errors = {} } = changes;
  return LevelRecordSchema.parse({
    ...{ schema: 'lumos/level@1', function: name, payload: 'small', runtime, class: 'container' },
    ...{ environment: 'local', start: 'warm', concurrency: 1, arrivals: 'trace a.csv', language: 'rust' },
    ...{ index: replay * 10, round: 0, startedAt: 'then', endedBy: 'schedule', errors, reasons: {} },
    ...{ sent: latencies.length, succeeded: latencies.length, late: 0, unsent: 0, makespanMs: 1000 },
    ...{
      throughputPerSecond: 2,
      blockMs: 100,
      blockThroughputs: [],
      cold,
      generator: {},
      valid: true,
      why: [],
    },
    ...{ latency: stored(latencies), service: stored(latencies), queued: stored(latencies.map(() => 0)) },
    cpuMs: 10,
    memoryGibSeconds: 0.5,
    instances: {
      ...{ started: 2, startsFailed: 0, died: 0, stopsFailed: 0, rejected: 0, instanceMs: 3000, highest: 2 },
    },
    timeline: slices,
    trace: {
      replay,
      functions: [{ name: `of ${name}`, invocations: latencies.length, served: latencies.length, cold }],
    },
  });
}

describe('a runtime under a trace', () => {
  const slices = (cold: number): TimeSlice[] =>
    Array.from({ length: 40 }, (_, index) => slice(index, 4, index % 4 === 0 ? cold : 0, 1.5));
  const records = [
    record('fast', 0, { latencies: [1, 2, 3], cold: 1, slices: slices(1) }),
    record('slow', 0, { latencies: [100], cold: 1, slices: slices(3), errors: { rejected: 2, timeout: 1 } }),
    record('fast', 1, { runtime: 'wasmtime-aot' }),
  ];
  const [docker, aot] = tracesOf(records);

  it('is all its functions together: histograms merged, times and counts summed', () => {
    expect(TraceSummarySchema.parse(docker)).toEqual(docker);
    expect(docker).toMatchObject({
      ...{ runtime: 'docker', arrivals: 'trace a.csv', rounds: 1, sent: 4, succeeded: 4, language: 'rust' },
      ...{
        errors: { rejected: 2, timeout: 1 },
        rejected: 2,
        started: 4,
        instanceSeconds: 6,
        memoryGibSeconds: 1,
      },
      ...{ cpuMsPerRequest: 5, valid: true },
    });
    expect(docker?.latencyMs).toMatchObject({ min: 1, max: 100 });
    expect(docker?.latencyMs?.mean).toBeCloseTo(106 / 4, 9);
    expect(aot).toMatchObject({ runtime: 'wasmtime-aot', sent: 2 });
    expect(docker?.functions).toEqual([
      expect.objectContaining({ name: 'of fast', function: 'fast', cold: 1, served: 3, coldShare: 1 / 3 }),
      expect.objectContaining({ name: 'of slow', coldShare: 1 }),
    ]);
  });

  it('has the cold share with an interval from blocks of time', () => {
    // 4 of 32 in every other block of two slices: (1 + 3) / 16 and 0 / 16, half and half.
    expect(docker?.coldShare).toBeCloseTo(40 / 320, 12);
    const [low, high] = docker?.coldShareCi95 ?? [NaN, NaN];
    // Residuals of 2 and -2 in 20 blocks: 2.093 sqrt(20 / 19 * 80) / 320.
    expect(high - low).toBeCloseTo((2 * 2.093 * Math.sqrt((20 / 19) * 80)) / 320, 4);
  });

  it('has one timeline, with instances summed as means', () => {
    expect(docker?.timeline).toHaveLength(40);
    expect(docker?.timeline[0]).toMatchObject({ ok: 8, cold: 4, served: 8, meanInstances: 3, instances: 3 });
    for (const level of levelsOf(records)) expect(level).not.toHaveProperty('timeline');
  });

  it('lacks a sum where a part of it could not be measured', () => {
    const gap = record('gap', 0);
    delete gap.memoryGibSeconds;
    expect(tracesOf([...records, gap])[0]).not.toHaveProperty('memoryGibSeconds');
  });

  it('is in no run without a trace', () => {
    const level = record('fast', 0);
    delete level.trace;
    expect(tracesOf([level])).toEqual([]);
  });

  const summary = {
    ...{ schema: 'lumos/summary@1', runId: 'r', experiment: 'trace', rows: 0, failures: 3, margin: 0.05 },
    ...{
      cells: [],
      comparisons: [],
      empty: 0,
      traces: tracesOf(records),
      levels: levelsOf(records),
      knees: [],
    },
  } as Summary;

  it('is told in the terminal, in Markdown and in HTML, with what served for which function', () => {
    const text = tracesText(summary, 120, pc.createColors(false)).join('\n');
    expect(text).toContain('trace a.csv');
    expect(text).toMatch(/docker\s+13 % \[6\.5 %, 19 %\]/);
    expect(text).toContain('docker: 2 rejected, 1 timeout');
    for (const line of tracesText(summary, 80, pc.createColors(false)))
      expect(line.length).toBeLessThanOrEqual(80);
    const markdown = renderMarkdown(summary);
    expect(markdown).toContain('## Under a trace');
    expect(markdown).toContain('| of fast |');
    const page = tracesSection(summary).toString();
    expect(page).toContain('aria-label="Instances over time: docker"');
    expect(page).toContain('aria-label="Requests and cold starts over time: docker"');
    expect(page).toContain('cold, wasmtime-aot');
  });
});
