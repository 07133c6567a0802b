import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { MeasurementSchema } from '../../../src/domain/measurement.js';
import { quickCheckOf } from '../../../src/records/quick-check.js';

const row = {
  schema: 'lumos/measurement@1',
  function: 'hashing',
  payload: 'small',
  runtime: 'native',
  class: 'process',
  environment: 'local',
  start: 'warm',
  concurrency: 1,
  trial: 0,
  invocation: 0,
  round: 0,
  startedAt: '2026-11-23T12:00:00.000Z',
  outcome: 'ok',
  payloadBytes: 64,
  latencyMs: 0.07,
  sequence: 4,
};

const without = (gone: keyof typeof row): object =>
  Object.fromEntries(Object.entries(row).filter(([key]) => key !== gone));

describe('the quick check of a row', () => {
  const isPlainlyARow = quickCheckOf(MeasurementSchema);

  it('holds for a row, with and without what may be absent', () => {
    expect(isPlainlyARow(row)).toBe(true);
    expect(isPlainlyARow(without('latencyMs'))).toBe(true);
  });

  it('never holds where the schema refuses, whatever is put in the place of whichever key', () => {
    const odd = [
      undefined,
      null,
      '',
      'x',
      true,
      -1,
      0,
      0.5,
      1,
      2 ** 53,
      Infinity,
      NaN,
      [],
      {},
      'ok',
      'docker',
    ];
    let refused = 0;
    for (const key of Object.keys(MeasurementSchema.shape)) {
      for (const value of odd) {
        const changed = { ...row, [key]: value };
        if (MeasurementSchema.safeParse(changed).success) continue;
        refused += 1;
        expect(isPlainlyARow(changed), `${key}: ${JSON.stringify(value)}`).toBe(false);
      }
    }
    expect(refused).toBeGreaterThan(200);
  });

  it('leaves to the schema what lacks a key, has one more or is no object', () => {
    expect([without('outcome'), { ...row, more: 1 }, [row], null, 'row', 7].map(isPlainlyARow)).toEqual(
      Array(6).fill(false),
    );
  });

  it('never holds for a schema that says more than it understands', () => {
    expect(quickCheckOf(z.object({ list: z.array(z.string()) }))({ list: ['a'] })).toBe(false);
    expect(quickCheckOf(z.object({ name: z.string().regex(/^a/) }))({ name: 'a' })).toBe(false);
  });
});
