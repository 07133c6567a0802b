import { deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { englishText } from '../../../../oracles/text.js';
import { numbers } from './numbers.js';

const text = (bytes: number, seed = 1): string => englishText(bytes, numbers(seed)).toString('latin1');

describe('englishText', () => {
  for (const bytes of [0, 1, 44, 256, 1024, 51_200, 2_097_152]) {
    it(`makes exactly ${bytes} bytes`, () => {
      expect(englishText(bytes, numbers(1)).length).toBe(bytes);
    });
  }

  for (const bytes of [51_200, 524_288, 2_097_152]) {
    for (const seed of [1, 2]) {
      it(`compresses between 2:1 and 4:1 at ${bytes} bytes, seed ${seed}`, () => {
        const ratio = bytes / deflateSync(englishText(bytes, numbers(seed))).length;
        expect(ratio).toBeGreaterThan(2);
        expect(ratio).toBeLessThan(4);
      });
    }
  }

  it('is the same for the same seed and another for another', () => {
    expect(text(5000, 7)).toBe(text(5000, 7));
    expect(text(5000, 7)).not.toBe(text(5000, 8));
  });

  it('is ASCII: words, punctuation, spaces and line ends only', () => {
    expect(text(200_000)).toMatch(/^[A-Za-z0-9 .,?!\n]+$/);
  });

  it('has paragraphs of sentences that begin with a capital and end with a mark', () => {
    const paragraphs = text(200_000).split('\n\n').slice(0, -1);
    expect(paragraphs.length).toBeGreaterThan(100);
    for (const paragraph of paragraphs) {
      expect(paragraph).toMatch(/^[A-Z0-9][^.?!]*[.?!]( [A-Z0-9][^.?!]*[.?!])*$/);
    }
  });

  it('has its commonest words as often as Zipf says: the first twice as often as the second, ten times the tenth', () => {
    const counts = new Map<string, number>();
    for (const word of text(2_000_000)
      .toLowerCase()
      .match(/[a-z]+/g) ?? []) {
      counts.set(word, (counts.get(word) ?? 0) + 1);
    }
    const the = counts.get('the') ?? 0;
    const second = the / (counts.get('of') ?? 0);
    expect(second).toBeGreaterThan(1.9);
    expect(second).toBeLessThan(2.1);
    const tenth = the / (counts.get('he') ?? 0);
    expect(tenth).toBeGreaterThan(9);
    expect(tenth).toBeLessThan(11);
    expect(counts.size).toBeGreaterThan(900);
  });
});
