import { deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { payloadOf } from './ladder.js';

describe('language-detection', () => {
  it('is given text that compresses as text does, whole characters to its end', async () => {
    for (const label of ['50', '512', '2048']) {
      const { input } = await payloadOf('language-detection', label);
      new TextDecoder('utf-8', { fatal: true }).decode(input);
      const ratio = input.length / deflateSync(input).length;
      expect(ratio).toBeGreaterThan(2);
      expect(ratio).toBeLessThan(4.5);
    }
  });

  it('expects an ISO 639-3 code and a script, and not always the same', async () => {
    const seen = new Set<string>();
    for (const label of ['tiny', '1', '50', '512', '1024', '2048']) {
      const { expected } = await payloadOf('language-detection', label);
      const text = Buffer.from(expected ?? []).toString();
      expect(text).toMatch(/^[a-z]{3} (Latin|Cyrillic)$/);
      seen.add(text);
    }
    expect(seen.size).toBeGreaterThan(1);
  });
});
