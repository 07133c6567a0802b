import { describe, expect, it } from 'vitest';
import { input, output } from '../../../../functions/fuzzy-search/oracle.js';
import { bytes } from '../../../../src/domain/units.js';
import { payloadOf } from './ladder.js';
import { numbers } from './numbers.js';

const answer = (payload: string): string => Buffer.from(output(Buffer.from(payload), {})).toString('utf8');

describe('the oracle of fuzzy-search', () => {
  it('expects the nearest first, and of equals the one that stands first', () => {
    // The same payload and answer as in the function's own tests.
    expect(answer('kitten\nsitting\n\nmitten\nkittens\nkitten\nbitten\nGrüße')).toBe(
      '0\t6\tkitten\n1\t4\tmitten\n1\t5\tkittens\n1\t7\tbitten\n3\t2\tsitting\n6\t8\tGrüße\n',
    );
  });

  it('knows the published distances and counts a letter once however many bytes it has', () => {
    expect(answer('Saturday\nSunday')).toBe('3\t2\tSunday\n');
    expect(answer('flaw\nlawn')).toBe('2\t2\tlawn\n');
    expect(answer('北京\n東京')).toBe('1\t2\t東京\n');
  });

  it('expects ten lines at most', () => {
    expect(answer('a\n'.repeat(30)).split('\n')).toHaveLength(11);
  });

  it('is given a query that misspells a line of the text, and accents', async () => {
    const { input: sent, expected } = await payloadOf('fuzzy-search', '50');
    expect(new TextDecoder('utf-8', { fatal: true }).decode(sent)).toMatch(/[àéïöü]/);
    const distances = Buffer.from(expected ?? [])
      .toString()
      .trimEnd()
      .split('\n')
      .map((line) => parseInt(line, 10));
    expect(distances).toHaveLength(10);
    expect(distances[0]).toBeLessThanOrEqual(4);
    expect(distances[9]).toBeGreaterThan(4);
  });

  it('makes UTF-8 of every size, also where the last letter has no room', () => {
    for (let size = 128; size < 1200; size += 1) {
      const text = input({ label: 'x', bytes: bytes(size) }, numbers(size));
      expect(text).toHaveLength(size);
      expect(() => new TextDecoder('utf-8', { fatal: true }).decode(text)).not.toThrow();
    }
  });

  it('refuses an answer in which equals stand in another order', async () => {
    const { expected, verify } = await payloadOf('fuzzy-search', '50');
    const lines = Buffer.from(expected ?? [])
      .toString()
      .trimEnd()
      .split('\n');
    expect(verify(Buffer.from(`${lines.join('\n')}\n`))).toBeUndefined();
    expect(verify(Buffer.from(`${lines.reverse().join('\n')}\n`))).toMatch(/differs at byte/);
  });
});
