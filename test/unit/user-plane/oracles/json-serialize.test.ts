import { describe, expect, it } from 'vitest';
import { output } from '../../../../functions/json-serialize/oracle.js';
import { payloadOf } from './ladder.js';

describe('the oracle of json-serialize', () => {
  it('expects the records as JSON with the keys in order', () => {
    // The same payload and answer as in the function's own tests.
    const payload = Buffer.concat([
      Buffer.from('02000000', 'hex'),
      Buffer.from('ffffffffffff1f00' + '18fcffffffffffff', 'hex'),
      Buffer.from('\x04\0Zo\xc3\xab\x02\0a"\x03\0\n\x01\\', 'latin1'),
      Buffer.from('0100000000000000' + 'fa00000000000000' + '0000' + '0600e58c97e4baac' + '0000', 'hex'),
    ]);
    expect(Buffer.from(output(payload, {})).toString('utf8')).toBe(
      '[{"id":9007199254740991,"cents":-1000,"name":"Zoë","city":"a\\"","text":"\\n\\u0001\\\\"},' +
        '{"id":1,"cents":250,"name":"","city":"北京","text":""}]',
    );
  });

  it('expects an empty array for no records', () => {
    expect(Buffer.from(output(Buffer.alloc(4), {})).toString('utf8')).toBe('[]');
  });

  it('reads a payload that lies within a larger buffer', () => {
    const larger = Buffer.alloc(64, 0xff);
    larger.writeUInt32LE(0, 10);
    expect(Buffer.from(output(larger.subarray(10, 14), {})).toString('utf8')).toBe('[]');
  });

  it('is given records whose JSON is longer than their binary form and has all that is hard to escape', async () => {
    const { input, expected } = await payloadOf('json-serialize', '50');
    const json = new TextDecoder('utf-8', { fatal: true }).decode(expected);
    expect(json.length).toBeGreaterThan(input.length);
    for (const hard of ['Ł', '東', '🍵', '\\"', '\\\\', '\\n', '\\t', '\\u0007', '\u2028', '\u007f']) {
      expect(json).toContain(hard);
    }
    expect(JSON.parse(json)).toHaveLength(Buffer.from(input).readUInt32LE(0));
  });

  it('refuses JSON with a space more', async () => {
    const { expected, verify } = await payloadOf('json-serialize', '1');
    const json = Buffer.from(expected ?? []).toString('utf8');
    expect(verify(Buffer.from(json))).toBeUndefined();
    expect(verify(Buffer.from(json.replace(',', ', ')))).toMatch(/differs at byte 9: " /);
  });
});
