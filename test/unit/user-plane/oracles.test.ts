import { describe, expect, it } from 'vitest';
import type { FunctionDefinition, PayloadStep } from '../../../src/domain/function-manifest.js';
import { loadCatalogue } from '../../../src/user-plane/functions/catalogue.js';
import { makePayload } from '../../../src/user-plane/functions/payload.js';

const catalogue = await loadCatalogue(['functions', 'conformance']);

function named(name: string): FunctionDefinition {
  const [definition] = catalogue.select([name]);
  if (definition === undefined) throw new Error(`no function ${name}`);
  return definition;
}

function stepOf(definition: FunctionDefinition, label: string): PayloadStep {
  const step = definition.manifest.payloads.find((candidate) => candidate.label === label);
  if (step === undefined) throw new Error(`no payload ${label}`);
  return step;
}

const outputOf = (name: string, input: Uint8Array): Buffer =>
  Buffer.from(named(name).oracle.output?.(input, {}) ?? []);

const make = (name: string, label: string, seed = 1) =>
  makePayload(named(name), stepOf(named(name), label), seed);
const answer = (name: string, input: string): string => outputOf(name, Buffer.from(input)).toString('utf8');

describe('every function of the repository', () => {
  for (const definition of catalogue.all) {
    for (const step of definition.manifest.payloads) {
      it(`${definition.manifest.name} has a payload and an answer for ${step.label}`, () => {
        // makePayload itself checks the number of bytes.
        const { input, objects } = makePayload(definition, step, 2);
        const sizes = Object.values(objects).map((object) => object.length);
        const size = sizes.length === 0 ? input.length : sizes.reduce((sum, one) => sum + one, 0);
        if (step.bytes !== undefined) expect(size).toBe(step.bytes);
      });
    }
  }
});

describe('hello-world', () => {
  it('greets a name, and the world if there is none', () => {
    expect(answer('hello-world', 'Zoë')).toBe('Hello, Zoë!');
    expect(answer('hello-world', '')).toBe('Hello, world!');
  });

  it('is given UTF-8 with characters of more than one byte', () => {
    const { input } = make('hello-world', 'medium');
    const text = new TextDecoder('utf-8', { fatal: true }).decode(input);
    expect(text.length).toBeLessThan(input.length);
  });
});

describe('hashing', () => {
  it('gives the digests of FIPS 180-4', () => {
    expect(answer('hashing', 'abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    expect(answer('hashing', '')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  });

  it('is given bytes of every value', () => {
    expect(new Set(make('hashing', 'medium').input).size).toBe(256);
  });
});

describe('matrix-multiplication', () => {
  const matrices = (...entries: number[]): Buffer => {
    const bytes = Buffer.alloc(4 + entries.length * 8);
    bytes.writeUInt32LE(Math.sqrt(entries.length / 2));
    entries.forEach((entry, index) => bytes.writeDoubleLE(entry, 4 + index * 8));
    return bytes;
  };
  const doubles = (bytes: Uint8Array): number[] =>
    Array.from({ length: bytes.length / 8 }, (_, index) => Buffer.from(bytes).readDoubleLE(index * 8));

  it('gives the product row by row', () => {
    const output = outputOf('matrix-multiplication', matrices(1, 2, 3, 4, 5, 6, -7, 8));
    expect(doubles(output)).toEqual([-9, 22, -13, 50]);
  });

  it('is given the order of the step and entries that are small whole numbers', () => {
    const { input, expected } = make('matrix-multiplication', 'tiny');
    expect(Buffer.from(input).readUInt32LE(0)).toBe(8);
    expect(input.length).toBe(4 + 2 * 64 * 8);
    expect(expected?.length).toBe(64 * 8);
    const entries = doubles(input.subarray(4));
    expect(entries.every((entry) => Number.isInteger(entry) && Math.abs(entry) <= 8)).toBe(true);
    expect(new Set(entries).size).toBeGreaterThan(10);
  });
});

describe('json-transform', () => {
  it('drops empty orders, sums, sorts by total and then id, and groups by country', () => {
    const item = { sku: 'A', quantity: 2, unitPriceCents: 50 };
    const orders = [
      { id: 3, customer: 'c', country: 'fr', items: [item], note: 'x' },
      { id: 9, customer: 'e', country: 'fr', items: [], note: '' },
      { id: 2, customer: 'b', country: 'De', items: [item, item], note: '' },
      { id: 1, customer: 'a', country: 'FR', items: [item], note: 'y"' },
    ];
    expect(answer('json-transform', JSON.stringify(orders))).toBe(
      '{"orders":[{"id":2,"customer":"b","country":"DE","lineCount":2,"totalCents":200,"note":""},' +
        '{"id":1,"customer":"a","country":"FR","lineCount":1,"totalCents":100,"note":"y\\""},' +
        '{"id":3,"customer":"c","country":"FR","lineCount":1,"totalCents":100,"note":"x"}],' +
        '"totals":[{"country":"DE","orders":1,"totalCents":200},{"country":"FR","orders":2,"totalCents":200}]}',
    );
  });

  it('is given everything that makes strings hard, empty orders and equal totals', () => {
    const text = Buffer.from(make('json-transform', 'medium').input).toString('utf8');
    for (const hard of ['ß', '山', '🍵', '\\"', '\\\\', '\\n', '\\t', '\\u0001', '\u2028', '\u007f']) {
      expect(text).toContain(hard);
    }
    expect(text).toContain('"items":[]');
    const report = JSON.parse(
      Buffer.from(make('json-transform', 'medium').expected ?? []).toString('utf8'),
    ) as unknown as { orders: { totalCents: number }[] };
    const totals = report.orders.map((order) => order.totalCents);
    expect(new Set(totals).size).toBeLessThan(totals.length);
  });
});

describe('misbehaving', () => {
  it('is told the command its label stands for', () => {
    const command = (label: string) => Buffer.from(make('misbehaving', label).input).toString('utf8');
    expect(command('crash')).toBe('crash');
    expect(command('flood')).toBe('flood:80');
    expect(command('error')).toBe('error:refused by the function');
  });

  it('expects what a good command answers', () => {
    expect(answer('misbehaving', 'echo:a:b\nc')).toBe('a:b\nc');
    expect(answer('misbehaving', 'allocate:2')).toBe('2097152');
    expect(make('misbehaving', 'flood').expected?.length).toBe(80 * 1024 * 1024);
  });
});
