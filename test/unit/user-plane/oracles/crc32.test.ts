import { describe, expect, it } from 'vitest';
import { crc32 } from '../../../../oracles/crc32.js';

describe('crc32', () => {
  it('gives the check value of CRC-32/ISO-HDLC in the catalogue of parametrised CRC algorithms', () => {
    expect(crc32(Buffer.from('123456789'))).toBe(0xcbf43926);
  });

  it('gives 0 for nothing, and the CRC of the IEND chunk that ends every PNG', () => {
    expect(crc32(Buffer.alloc(0))).toBe(0);
    expect(crc32(Buffer.from('IEND'))).toBe(0xae426082);
  });
});
