import { describe, expect, it } from 'vitest';
import { verifyOutput } from '../../../src/user-plane/functions/verify.js';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

describe('verifyOutput', () => {
  it('finds nothing in equal bytes, nor in none', () => {
    expect(verifyOutput(text('same'), text('same'))).toBeUndefined();
    expect(verifyOutput(new Uint8Array(), new Uint8Array())).toBeUndefined();
  });

  it('compares what a view shows, not what lies under it', () => {
    const under = text('xxsamexx');
    expect(verifyOutput(under.subarray(2, 6), text('same'))).toBeUndefined();
    expect(verifyOutput(text('same'), under.subarray(2, 6))).toBeUndefined();
  });

  it('says where the bytes first differ and what is there', () => {
    expect(verifyOutput(text('Hello, Ada!'), text('Hello, Bob!'))).toBe(
      'answer of 11 bytes as expected, differs at byte 7: "Bob!", expected "Ada!"',
    );
  });

  it('says both lengths of an answer that is too short', () => {
    expect(verifyOutput(text('Hello'), text('Hel'))).toBe(
      'answer of 3 bytes, expected 5, differs at byte 3: the end, expected "lo"',
    );
  });

  it('says both lengths of an answer that is too long, with a short excerpt', () => {
    expect(verifyOutput(text('a'), text(`a${'b'.repeat(1000)}`))).toBe(
      'answer of 1001 bytes, expected 1, differs at byte 1: "bbbbbbbbbbbbbbbb"..., expected the end',
    );
  });

  it('shows bytes that are no text in hexadecimal', () => {
    expect(verifyOutput(new Uint8Array([0, 1, 2]), new Uint8Array([0, 1, 255]))).toBe(
      'answer of 3 bytes as expected, differs at byte 2: 0xff, expected 0x02',
    );
  });

  it('finds one wrong byte in 16 MiB', () => {
    const expected = new Uint8Array(16 * 1024 * 1024);
    const actual = Uint8Array.from(expected);
    actual[12_345_678] = 1;
    expect(verifyOutput(expected, actual)).toContain('differs at byte 12345678: 0x01');
  });
});
