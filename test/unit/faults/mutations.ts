/** Mutations of valid files: of their text, and of the tree of values in them. The same random numbers give the same ones. */
import type { Random } from '../../../src/stats/random.js';

const markup = '<img src=x onerror=alert(1)>';
const controls = '\u001b[31mRED\u001b]0;T\u0007';

const strings = [
  ...['', ' ', '.', '..', '../../etc/passwd', '/etc/passwd', 'a/b', '$(id)', '`id`', '| cat', 'a\0b', 'a\nb'],
  ...[
    'a\r\nb',
    '\t',
    '*',
    '?',
    '[',
    '|',
    '=cmd()',
    '%s%n',
    '{{x}}',
    'http://[',
    'p95 < 50ms',
    'null',
    'true',
  ],
  ...[
    '0x10',
    '-0',
    '1_000',
    '-1',
    '1e400',
    'NaN',
    'Infinity',
    '\ud800',
    '\u202e',
    '\u009b31m',
    '🤖'.repeat(50),
  ],
  ...['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'javascript:alert(1)'],
  ...['a'.repeat(100_000), '9'.repeat(400), markup, controls, '</script><script>alert(1)</script>'],
];
const numbers = [
  ...[0, -0, -1, 1, 1.5, -1e-300, 5e-324, 1e308, -1e308, 2 ** 31, 2 ** 32, 2 ** 53, 2 ** 53 + 2, 1e21, 1e9],
  ...[Number.NaN, Infinity, -Infinity, 0.1 + 0.2],
];
const tokens = [
  ...[
    '\n',
    '\r\n',
    '\0',
    '"',
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '- ',
    '&a ',
    '*a',
    '<<: *a',
    '!!binary x',
    '!!set',
  ],
  ...[
    '---\n',
    '...\n',
    '%YAML 9.9\n',
    '\ufeff',
    '#',
    '? ',
    '|',
    '>',
    "'",
    '\t',
    '.inf',
    '-.inf',
    '0x1F',
    '1e400',
  ],
];

export function pick<T>(random: Random, from: readonly T[]): T {
  const picked = from[random.below(from.length)];
  if (picked === undefined) throw new Error('nothing to pick from');
  return picked;
}

export const evilString = (random: Random): string => pick(random, strings);

function deep(levels: number): unknown {
  let value: unknown = 1;
  for (let i = 0; i < levels; i++) value = i % 2 === 0 ? { a: value } : [value];
  return value;
}

function evilValue(random: Random): unknown {
  const which = random.below(12);
  if (which < 4) return pick(random, numbers);
  if (which < 8) return pick(random, strings);
  return pick<() => unknown>(random, [
    ...[
      () => null,
      () => true,
      (): unknown => [],
      () => ({}),
      (): unknown => [null],
      () => ({ a: 1 }),
      () => deep(50),
    ],
    ...[() => [1, 2, 3], () => Array<string>(1000).fill('x')],
  ])();
}

type Tree = Record<string, unknown>;
const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null;

function placesIn(value: unknown, found: [Tree, string][] = []): [Tree, string][] {
  if (!isTree(value)) return found;
  for (const key of Object.keys(value)) {
    found.push([value, key]);
    placesIn(value[key], found);
  }
  return found;
}

function define(tree: Tree, key: string, value: unknown): void {
  Object.defineProperty(tree, key, { value, enumerable: true, configurable: true, writable: true });
}

/** `tree` with one to three places changed: another value, no value, a further key, a renamed one, a doubled list. */
export function mutateTree(random: Random, tree: unknown): unknown {
  const copy: unknown = structuredClone(tree);
  for (let left = 1 + random.below(3); left > 0; left--) {
    const places = placesIn(copy);
    if (places.length === 0) return copy;
    changeAt(random, pick(random, places), places);
  }
  return copy;
}

function changeAt(random: Random, [tree, key]: [Tree, string], places: readonly [Tree, string][]): void {
  const value = tree[key];
  const keys = [
    '__proto__',
    'constructor',
    'prototype',
    'extra',
    '',
    'hasOwnProperty',
    markup,
    controls,
    '../x',
  ];
  switch (random.below(9)) {
    case 0:
      if (Array.isArray(tree)) tree.splice(Number(key), 1);
      else Reflect.deleteProperty(tree, key);
      return;
    case 1:
      if (Array.isArray(tree)) tree.push(...(structuredClone(tree) as unknown[]));
      else define(tree, pick(random, keys), evilValue(random));
      return;
    case 2:
      if (Array.isArray(tree)) return;
      Reflect.deleteProperty(tree, key);
      define(tree, pick(random, ['__proto__', `${key}x`, key.toUpperCase()]), value);
      return;
    case 3:
      if (typeof value === 'string') tree[key] = value + evilString(random);
      else if (typeof value === 'number') tree[key] = value * pick(random, [-1, 0, 1e300, 1e-300, 0.5, 1e6]);
      else tree[key] = [value, value];
      return;
    case 4: {
      const [other, from] = pick(random, places);
      tree[key] = structuredClone(other[from]);
      return;
    }
    default:
      tree[key] = evilValue(random);
  }
}

/** JSON in which numbers that are not finite are written as such numbers too: `1e999` reaches the parser. */
export function toJson(value: unknown): string {
  const marked = (_key: string, one: unknown): unknown => {
    if (typeof one !== 'number' || Number.isFinite(one)) return one;
    if (Number.isNaN(one)) return '@@NaN@@';
    return one > 0 ? '@@1e999@@' : '@@-1e999@@';
  };
  return JSON.stringify(value, marked).replace(/"@@(.*?)@@"/g, '$1');
}

/** `text` with one to four pieces cut off, changed, put in, taken out or repeated. */
export function mutateText(random: Random, text: string | Buffer): Buffer {
  let bytes: Buffer = Buffer.from(text);
  for (let left = 1 + random.below(4); left > 0; left--) bytes = changed(random, bytes);
  return bytes;
}

function changed(random: Random, bytes: Buffer): Buffer {
  const at = random.below(bytes.length + 1);
  const put = (middle: string, to = at): Buffer =>
    Buffer.concat([bytes.subarray(0, at), Buffer.from(middle), bytes.subarray(to)]);
  switch (random.below(8)) {
    case 0:
      return bytes.subarray(0, at);
    case 1: {
      const copy = Buffer.from(bytes);
      if (copy.length > 0) copy[at % copy.length] = random.below(256);
      return copy;
    }
    case 2:
      return put(evilString(random));
    case 3:
      return put('', at + random.below(50));
    case 4:
      return Buffer.concat([bytes.subarray(0, at + random.below(300)), bytes.subarray(at)]);
    case 5:
      return put(pick(random, tokens));
    case 6: {
      const lines = bytes.toString('latin1').split('\n');
      lines.splice(random.below(lines.length), 0, pick(random, lines));
      return Buffer.from(lines.join('\n'), 'latin1');
    }
    default: {
      const one = (digits: string): string =>
        random.below(12) === 0 ? String(pick(random, numbers)) : digits;
      return Buffer.from(bytes.toString('latin1').replace(/\d+(\.\d+)?/g, one), 'latin1');
    }
  }
}

const wholeYaml: readonly (() => string)[] = [
  () =>
    `a: &a [x,x,x,x,x,x,x,x,x]\n${Array.from('bcdefghi')
      .map(
        (name, i) =>
          `${name}: &${name} [${Array(9)
            .fill(`*${'abcdefgh'[i] ?? 'a'}`)
            .join(',')}]`,
      )
      .join('\n')}\n`,
  ...[
    () => '['.repeat(5000),
    () => '{a: '.repeat(3000),
    () => `${'- '.repeat(20_000)}x`,
    () => '? '.repeat(5000),
  ],
  ...[
    () => 'a: &a {b: *a}\n',
    () => '<<: *x\n',
    () => 'x: &x {<<: *x}\n',
    () => `a: ${'b'.repeat(20_000_000)}`,
  ],
  ...[
    () => '!!timestamp 2001\n',
    () => '',
    () => '\0',
    () => '---\n---\n',
    () => 'null',
    () => '42',
    () => '- a',
  ],
  ...[() => '__proto__: {polluted: 1}\nname: x\n', () => '%TAG ! !!\n---\n!x a'],
];
const wholeJson: readonly (() => string)[] = [
  ...[() => '[', () => '{"a":'.repeat(20_000), () => '['.repeat(100_000), () => '', () => 'null', () => '[]'],
  ...[() => '{}', () => '"x"', () => '1', () => '\ufeff{}', () => '{"__proto__":{"polluted":1}}'],
];

/** A file of YAML: something else altogether, a mutation of its text, or one of its tree. */
export function mutateYaml(random: Random, text: string, tree: unknown): string | Buffer {
  const which = random.below(10);
  if (which === 0) return pick(random, wholeYaml)();
  if (which < 4) return mutateText(random, text);
  // JSON is YAML, and can hold what a YAML writer would refuse.
  return toJson(mutateTree(random, tree));
}

export function mutateJson(random: Random, text: string): string | Buffer {
  const which = random.below(10);
  if (which === 0) return pick(random, wholeJson)();
  if (which < 4) return mutateText(random, text);
  return toJson(mutateTree(random, JSON.parse(text)));
}
