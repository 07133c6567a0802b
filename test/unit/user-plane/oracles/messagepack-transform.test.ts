import { decode } from '@msgpack/msgpack';
import { describe, expect, it } from 'vitest';
import { input, output } from '../../../../functions/messagepack-transform/oracle.js';
import { output as jsonOutput } from '../../../../functions/json-transform/oracle.js';
import { bytes } from '../../../../src/domain/units.js';
import { functionOf, payloadOf } from './ladder.js';
import { numbers } from './numbers.js';

const latin = (...parts: string[]) => Buffer.from(parts.join(''), 'latin1');

// The same payload and answer as in the function's own tests.
const order = latin(
  '\x91\x85\xa2id\xce\x00\x89\x54\x40\xa8customer\xa4Zo\xc3\xab\xa7country\xa2nl',
  '\xa5items\x91\x83\xa3sku\xa3TEA\xa8quantity\x02\xaeunitPriceCents\xcd\x01\xf3\xa4note\xa0',
);
const report = latin(
  '\x82\xa6orders\x91\x86\xa2id\xce\x00\x89\x54\x40\xa8customer\xa4Zo\xc3\xab',
  '\xa7country\xa2NL\xa9lineCount\x01\xaatotalCents\xcd\x03\xe6\xa4note\xa0',
  '\xa6totals\x91\x83\xa7country\xa2NL\xa6orders\x01\xaatotalCents\xcd\x03\xe6',
);

describe('the oracle of messagepack-transform', () => {
  it('expects the report in the shortest encoding', () => {
    expect(Buffer.from(output(order, {})).toString('latin1')).toBe(report.toString('latin1'));
  });

  it('expects what json-transform answers to the same orders', async () => {
    const { input: sent, expected } = await payloadOf('messagepack-transform', '50');
    const json = jsonOutput(Buffer.from(JSON.stringify(decode(sent))), {});
    expect(JSON.stringify(decode(expected ?? []))).toBe(Buffer.from(json).toString('utf8'));
  });

  it('makes payloads of every size, also where a length needs more bytes than before', () => {
    for (let size = 128; size < 900; size += 1) {
      expect(input({ label: 'x', bytes: bytes(size) }, numbers(size))).toHaveLength(size);
    }
  });

  it('refuses a size that no order fits into', () => {
    expect(() => input({ label: 'x', bytes: bytes(64) }, numbers(1))).toThrow('64 are too few for one item');
  });

  it('is given as many bytes as json-transform on every step both have', async () => {
    const [own, json] = await Promise.all([
      functionOf('messagepack-transform'),
      functionOf('json-transform'),
    ]);
    expect(json.manifest.payloads).toEqual(expect.arrayContaining([...own.manifest.payloads]));
  });

  it('refuses a report whose number is encoded longer than it need be', async () => {
    const { expected, verify } = await payloadOf('messagepack-transform', 'tiny');
    const longer = Buffer.from(expected ?? [])
      .toString('latin1')
      .replace('\xcd\x03\xe6', '\xce\x00\x00\x03\xe6');
    expect(verify(Buffer.from(expected ?? []))).toBeUndefined();
    expect(verify(Buffer.from(longer, 'latin1'))).toMatch(/differs at byte/);
  });
});
