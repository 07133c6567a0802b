import { describe, expect, it } from 'vitest';
import { output } from '../../../../functions/json-deserialize/oracle.js';
import { checksum, fnv1a } from '../../../../oracles/records.js';
import { payloadOf } from './ladder.js';

const answer = (json: string): string => Buffer.from(output(Buffer.from(json), {})).toString('utf8');

describe('the oracle of json-deserialize', () => {
  it('counts records, sums their cents up and hashes their strings', () => {
    // The same payload and line as in the function's own tests.
    const two =
      '[{"id":1,"cents":250,"name":"Zo\\u00eb","city":"北京","text":"a\\"\\n"},' +
      '{"text":"","city":"b","name":"c","cents":-1000,"id":9007199254740991}]';
    expect(answer(two)).toBe('2 records, -750 cents, checksum 7a011dac');
    expect(answer('[]')).toBe('0 records, 0 cents, checksum 811c9dc5');
  });

  it('hashes by FNV-1a as published', () => {
    const hash = (text: string) => fnv1a(Buffer.from(text)).toString(16);
    expect(['', 'a', 'foobar'].map(hash)).toEqual(['811c9dc5', 'e40c292c', 'bf9cf968']);
  });

  it('hashes where one string ends and the next begins', () => {
    const record = { id: 1, cents: 1, text: '' };
    expect(checksum([{ ...record, name: 'ab', city: 'c' }])).not.toBe(
      checksum([{ ...record, name: 'a', city: 'bc' }]),
    );
  });

  it('is given everything that makes strings hard, whole numbers above 2^32 and amounts below 0', async () => {
    const { input } = await payloadOf('json-deserialize', '50');
    const text = new TextDecoder('utf-8', { fatal: true }).decode(input);
    for (const hard of ['Ł', '東', '🍵', '\\"', '\\\\', '\\n', '\\t', '\\u0007', '\u2028', '\u007f']) {
      expect(text).toContain(hard);
    }
    const records = JSON.parse(text) as { id: number; cents: number }[];
    expect(records.every(({ id, cents }) => Number.isSafeInteger(id) && Number.isSafeInteger(cents))).toBe(
      true,
    );
    expect(records.some(({ id }) => id > 2 ** 32)).toBe(true);
    expect(records.some(({ cents }) => cents < 0)).toBe(true);
  });

  it('is given one record where there is room for no other', async () => {
    const { input, expected } = await payloadOf('json-deserialize', 'tiny');
    expect(Buffer.from(input).toString()).toBe(
      '[{"id":7,"cents":250,"name":"Ada","city":"Rome","text":"and d"}]',
    );
    expect(Buffer.from(expected ?? []).toString()).toMatch(/^1 records, 250 cents, checksum [0-9a-f]{8}$/);
  });

  it('refuses a line with another sum', async () => {
    const { verify } = await payloadOf('json-deserialize', 'tiny');
    expect(verify(Buffer.from('1 records, 251 cents, checksum 00000000'))).toMatch(/differs at byte 13/);
  });
});
