import { deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { input, output } from '../../../../functions/encrypt-message/oracle.js';
import { vectors } from './aes-256-gcm.js';
import { numbers } from './numbers.js';

const headBytes = 44;
const payload = (label: string, bytes: number, seed = 1) =>
  Buffer.from(input({ label, bytes } as Parameters<typeof input>[0], numbers(seed)));

describe('the oracle of encrypt-message', () => {
  for (const { name, key, nonce, message, sealed } of vectors) {
    it(`answers as published: ${name}`, () => {
      expect(Buffer.from(output(Buffer.from(key + nonce + message, 'hex'), {})).toString('hex')).toBe(sealed);
    });
  }

  it('gives a payload of the size it is asked for, key and nonce included', () => {
    for (const bytes of [headBytes, 256, 1024, 51_200]) expect(payload('x', bytes).length).toBe(bytes);
  });

  it('gives a message of English text', () => {
    const message = payload('50', 51_200).subarray(headBytes);
    expect(message.toString('latin1')).toMatch(/^[A-Za-z0-9 .,?!\n]+$/);
    const ratio = message.length / deflateSync(message).length;
    expect(ratio).toBeGreaterThan(2);
    expect(ratio).toBeLessThan(4);
  });

  it('gives another key, nonce and message for another seed, and the same for the same', () => {
    const [one, other] = [payload('1', 1024, 1), payload('1', 1024, 2)];
    expect(payload('1', 1024, 1).equals(one)).toBe(true);
    for (const [from, to] of [
      [0, 32],
      [32, 44],
      [44, 1024],
    ]) {
      expect(one.subarray(from, to).equals(other.subarray(from, to))).toBe(false);
    }
  });

  it('refuses a size without room for a key and a nonce', () => {
    expect(() => payload('x', 43)).toThrow('expected at least 44');
  });
});
