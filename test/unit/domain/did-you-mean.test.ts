import { describe, expect, it } from 'vitest';
import { didYouMean, nearestName } from '../../../src/domain/did-you-mean.js';

const formats = ['html', 'md', 'csv', 'json', 'parquet', 'junit'];

describe('the nearest valid name', () => {
  it.each([
    ['htlm', 'html'],
    ['jsno', 'json'],
    ['HTML', 'html'],
    ['mdd', 'md'],
    ['parqet', 'parquet'],
    ['juni', 'junit'],
  ])('is suggested for a slip: %s', (asked, meant) => {
    expect(nearestName(asked, formats)).toBe(meant);
    expect(didYouMean(asked, formats)).toBe(`Did you mean "${meant}"? `);
  });

  it.each(['xml', 'x', '', 'pdf2', 'totally-else', 'a'.repeat(100_000)])(
    'is not suggested where no name is near: %.20s',
    (asked) => {
      expect(nearestName(asked, formats)).toBeUndefined();
      expect(didYouMean(asked, formats)).toBe('');
    },
  );

  it('is not suggested for a short word with two other letters', () => {
    expect(nearestName('base', ['name', 'seed', 'runtimes'])).toBeUndefined();
    expect(nearestName('nmae', ['name', 'seed', 'runtimes'])).toBe('name');
  });

  it('is the one that the wrong name is the beginning of', () => {
    expect(nearestName('wasmtime', ['docker', 'wasmtime-aot', 'wasmtime-jit'])).toBe('wasmtime-aot');
  });

  it('is none among no names', () => {
    expect(nearestName('x', [])).toBeUndefined();
  });
});
