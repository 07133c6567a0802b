import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { EnvironmentSchema } from '../../../src/domain/environment.js';
import { LumosError } from '../../../src/domain/errors.js';
import { FunctionManifestSchema } from '../../../src/domain/function-manifest.js';
import { parseYaml } from '../../../src/domain/yaml-text.js';
import { parseEnvironment } from '../../../src/experiment/environment-file.js';
import { parseExperiment } from '../../../src/experiment/experiment-file.js';
import { loadPrices } from '../../../src/model/cost/prices.js';
import { parseManifest } from '../../../src/user-plane/functions/manifest-file.js';

const fileOf = (name: string): string => fileURLToPath(new URL(`../../cases/yaml/${name}`, import.meta.url));
const textOf = (name: string): string => readFileSync(fileOf(name), 'utf8');

function refusal(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    expect(error).toBeInstanceOf(LumosError);
    expect(error).toMatchObject({ kind: 'invalid-input' });
    return (error as Error).message;
  }
  throw new Error('nothing was refused');
}

describe('YAML that people write', () => {
  it('may have merge keys, of which a key beside them wins', () => {
    expect(parseYaml('a: &a { x: 1, y: 2 }\nb: &b { z: 3 }\nc: { y: 4, <<: [*a, *b] }\n', 'f')).toMatchObject(
      {
        c: { x: 1, y: 4, z: 3 },
      },
    );
    expect(parseYaml('a: &a { x: 1 }\nc:\n  <<: *a\n  x: 5\n', 'f')).toMatchObject({ c: { x: 5 } });
    const experiment = parseExperiment(textOf('merge2.yaml'), 'merge2.yaml');
    expect(experiment.exceptions[0]?.repetitions).toEqual({ cold: 6, warm: 8 });
  });

  it('may be JSON, and empty', () => {
    expect(parseYaml('{"a": [1, "2"],\n\t"b": null}', 'f')).toEqual({ a: [1, '2'], b: null });
    expect(parseYaml('', 'f')).toBeNull();
    expect(parseYaml('# nothing\n', 'f')).toBeNull();
  });

  it.each([
    ['a: 1\nb: *nothing\n', ':2: the alias *nothing has no anchor &nothing before it'],
    ['a: &a\n  b: *a\n', ':2: the alias *a stands within what it stands for'],
    ['a: 1\nb: 2\na: 3\n', ':3: a key that is there twice'],
    ['a: 1\n---\nb: 2\n', ':2: a second document begins here'],
    ['a: 1\nb: [1,\n', ':3: not YAML: '],
    ['a: 1\nb: !!js/function x\n', ':2: not YAML: Unresolved tag'],
    ['a: 1\nb:\n  <<: 5\n', ':3: a merge key (<<) takes a map'],
    [`a: 1\nb: ${'['.repeat(50_000)}`, ':2: nested more than 64 levels deep'],
    [`a: 1\nb: ${'{a: '.repeat(5000)}1${'}'.repeat(5000)}`, ':2: nested more than 64 levels deep'],
    [`a: 1\n${'- '.repeat(20_000)}1`, ''],
    [`${Array.from({ length: 300 }, (_, i) => `${' '.repeat(i)}a:`).join('\n')}\n`, 'nested more than 64'],
  ])('is refused with its line: %#', (text, why) => {
    expect(refusal(() => parseYaml(text, 'file.yaml'))).toMatch(/^file\.yaml:\d+: [^\n]+$/);
    expect(refusal(() => parseYaml(text, 'file.yaml'))).toContain(why);
  });

  it('takes an anchor that was set again from there on', () => {
    expect(parseYaml('a: &x 1\nb: *x\nc: &x 2\nd: *x\n', 'f')).toEqual({ a: 1, b: 1, c: 2, d: 2 });
  });

  it('is read once for all of its aliases, and refused by their number before any merge is looked at', () => {
    const aliases = (count: number, name: string): string =>
      Array.from({ length: count }, () => name).join(',');
    const values = Array.from({ length: 20_000 }, () => '1').join(',');
    const read = parseYaml(`a: &a 1\nf: [${values}]\nb: [${aliases(4000, '*a')}]\n`, 'f');
    expect(Reflect.get(read as object, 'b')).toEqual(Array.from({ length: 4000 }, () => 1));
    const merges = Array.from({ length: 60 }, (_, i) => `b${i}: &b${i} {<<: [${aliases(300, '*a')}]}\n`);
    expect(refusal(() => parseYaml(`a: &a {x: 1}\n${merges.join('')}`, 'f'))).toContain(
      'aliases stand for more than 5000 values',
    );
  });

  it('is refused where aliases stand for more than anybody would write', () => {
    const said = refusal(() => parseYaml(textOf('bomb.yaml'), 'bomb.yaml'));
    expect(said).toContain('bomb.yaml:7: aliases stand for more than 5000 values');
    const growing = Array.from({ length: 60 }, (_, i) => `k${i + 1}: &k${i + 1} [*k${i}, *k${i}]`);
    expect(refusal(() => parseYaml(`k0: &k0 [x]\n${growing.join('\n')}\n`, 'f'))).toContain(
      'aliases stand for',
    );
  });
});

describe('every kind of file', () => {
  const text = textOf('noalias.yaml');
  const kinds: [string, () => unknown][] = [
    ['an experiment', () => parseExperiment(text, 'noalias.yaml')],
    ['an environment', () => parseEnvironment(text, 'noalias.yaml')],
    ['a function manifest', () => parseManifest('noalias.yaml', text)],
    [
      'prices',
      () => loadPrices(fileOf('noalias.yaml'), fileURLToPath(new URL('../../../prices', import.meta.url))),
    ],
  ];

  it.each(kinds)('says where an alias has no anchor: %s', (_, parse) => {
    expect(refusal(parse)).toContain('noalias.yaml:2: the alias *nothing has no anchor');
  });

  it('may keep what merge keys take under keys that begin with x- or a dot', () => {
    const text =
      'x-both: &both { runtimes: native }\n.more: &more { starts: cold }\nname: a\nfunctions: echo\n<<: [*both, *more]\n';
    expect(parseYaml(text, 'a.yaml')).toEqual({
      ...{ name: 'a', functions: 'echo' },
      ...{ runtimes: 'native', starts: 'cold' },
    });
  });

  it('may have one merge key in a map, as any other key', () => {
    const text = 'x-a: &a { seed: 1 }\nx-b: &b { seed: 2 }\n<<: *a\n<<: *b\n';
    expect(refusal(() => parseYaml(text, 'a.yaml'))).toContain(
      'a.yaml:4: a key that is there twice in one map',
    );
  });

  it('may have short forms where they can mean one thing: a function’s manifest', () => {
    const payloads = [{ label: 50, bytes: 50 }];
    const manifest = {
      ...{ schema: 'lumos/function@1', name: 'mine', class: 'data', description: 'Mine.' },
      ...{ languages: { rust: { package: 'mine' } }, storage: 'inline', oracle: 'oracle.js', payloads },
    };
    expect(FunctionManifestSchema.parse(manifest)).toMatchObject({
      ...{ storage: ['inline'], payloads: [{ label: '50', bytes: 50 }] },
    });
  });

  it('may have merge keys: an environment', () => {
    expect(Object.keys(EnvironmentSchema.shape)).toContain('description');
    const merged = 'name: mine\n<<: { description: merged }\n';
    expect(parseEnvironment(merged, 'mine.yaml')).toMatchObject({ name: 'mine', description: 'merged' });
  });
});
