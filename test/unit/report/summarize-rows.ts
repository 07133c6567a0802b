/** Rows for tests of the summary: an invocation that went well unless told otherwise. */
import type { Cell } from '../../../src/domain/factors.js';
import { measurementSchemaId, MeasurementSchema, type Measurement } from '../../../src/domain/measurement.js';
import { RunAccumulator } from '../../../src/report/summarize/accumulate.js';
import type { SummaryContext } from '../../../src/report/summarize/summarize.js';
import { bytes } from '../../../src/domain/units.js';

export const cellOf = (factors: Partial<Cell> = {}): Cell => ({
  function: 'hashing',
  payload: 'small',
  runtime: 'docker',
  class: 'container',
  environment: 'local',
  start: 'warm',
  concurrency: 1,
  ...factors,
});

type Plain<T> = { [K in keyof T]?: T[K] extends number | undefined ? number | undefined : T[K] };

/** A row of `cell`; figures as bare numbers, checked by the schema. */
export const rowOf = (cell: Cell, figures: Plain<Measurement> = {}): Measurement =>
  MeasurementSchema.parse({
    schema: measurementSchemaId,
    ...cell,
    trial: 0,
    invocation: 0,
    round: 0,
    startedAt: '2026-11-23T12:00:00.000Z',
    outcome: 'ok',
    payloadBytes: 64,
    ...figures,
  });

/** One row a latency, each from a sandbox of its own. */
export const rowsOf = (
  cell: Cell,
  latencies: readonly number[],
  more: Plain<Measurement> = {},
): Measurement[] => latencies.map((latencyMs, trial) => rowOf(cell, { trial, latencyMs, ...more }));

export function runOf(rows: readonly Measurement[]): RunAccumulator {
  const run = new RunAccumulator();
  for (const row of rows) run.add(row);
  return run;
}

export const contextOf = (context: Partial<SummaryContext> = {}): SummaryContext => ({
  runId: 'run-1',
  experiment: 'quickstart',
  margin: 0.05,
  seed: 1,
  baseline: 'docker',
  plannedCells: [],
  imageBytes: () => undefined,
  payloadBytes: () => bytes(7),
  ...context,
});

/** `n` latencies around `middle`, evenly spread over plus and minus 1 %. */
export const around = (middle: number, n: number): number[] =>
  Array.from({ length: n }, (_, i) => middle * (0.99 + (0.02 * i) / (n - 1)));
