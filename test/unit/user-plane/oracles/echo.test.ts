import { describe, expect, it } from 'vitest';
import { input, output } from '../../../../functions/echo/oracle.js';
import { bytes } from '../../../../src/domain/units.js';
import { ladder, payloadOf } from './ladder.js';
import { numbers } from './numbers.js';

describe('the oracle of echo', () => {
  it('expects the payload, byte for byte', () => {
    const payload = Buffer.from('00ff0a800041', 'hex');
    expect(Buffer.from(output(payload, {})).toString('hex')).toBe('00ff0a800041');
    expect(output(Buffer.alloc(0), {})).toHaveLength(0);
  });

  it('is given the numbers of the seed, the lowest byte first', () => {
    const queue = [0x04030201, 0xfffefdfc];
    const random = () => queue.shift() ?? 0;
    expect(Buffer.from(input({ label: 'x', bytes: bytes(6) }, random)).toString('hex')).toBe('01020304fcfd');
  });

  it('is given bytes of every value', () => {
    expect(new Set(input({ label: 'x', bytes: bytes(8192) }, numbers(5))).size).toBe(256);
  });

  it('refuses an answer that lost its last byte or changed one', async () => {
    const { input: sent, verify } = await payloadOf('echo', '1');
    expect(verify(Uint8Array.from(sent))).toBeUndefined();
    expect(verify(sent.subarray(0, 1023))).toMatch(/answer of 1023 bytes, expected 1024/);
    expect(verify(sent.map((byte, index) => (index === 700 ? byte ^ 1 : byte)))).toMatch(
      /differs at byte 700/,
    );
  });

  it('has the ladder of 64 bytes to 25 MB', async () => {
    expect(await ladder('echo')).toEqual([
      ['tiny', 64],
      ['1', 1024],
      ['8', 8192],
      ['50', 51200],
      ['512', 524288],
      ['1024', 1048576],
      ['2048', 2097152],
      ['10240', 10485760],
      ['25600', 26214400],
    ]);
  });
});
