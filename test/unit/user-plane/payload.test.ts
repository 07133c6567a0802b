import { describe, expect, it } from 'vitest';
import { LumosError } from '../../../src/domain/errors.js';
import type { FunctionDefinition, Oracle } from '../../../src/domain/function-manifest.js';
import { FunctionManifestSchema, PayloadStepSchema } from '../../../src/domain/function-manifest.js';
import { makePayload } from '../../../src/user-plane/functions/payload.js';

const step = (label: string, bytes: number) => PayloadStepSchema.parse({ label, bytes });

function definition(name: string, oracle: Partial<Oracle> = {}): FunctionDefinition {
  const manifest = FunctionManifestSchema.parse({
    schema: 'lumos/function@1',
    name,
    class: 'compute',
    description: 'A function of a test.',
    languages: { rust: { package: name } },
    storage: ['inline'],
    oracle: 'oracle.js',
    payloads: [{ label: 'small', bytes: 16 }],
  });
  const random: Oracle = {
    input: ({ bytes = 0 }, next) => Buffer.from(Array.from({ length: bytes }, () => next() % 256)),
    output: (input) => Buffer.from(input).reverse(),
  };
  return { manifest, folder: '/functions', oracle: { ...random, ...oracle } };
}

const inputOf = (name: string, label: string, seed: number): string =>
  Buffer.from(makePayload(definition(name), step(label, 16), seed).input).toString('hex');

function refusalOf(oracle: Partial<Oracle>): LumosError {
  try {
    makePayload(definition('alpha', oracle), step('small', 16), 1);
  } catch (error) {
    if (error instanceof LumosError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('makePayload', () => {
  it('makes the same input for the same function, label and seed, on any machine', () => {
    expect(inputOf('alpha', 'small', 1)).toBe(inputOf('alpha', 'small', 1));
    expect(inputOf('alpha', 'small', 1)).toBe('e7477815557792d0b8008e951c52843e');
  });

  it('makes another input for another function, label or seed', () => {
    const inputs = [
      inputOf('alpha', 'small', 1),
      inputOf('beta', 'small', 1),
      inputOf('alpha', 'large', 1),
      inputOf('alpha', 'small', 2),
    ];
    expect(new Set(inputs).size).toBe(4);
  });

  it('checks an answer once that comes again byte for byte, and every other one', () => {
    const checked: string[] = [];
    const check: Oracle['check'] = (_, answer) => {
      checked.push(Buffer.from(answer).toString());
      return answer[0] === 'w'.charCodeAt(0) ? 'wrong' : undefined;
    };
    const { input } = definition('alpha').oracle;
    const { verify } = makePayload(
      { ...definition('alpha'), oracle: { input, check } },
      step('small', 16),
      1,
    );
    const answer = Buffer.from('good');
    const verdicts = ['good', 'good', 'wrong', 'wrong', 'good', 'gold', 'good'].map((text) => {
      answer.write(text.padEnd(4).slice(0, 4));
      return verify(answer);
    });
    expect(verdicts).toEqual([undefined, undefined, 'wrong', 'wrong', undefined, undefined, undefined]);
    expect(checked).toEqual(['good', 'wron', 'wron', 'gold', 'good']);
  });

  it('gives the output of the oracle for that input', () => {
    const { input, expected } = makePayload(definition('alpha'), step('small', 16), 1);
    expect(Buffer.from(expected ?? [])).toEqual(Buffer.from(input).reverse());
  });

  it('hands whole numbers below 2^32 to the oracle, from both halves of the range', () => {
    const drawn: number[] = [];
    const input: Oracle['input'] = (_, next) => {
      for (let i = 0; i < 200; i += 1) drawn.push(next());
      return new Uint8Array(16);
    };
    makePayload(definition('alpha', { input }), step('small', 16), 1);
    expect(drawn.every((value) => Number.isInteger(value) && value >= 0 && value < 2 ** 32)).toBe(true);
    const upper = drawn.filter((value) => value >= 2 ** 31).length;
    expect(upper).toBeGreaterThan(60);
    expect(upper).toBeLessThan(140);
  });

  it('makes an empty payload', () => {
    expect(makePayload(definition('alpha'), step('empty', 0), 1).input).toHaveLength(0);
  });

  it('refuses an input of another size than the manifest says', () => {
    const error = refusalOf({ input: () => new Uint8Array(15) });
    expect(error.kind).toBe('invalid-input');
    expect(error.message).toBe(
      'The oracle of function alpha, payload "small": the manifest says 16 bytes, but input() made 15.',
    );
  });

  it('says which oracle threw, and what', () => {
    const input = () => {
      throw new Error('no such label');
    };
    const message = 'The oracle of function alpha, payload "small": no such label';
    expect(refusalOf({ input }).message).toBe(message);
  });

  it('refuses an oracle that gives something else than bytes', () => {
    const output = () => 'text' as unknown as Uint8Array;
    expect(refusalOf({ output }).message).toContain('expected output() to return a Uint8Array');
  });
});
