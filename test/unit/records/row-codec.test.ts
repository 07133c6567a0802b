import { describe, expect, it } from 'vitest';
import { LumosError } from '../../../src/domain/errors.js';
import { MeasurementSchema, type Measurement } from '../../../src/domain/measurement.js';
import { milliseconds } from '../../../src/domain/units.js';
import { decodeRow, encodeRow, fittingRow } from '../../../src/records/row-codec.js';
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

describe('what is no row', () => {
  it.each(['null', '[]', '7'])(
    'is refused with its place and the reason, and no empty name of a field: %s',
    (line) => {
      expect(() => decodeRow(line, 'rows', 24)).toThrow(/^rows:24: Invalid input: expected object/u);
    },
  );
});

describe('a row that is written', () => {
  it.each(keys)('can be read again whatever its %s is, or is refused', (key) => {
    for (const value of [...values, Number.NaN, Infinity, 2 ** 53]) {
      const row: Measurement = Object.assign(rowOf(3), { [key]: value });
      let line: string;
      try {
        line = encodeRow(row);
      } catch (error) {
        expect(error).toBeInstanceOf(LumosError);
        continue;
      }
      expect(() => decodeRow(line, 'rows', 1)).not.toThrow();
    }
  });

  it.each<[keyof Measurement, number]>([
    ['sequence', 0],
    ['storedBytes', 2 ** 53],
    ['computeMs', Number.NaN],
  ])('is wrong-output without its %s where the function says %d', (key, value) => {
    const written = decodeRow(encodeRow({ ...rowOf(3), [key]: value }), 'rows', 1);
    expect(written).toMatchObject({ outcome: 'wrong-output', reason: `the response says ${key} ${value}` });
    expect(written).not.toHaveProperty(key);
  });

  it('keeps its outcome without a figure of our own counters that no row can hold', () => {
    const written = fittingRow({ ...rowOf(3), cpuMs: milliseconds(-1) });
    expect(written).toEqual(rowOf(3));
  });
});
