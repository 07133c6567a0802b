import { describe, expect, it } from 'vitest';
import { input, output } from '../../../../functions/get-prime-numbers/oracle.js';

const answer = (n: number): string => Buffer.from(output(Buffer.from(String(n)), {})).toString('utf8');
const payload = (size: number): string =>
  Buffer.from(input({ label: 'any', size }, () => 0)).toString('utf8');

describe('the oracle of get-prime-numbers', () => {
  it('gives the published counts, sums and largest primes', () => {
    // OEIS A006880, A046731 and A003618.
    expect(answer(10)).toBe('4 17 7');
    expect(answer(100)).toBe('25 1060 97');
    expect(answer(10_000)).toBe('1229 5736396 9973');
    expect(answer(100_000)).toBe('9592 454396537 99991');
    expect(answer(1_000_000)).toBe('78498 37550402023 999983');
  });

  it('gives the sum of Project Euler 10 and the count of the largest step', () => {
    expect(answer(2_000_000).split(' ')[1]).toBe('142913828922');
    expect(answer(2_500_000).split(' ')[0]).toBe('183072');
  });

  it('agrees with trial division for every limit up to 500, squares of primes among them', () => {
    const isPrime = (n: number): boolean =>
      Array.from({ length: n - 2 }, (_, i) => i + 2).every((d) => n % d);
    let [count, sum, largest] = [0, 0, 0];
    for (let n = 2; n <= 500; n += 1) {
      if (isPrime(n)) [count, sum, largest] = [count + 1, sum + n, n];
      expect(answer(n)).toBe(`${count} ${sum} ${largest}`);
    }
  });

  it('is given the limit in decimal digits', () => {
    expect(payload(2_500_000)).toBe('2500000');
  });

  it('refuses a step without a whole size', () => {
    expect(() => input({ label: 'any' }, () => 0)).toThrow('size: expected the limit of the primes');
    expect(() => payload(10.5)).toThrow(RangeError);
  });
});
