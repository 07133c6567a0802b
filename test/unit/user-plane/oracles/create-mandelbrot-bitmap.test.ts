import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { input, output } from '../../../../functions/create-mandelbrot-bitmap/oracle.js';

const answer = (side: number): Buffer => Buffer.from(output(Buffer.from(String(side)), {}));
const headerOf = (side: number): string => `P4\n${side} ${side}\n`;
const rowsOf = (side: number): Buffer => answer(side).subarray(headerOf(side).length);
const payload = (size: number): string =>
  Buffer.from(input({ label: 'any', size }, () => 0)).toString('utf8');

/** Whether the pixel of the bitmap is black. */
const blackIn =
  (side: number) =>
  (x: number, y: number): boolean =>
    ((rowsOf(side)[y * Math.ceil(side / 8) + (x >> 3)] ?? 0) & (128 >> (x & 7))) !== 0;

describe('the oracle of create-mandelbrot-bitmap', () => {
  it('draws the picture that the Benchmarks Game publishes for ten pixels', () => {
    expect(answer(10).subarray(0, 9).toString('latin1')).toBe('P4\n10 10\n');
    expect(rowsOf(10).toString('hex').match(/.{4}/g)).toEqual(
      '0000 0100 0780 07c0 3fc0 ff80 3fc0 07c0 0780 0100'.split(' '),
    );
  });

  it('draws what the Programming Language Benchmarks publish the MD5 of for 504 pixels', () => {
    expect(createHash('md5').update(rowsOf(504)).digest('hex')).toBe('15c00e9a39837854b019d7d1c4c04d30');
  });

  it('draws the set where it is: at 0, -1 and i, and not at the corners', () => {
    const black = blackIn(128);
    expect(black(96, 64)).toBe(true);
    expect(black(32, 64)).toBe(true);
    expect(black(96, 0)).toBe(true);
    expect([black(0, 0), black(127, 0), black(127, 127), black(0, 127)]).toEqual([
      false,
      false,
      false,
      false,
    ]);
  });

  it('draws a picture that is the same above and below the real axis', () => {
    const [rows, side, row] = [rowsOf(256), 256, 256 / 8];
    for (let y = 1; y < side / 2; y += 1) {
      const mirrored = rows.subarray((side - y) * row, (side - y + 1) * row);
      expect(mirrored.equals(rows.subarray(y * row, (y + 1) * row))).toBe(true);
    }
  });

  it('has a bit for each pixel and fills rows up to whole bytes', () => {
    expect(answer(2048).length).toBe(headerOf(2048).length + (2048 * 2048) / 8);
    expect(rowsOf(10).length).toBe(20);
    expect(rowsOf(1).toString('hex')).toBe('00');
  });

  it('is given the side in decimal digits', () => {
    expect(payload(2048)).toBe('2048');
  });

  it('refuses a step without a whole size', () => {
    expect(() => input({ label: 'any' }, () => 0)).toThrow('size: expected the side of a bitmap');
    expect(() => payload(1.5)).toThrow(RangeError);
  });
});
