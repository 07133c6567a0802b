import { describe, expect, it } from 'vitest';
import { input, output } from '../../../../functions/fibonacci/oracle.js';

const answer = (n: string): string => Buffer.from(output(Buffer.from(n), {})).toString('utf8');
const payload = (size: number): string =>
  Buffer.from(input({ label: 'any', size }, () => 0)).toString('utf8');

describe('the oracle of fibonacci', () => {
  it('gives the published numbers', () => {
    expect(['0', '1', '2', '3', '10', '12'].map(answer)).toEqual(['0', '1', '1', '2', '55', '144']);
    expect(answer('90')).toBe('2880067194370816120');
    expect(answer('93')).toBe('12200160415121876738');
  });

  it('goes on modulo 2^64', () => {
    expect(answer('94')).toBe(String(19740274219868223167n % 2n ** 64n));
    expect(answer('100')).toBe(String(354224848179261915075n % 2n ** 64n));
  });

  it('agrees with adding up far beyond 2^64', () => {
    const words = new BigUint64Array([0n, 1n]);
    for (let n = 0; n < 100_000; n += 1) words.set([words[1] ?? 0n, (words[0] ?? 0n) + (words[1] ?? 0n)]);
    expect(answer('100000')).toBe(String(words[0]));
  });

  it('is given the index in decimal digits', () => {
    expect(payload(2_500_000)).toBe('2500000');
  });

  it('refuses a step without a whole size', () => {
    expect(() => input({ label: 'any' }, () => 0)).toThrow('size: expected the index of a number');
    expect(() => payload(1.5)).toThrow(RangeError);
  });
});
