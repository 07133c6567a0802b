import { describe, expect, it } from 'vitest';
import { MeasurementSchema } from '../../../src/domain/measurement.js';
import { decodeRow } from '../../../src/records/row-codec.js';
import { rowOf } from './rows.js';

const keys = Object.keys(MeasurementSchema.shape);
const values: readonly unknown[] = [
  0,
  1,
  -1,
  1.5,
  -0.5,
  1e300,
  '',
  'x',
  'cold',
  'ok',
  'process',
  'lumos/measurement@1',
  true,
  null,
  [],
  {},
  undefined,
];

const accepted = (value: unknown): boolean => {
  try {
    decodeRow(JSON.stringify(value), 'rows', 1);
    return true;
  } catch {
    return false;
  }
};

describe('a row that is read', () => {
  it.each(keys)('is taken or refused for its %s exactly as the schema says', (key) => {
    for (const value of values) {
      const row: unknown = JSON.parse(JSON.stringify({ ...rowOf(3), [key]: value }));
      expect({ value, accepted: accepted(row) }).toEqual({
        value,
        accepted: MeasurementSchema.safeParse(row).success,
      });
    }
  });

  it.each([[null], [1], ['row'], [[]], [{}]])('is not %j', (value) => {
    expect(accepted(value)).toBe(false);
  });
});
