import { deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { output as readOutput } from '../../../../functions/kv-read/oracle.js';
import {
  output as modifyOutput,
  stored as modifyStored,
} from '../../../../functions/kv-read-modify-write/oracle.js';
import {
  output as transformOutput,
  stored as transformStored,
} from '../../../../functions/object-transform/oracle.js';
import { ladder, payloadOf } from './ladder.js';

const steps = [
  ['tiny', 64],
  ['1', 1024],
  ['50', 51200],
  ['512', 524288],
  ['1024', 1048576],
  ['2048', 2097152],
];

const readers = ['kv-read', 'object-read'];
const writers = ['kv-write', 'object-write'];
const changers = ['kv-read-modify-write', 'object-transform'];

const nothing = Buffer.alloc(0);
const text = (answer: Uint8Array | undefined): string => Buffer.from(answer ?? nothing).toString('latin1');
const key = 'input';

describe.each([...readers, ...writers, ...changers])('the ladder of %s', (name) => {
  it('goes from 64 bytes to 2 MiB', async () => {
    expect(await ladder(name)).toEqual(steps);
  });

  it('is text that compresses like text', async () => {
    const { input, objects } = await payloadOf(name, '512');
    const data = objects['input'] ?? input;
    const ratio = data.length / deflateSync(data).length;
    expect(ratio).toBeGreaterThan(2);
    expect(ratio).toBeLessThan(5);
  });
});

describe.each(readers)('the oracle of %s', (name) => {
  it('finds one object of the step under the key that is the payload, and stores nothing', async () => {
    const { input, objects, stored } = await payloadOf(name, '1');
    expect(text(input)).toBe(key);
    expect(Object.keys(objects)).toEqual([key]);
    expect(objects['input']).toHaveLength(1024);
    expect(stored).toEqual({});
  });

  it('refuses the figures of another object', async () => {
    const { verify, expected } = await payloadOf(name, '1');
    expect(verify(expected ?? nothing)).toBeUndefined();
    expect(verify(Buffer.from('1024 00000000'))).toMatch(/differs at byte 5/);
  });
});

describe('what is answered of an object', () => {
  it('is its length and the check value of CRC-32/ISO-HDLC', () => {
    const object = Buffer.from('123456789');
    expect(text(readOutput(nothing, { input: object }))).toBe('9 cbf43926');
  });

  it('has eight digits where the CRC-32 is small, too', () => {
    expect(text(readOutput(nothing, { input: nothing }))).toBe('0 00000000');
  });
});

describe.each(writers)('the oracle of %s', (name) => {
  it('finds nothing and stores its payload, byte for byte', async () => {
    const { input, objects, stored } = await payloadOf(name, '1');
    expect(objects).toEqual({});
    expect(input).toHaveLength(1024);
    expect(Object.keys(stored)).toEqual(['output']);
    expect(text(stored['output'])).toBe(text(input));
  });

  it('expects the length of the payload first', async () => {
    const { expected } = await payloadOf(name, '50');
    expect(text(expected)).toMatch(/^51200 [0-9a-f]{8}$/);
  });
});

describe('the oracle of kv-read-modify-write', () => {
  const object = Buffer.concat([Buffer.from('ff00000000000000', 'hex'), Buffer.from('a Z1 é', 'utf8')]);

  it('counts across the first byte', () => {
    expect(text(modifyOutput(nothing, { input: object }))).toBe('256');
    const { input } = modifyStored(nothing, { input: object });
    expect(Buffer.from(input ?? nothing).toString('hex', 0, 8)).toBe('0001000000000000');
  });

  it('turns the letters of English text into capitals', () => {
    const english = Buffer.concat([Buffer.alloc(8), Buffer.from('Tea, please: 2 cups.')]);
    const { input } = modifyStored(nothing, { input: english });
    expect(text(input?.subarray(8))).toBe('TEA, PLEASE: 2 CUPS.');
  });

  it('stores under the key it read, and as many bytes', async () => {
    const { objects, stored } = await payloadOf('kv-read-modify-write', '1');
    expect(Object.keys(stored)).toEqual([key]);
    expect(stored['input']).toHaveLength(1024);
    expect(text(stored['input'])).not.toBe(text(objects['input']));
  });
});

describe('the oracle of object-transform', () => {
  const table = Buffer.from('tea,2,250\ncup,1,1299\ntea,3,200\n');
  // The literal is that of the test of the function itself.
  const sums = '{"cup":{"sales":1,"quantity":1,"cents":1299},"tea":{"sales":2,"quantity":5,"cents":1100}}';

  it('sums up by name in the order of the names', () => {
    expect(text(transformStored(nothing, { input: table })['output'])).toBe(sums);
    expect(text(transformOutput(nothing, { input: table }))).toBe(String(sums.length));
  });

  it('is given whole lines of a name and two numbers', async () => {
    for (const [label] of steps) {
      const { objects } = await payloadOf('object-transform', String(label), 7);
      expect(text(objects['input'])).toMatch(/^([a-z]+,[1-9]\d*,[1-9]\d*\n)+$/);
    }
  });
});
