import { describe, expect, it } from 'vitest';
import { fitFixedAndRate, type TimedAmounts } from '../../../src/model/growth/fixed-and-rate.js';

/** 2 ms, 1 ms a MiB in, 4 ms a MiB out, so many times as slow. */
const timed = (bytesIn: number, bytesOut: number, slower = 1): TimedAmounts => ({
  ...{ count: 1, bytesIn, bytesOut, weight: 1 },
  time: slower * (2 + bytesIn / 2 ** 20 + (4 * bytesOut) / 2 ** 20),
});

const mebibyte = 2 ** 20;
const pooled = fitFixedAndRate([
  timed(0, mebibyte),
  timed(mebibyte, 0),
  timed(1024, 1024),
  timed(4 * mebibyte, mebibyte),
  timed(mebibyte, 4 * mebibyte),
]);

describe('a form that is drawn towards that of all', () => {
  it('has their mix of parts where its own points do not tell the parts apart, at its own height', () => {
    // As many bytes out as in, always: which of the two takes the time cannot be seen.
    const same = [1024, mebibyte, 4 * mebibyte].map((bytes) => timed(bytes, bytes, 3));
    const own = fitFixedAndRate(same, { pooled });
    expect(own.fixed.value).toBeCloseTo(6, 1);
    expect(own.perByteIn.value * mebibyte).toBeCloseTo(3, 1);
    expect(own.perByteOut.value * mebibyte).toBeCloseTo(12, 1);
  });

  it('stays its own where its points tell another mix', () => {
    const other = [
      [0, mebibyte],
      [mebibyte, 0],
      [1024, 1024],
      [4 * mebibyte, mebibyte],
      [mebibyte, 4 * mebibyte],
      [8 * mebibyte, 0],
      [0, 8 * mebibyte],
    ].map(([bytesIn = 0, bytesOut = 0]) => ({
      ...timed(bytesIn, bytesOut),
      time: 2 + (4 * bytesIn) / mebibyte + bytesOut / mebibyte,
    }));
    const own = fitFixedAndRate(other, { pooled });
    expect((own.perByteIn.value * mebibyte) / 4).toBeGreaterThan(0.8);
    expect((own.perByteIn.value * mebibyte) / 4).toBeLessThan(1.2);
    expect(own.perByteOut.value * mebibyte).toBeLessThan(1.6);
  });
});
