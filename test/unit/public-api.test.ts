import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  accumulate,
  bytes,
  LumosError,
  measurementSchemaId,
  milliseconds,
  parseExperiment,
  readRows,
  renderMarkdown,
  RowWriter,
  summarize,
  type Measurement,
} from '../../src/index.js';

const rowOf = (runtime: string, trial: number, latency: number): Measurement => ({
  schema: measurementSchemaId,
  function: 'hashing',
  payload: 'small',
  runtime,
  class: runtime === 'docker' ? 'container' : 'process',
  environment: 'local',
  start: 'cold',
  concurrency: 1,
  trial,
  invocation: 0,
  round: trial,
  startedAt: '2026-11-23T12:00:00.000Z',
  outcome: 'ok',
  payloadBytes: bytes(1024),
  latencyMs: milliseconds(latency),
});

describe('the public API', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'lumos-api-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('carries rows from a file to a rendered summary', async () => {
    const path = join(folder, 'measurements.ndjson');
    const writer = RowWriter.open(path);
    for (let i = 0; i < 30; i += 1) {
      writer.append(rowOf('docker', 2 * i, 200 + (i % 5)));
      writer.append(rowOf('native', 2 * i + 1, 2 + (i % 5) / 100));
    }
    writer.close();
    const summary = summarize(await accumulate(readRows(path)), {
      runId: 'api',
      experiment: 'mine',
      margin: 0.05,
      seed: 1,
      baseline: 'docker',
      plannedCells: [],
      imageBytes: () => undefined,
      payloadBytes: () => bytes(0),
    });
    expect(summary.cells.map(({ runtime, n }) => [runtime, n])).toEqual([
      ['docker', 30],
      ['native', 30],
    ]);
    expect(summary.comparisons[0]).toMatchObject({
      candidate: 'native',
      baseline: 'docker',
      verdict: 'lower',
    });
    expect(summary.comparisons[0]?.ratio).toBeCloseTo(2.02 / 202, 12);
    expect(renderMarkdown(summary)).toContain('hashing');
  });

  it('fills in the defaults of an experiment and refuses an unknown key with a LumosError', () => {
    const text = 'name: mine\nfunctions: [hashing]\nruntimes: [native]\n';
    expect(parseExperiment(text, 'mine.yaml').repetitions).toEqual({ cold: 30, warm: 100 });
    expect(() => parseExperiment(`${text}runtime: [docker]\n`, 'mine.yaml')).toThrow(LumosError);
  });
});
