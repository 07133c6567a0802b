/** Rows for tests of what keeps them. */
import { measurementSchemaId, type Measurement } from '../../../src/domain/measurement.js';
import { bytes, milliseconds } from '../../../src/domain/units.js';

export const rowOf = (trial: number, changes: Partial<Measurement> = {}): Measurement => ({
  schema: measurementSchemaId,
  trial,
  invocation: 0,
  round: 0,
  function: 'echo',
  payload: 'small',
  runtime: 'one',
  class: 'process',
  environment: 'local',
  start: 'cold',
  concurrency: 1,
  startedAt: '2026-01-01T00:00:00.000Z',
  outcome: 'ok',
  payloadBytes: bytes(64),
  latencyMs: milliseconds(1.25),
  ...changes,
});
