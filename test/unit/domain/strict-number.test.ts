import { describe, expect, it } from 'vitest';
import { decimalOf } from '../../../src/domain/strict-number.js';

describe('decimalOf', () => {
  it.each([
    ['12.5', 12.5],
    [' 7 ', 7],
    ['-3', -3],
    ['.5', 0.5],
    ['5.', 5],
    ['1e-3', 0.001],
    ['0', 0],
    ['0e5', 0],
    ['-0.0', 0],
  ])('takes %j for %d', (text, value) => {
    expect(decimalOf(text)).toBe(value);
  });

  it.each(
    [
      '',
      ' ',
      '0x10',
      '0o17',
      '0b1',
      'NaN',
      'Infinity',
      '-inf',
      '1e999',
      '1e-999',
      '1,000',
      '1_000',
      '1 000',
    ].concat(['12ms', '--1', '.', 'e5', '1e', '١', 'null', 'true']),
  )('takes %j for no number', (text) => {
    expect(decimalOf(text)).toBeUndefined();
  });
});
