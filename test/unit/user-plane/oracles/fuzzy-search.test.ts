import { describe, expect, it } from 'vitest';
import { input, output } from '../../../../functions/fuzzy-search/oracle.js';
import { bytes } from '../../../../src/domain/units.js';
import { payloadOf } from './ladder.js';
import { numbers } from './numbers.js';

const text = (answer: Uint8Array | undefined): string => Buffer.from(answer ?? []).toString('utf8');
const answer = (payload: string): string => text(output(Buffer.from(payload), {}));

describe('the oracle of fuzzy-search', () => {
  it('expects each word once, the nearest first, and of equals the one that stands first', () => {
    // The same payload and answer as in the function's own tests.
    expect(answer('kitten\nSitting, mitten; sitting! kitten mitten.')).toBe(
      '0 3 kitten\n1 1 mitten\n3 0 Sitting\n3 2 sitting\n',
    );
  });

  it('knows the published distances', () => {
    expect(answer('Saturday\nSunday')).toBe('3 0 Sunday\n');
    expect(answer('flaw\nlawn')).toBe('2 0 lawn\n');
  });

  it('expects ten words at most and drops the farthest', () => {
    // The same payload as in the function's own tests.
    const found = answer('aaaa\naaaa bbbb cccc dddd eeee ffff gggg hhhh iiii jjjj aaab')
      .trimEnd()
      .split('\n');
    expect(found).toHaveLength(10);
    expect(found.slice(0, 3)).toEqual(['0 0 aaaa', '1 10 aaab', '4 1 bbbb']);
    expect(found.at(-1)).toBe('4 8 iiii');
  });

  it('is given a text after a word of ten letters that is not in it', async () => {
    const { input: sent, expected } = await payloadOf('fuzzy-search', '50');
    const [query = '', ...lines] = text(sent).split('\n');
    expect(query).toMatch(/^[A-Za-z]{10}$/);
    expect(lines.join('\n').match(/[A-Za-z0-9]+/g)).not.toContain(query);
    expect(text(expected).trimEnd().split('\n')).toHaveLength(10);
  });

  it('makes payloads of every size', () => {
    for (let size = 128; size < 1200; size += 1) {
      expect(input({ label: 'x', bytes: bytes(size) }, numbers(size))).toHaveLength(size);
    }
  });

  it('refuses an answer in which the words stand in another order', async () => {
    const { expected, verify } = await payloadOf('fuzzy-search', '50');
    const lines = text(expected).trimEnd().split('\n');
    expect(verify(Buffer.from(`${lines.join('\n')}\n`))).toBeUndefined();
    expect(verify(Buffer.from(`${lines.reverse().join('\n')}\n`))).toMatch(/differs at byte/);
  });
});
