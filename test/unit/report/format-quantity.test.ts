import { describe, expect, it } from 'vitest';
import { bytes, milliseconds } from '../../../src/domain/units.js';
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatDurationInterval,
  formatRatio,
  formatRatioInterval,
  formatShare,
  formatSignificant,
  typographicSigns,
} from '../../../src/report/format-quantity.js';

describe('durations', () => {
  it.each([
    [0, '0 us'],
    [0.0412, '41.2 us'],
    [0.9996, '1.00 ms'],
    [1, '1.00 ms'],
    [4.123, '4.12 ms'],
    [183.4, '183 ms'],
    [999.6, '1.00 s'],
    [1500, '1.50 s'],
    [0.0000123, '0.0123 us'],
    [123_456, '123 s'],
  ])('%d ms reads %s', (value, text) => {
    expect(formatDuration(milliseconds(value))).toBe(text);
  });

  it('takes the micro sign on request', () => {
    expect(formatDuration(milliseconds(0.5), typographicSigns)).toBe('500 \u00b5s');
  });

  it('writes an interval in the unit of the value beside it, even where its ends would have another', () => {
    expect(formatDurationInterval([milliseconds(0.995), milliseconds(1.007)], milliseconds(0.999))).toBe(
      '[995, 1007]',
    );
  });
});

describe('bytes', () => {
  it.each([
    [0, '0 B'],
    [64, '64 B'],
    [1023, '1023 B'],
    [1024, '1.00 KiB'],
    [1536, '1.50 KiB'],
    [1024 ** 2, '1.00 MiB'],
    [3 * 1024 ** 3, '3.00 GiB'],
  ])('%d reads %s', (value, text) => {
    expect(formatBytes(bytes(value))).toBe(text);
  });
});

describe('ratios, shares and counts', () => {
  it.each([
    [0.42, '0.42x'],
    [1, '1.00x'],
    [9.95, '9.95x'],
    [9.999, '10.0x'],
    [41.26, '41.3x'],
    [155.4, '155x'],
    [0.0241, '0.024x'],
    [0.00652, '0.0065x'],
    [0, '0.00x'],
    [Number.POSITIVE_INFINITY, 'infx'],
  ])('%d reads %s', (value, text) => {
    expect(formatRatio(value)).toBe(text);
  });

  it('writes intervals in brackets', () => {
    expect(formatRatioInterval([0.401, 0.449])).toBe('[0.40, 0.45]');
  });

  it('never writes an exponent', () => {
    expect(formatSignificant(1e-7)).toBe('0.000000100');
    expect(formatSignificant(1e9)).toBe('1000000000');
  });

  it('writes shares as percent and groups the digits of counts', () => {
    expect(formatShare(0.05)).toBe('5 %');
    expect(formatShare(0.004)).toBe('0.4 %');
    expect(formatCount(1_000_000)).toBe('1 000 000');
    expect(formatCount(999)).toBe('999');
  });
});
