import { describe, expect, it } from 'vitest';
import { input, output } from '../../../../functions/decrypt-message/oracle.js';
import { output as encrypted } from '../../../../functions/encrypt-message/oracle.js';
import { vectors } from './aes-256-gcm.js';
import { numbers } from './numbers.js';

const headBytes = 44;
const payload = (label: string, bytes: number, seed = 1) =>
  Buffer.from(input({ label, bytes } as Parameters<typeof input>[0], numbers(seed)));

describe('the oracle of decrypt-message', () => {
  for (const { name, key, nonce, message, sealed } of vectors) {
    it(`answers as published: ${name}`, () => {
      expect(Buffer.from(output(Buffer.from(key + nonce + sealed, 'hex'), {})).toString('hex')).toBe(message);
    });
  }

  it('gives a payload of the size it is asked for, key, nonce and tag included', () => {
    for (const bytes of [60, 256, 1024, 51_200]) expect(payload('x', bytes).length).toBe(bytes);
  });

  it('gives a payload that decrypts to English text, and back', () => {
    const sealed = payload('50', 51_200);
    const message = Buffer.from(output(sealed, {}));
    expect(message.toString('latin1')).toMatch(/^[A-Za-z0-9 .,?!\n]+$/);
    const again = encrypted(Buffer.concat([sealed.subarray(0, headBytes), message]), {});
    expect(sealed.subarray(headBytes).equals(again)).toBe(true);
  });

  it('has no answer where the tag does not fit', () => {
    const sealed = payload('tiny', 256);
    sealed[100] = (sealed[100] ?? 0) ^ 1;
    expect(() => output(sealed, {})).toThrow();
  });

  it('refuses a size without room for key, nonce and tag', () => {
    expect(() => payload('x', 59)).toThrow('expected at least 60');
  });
});
