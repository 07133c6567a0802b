import { describe, expect, it } from 'vitest';
import { input, output } from '../../../../functions/planet-system-simulation/oracle.js';

const answer = (steps: number): string =>
  Buffer.from(output(Buffer.from(String(steps)), {})).toString('utf8');
const payload = (size: number): string =>
  Buffer.from(input({ label: 'any', size }, () => 0)).toString('utf8');

describe('the oracle of planet-system-simulation', () => {
  it('begins with the energy that the Benchmarks Game publishes', () => {
    expect(answer(0)).toBe('-0.169075164\n-0.169075164\n');
  });

  it('ends with the energies that the Benchmarks Game publishes', () => {
    expect(answer(1000)).toBe('-0.169075164\n-0.169087605\n');
    expect(answer(50_000)).toBe('-0.169075164\n-0.169078071\n');
    expect(answer(500_000)).toBe('-0.169075164\n-0.169096567\n');
    expect(answer(1_000_000)).toBe('-0.169075164\n-0.169086185\n');
  });

  it('is given the number of steps in decimal digits', () => {
    expect(payload(2_500_000)).toBe('2500000');
  });

  it('refuses a step without a whole size', () => {
    expect(() => input({ label: 'any' }, () => 0)).toThrow('size: expected a number of steps');
    expect(() => payload(0.5)).toThrow(RangeError);
  });
});
