import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LumosError } from '../../../src/domain/errors.js';
import { loadCatalogue } from '../../../src/user-plane/functions/catalogue.js';

const oracle = `export const input = () => new Uint8Array(1);\nexport const output = (input) => input;\n`;

const manifest = (name: string, changes: Record<string, string> = {}): string =>
  Object.entries({
    schema: 'lumos/function@1',
    name,
    class: 'compute',
    description: 'A function of a test.',
    languages: `{ rust: { package: ${name} } }`,
    storage: '[inline]',
    oracle: 'oracle.js',
    payloads: '[{ label: small, bytes: 1 }, { label: large, size: 2 }]',
    ...changes,
  })
    .map(([key, value]) => `${key}: ${value}\n`)
    .join('');

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lumos-catalogue-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

async function addFunction(
  name: string,
  files: Record<string, string> = { 'function.yaml': manifest(name), 'oracle.js': oracle },
): Promise<void> {
  await mkdir(join(folder, name), { recursive: true });
  for (const [file, text] of Object.entries(files)) await writeFile(join(folder, name, file), text);
}

async function refusal(work: () => unknown): Promise<LumosError> {
  try {
    await work();
  } catch (error) {
    if (error instanceof LumosError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

const load = () => loadCatalogue([folder]);
const messageOfLoad = async (): Promise<string> => {
  const error = await refusal(load);
  expect(error.kind).toBe('invalid-input');
  return error.message;
};

describe('loading', () => {
  it('gives every function with its oracle, by name, and passes over folders and files without a manifest', async () => {
    await addFunction('zeta');
    await addFunction('alpha');
    await addFunction('sdk', { 'Cargo.toml': '' });
    await writeFile(join(folder, 'README.md'), '');
    const { all } = await load();
    expect(all.map((definition) => definition.manifest.name)).toEqual(['alpha', 'zeta']);
    expect(all[0]?.folder).toBe(join(folder, 'alpha'));
    expect(all[0]?.oracle.output?.(new Uint8Array([7]), {})).toEqual(new Uint8Array([7]));
  });

  it('joins several folders', async () => {
    await addFunction('more/beta', { 'function.yaml': manifest('beta'), 'oracle.js': oracle });
    await addFunction('alpha');
    const { all } = await loadCatalogue([folder, join(folder, 'more')]);
    expect(all.map((definition) => definition.manifest.name)).toEqual(['alpha', 'beta']);
  });

  it('loads the functions of this repository, each with at least three steps', async () => {
    const { all } = await loadCatalogue(['functions']);
    expect(all.map(({ manifest: { name } }) => name)).toEqual(
      expect.arrayContaining(['hashing', 'hello-world', 'json-transform', 'matrix-multiplication']),
    );
    for (const definition of all) {
      expect(definition.manifest.payloads.length).toBeGreaterThanOrEqual(3);
    }
  });
});

describe('refusing', () => {
  it('a folder that is not there', async () => {
    const error = await refusal(() => loadCatalogue([join(folder, 'gone')]));
    expect(error.kind).toBe('invalid-input');
    expect(error.message).toContain(join(folder, 'gone'));
  });

  it('a manifest that is no YAML, with the line', async () => {
    await addFunction('alpha', { 'function.yaml': 'schema: lumos/function@1\nname: [alpha\n' });
    expect(await messageOfLoad()).toMatch(/alpha\/function\.yaml:3: not YAML: /);
  });

  it('a key of the wrong kind, with its path and what was expected', async () => {
    const payloads = '[{ label: small, bytes: many }]';
    await addFunction('alpha', { 'function.yaml': manifest('alpha', { payloads }) });
    expect(await messageOfLoad()).toMatch(
      /alpha\/function\.yaml: payloads\.0\.bytes: expected a number, found the text "many"/,
    );
  });

  it('an unknown key, with the nearest valid one', async () => {
    await addFunction('alpha', { 'function.yaml': manifest('alpha', { descripton: 'x' }) });
    expect(await messageOfLoad()).toContain(
      'alpha/function.yaml: unknown key "descripton"; did you mean "description"?',
    );
  });

  it('an unknown key of a payload, with the nearest valid one', async () => {
    const payloads = '[{ label: small, byte: 1 }]';
    await addFunction('alpha', { 'function.yaml': manifest('alpha', { payloads }) });
    expect(await messageOfLoad()).toContain('payloads.0: unknown key "byte"; did you mean "bytes"?');
  });

  it('every wrong key at once', async () => {
    await addFunction('alpha', { 'function.yaml': manifest('alpha', { class: 'fast', storage: '[]' }) });
    const message = await messageOfLoad();
    expect(message).toMatch(/function\.yaml: class: expected compute, data or mixed, found the text "fast"/);
    expect(message).toContain('storage: ');
  });

  it('an empty manifest', async () => {
    await addFunction('alpha', { 'function.yaml': '' });
    expect(await messageOfLoad()).toMatch(
      /alpha\/function\.yaml: expected a map of keys and values, found nothing/,
    );
  });

  it('a name that is not the folder of the function', async () => {
    await addFunction('alpha', { 'function.yaml': manifest('beta'), 'oracle.js': oracle });
    expect(await messageOfLoad()).toContain('name: expected "alpha", the folder\'s name, found "beta"');
  });

  it('a name that could lead out of the folder or into a shell', async () => {
    await addFunction('alpha', { 'function.yaml': manifest('"../$(id)"'), 'oracle.js': oracle });
    expect(await messageOfLoad()).toContain('name: lower-case letters, digits and single hyphens');
  });

  it('an oracle that is not there', async () => {
    await addFunction('alpha', { 'function.yaml': manifest('alpha') });
    expect(await messageOfLoad()).toMatch(/function\.yaml: oracle: .*oracle\.js cannot be loaded/);
  });

  it('an oracle that fails as it is loaded', async () => {
    const files = { 'function.yaml': manifest('alpha'), 'oracle.js': `throw new Error('no luck');` };
    await addFunction('alpha', files);
    expect(await messageOfLoad()).toContain('no luck');
  });

  it('an oracle without its exports, with their names', async () => {
    const files = { 'function.yaml': manifest('alpha'), 'oracle.js': 'export const input = 3;' };
    await addFunction('alpha', files);
    expect(await messageOfLoad()).toContain('missing: input, output');
  });

  it('two functions of one name', async () => {
    await addFunction('alpha');
    const error = await refusal(() => loadCatalogue([folder, folder]));
    expect(error.message).toContain('Two functions are called "alpha"');
  });
});

describe('selecting', () => {
  const selected = async (...patterns: string[]): Promise<string[]> => {
    await addFunction('hash');
    await addFunction('hash-tree');
    await addFunction('json', { 'function.yaml': manifest('json', { class: 'mixed' }), 'oracle.js': oracle });
    return (await load()).select(patterns).map((definition) => definition.manifest.name);
  };

  it('takes names, in the order of the catalogue and each once', async () => {
    expect(await selected('json', 'hash', 'json')).toEqual(['hash', 'json']);
  });

  it('takes a class', async () => {
    expect(await selected('compute')).toEqual(['hash', 'hash-tree']);
  });

  it('takes * for any characters and ? for any one', async () => {
    expect(await selected('hash*')).toEqual(['hash', 'hash-tree']);
    expect(await selected('h?sh')).toEqual(['hash']);
    expect(await selected('*')).toEqual(['hash', 'hash-tree', 'json']);
  });

  it('takes other signs of patterns for themselves', async () => {
    expect((await refusal(() => selected('hash.*|json'))).message).toBe('No function fits "hash.*|json"');
  });

  it('selects nothing by no pattern', async () => {
    expect(await selected()).toEqual([]);
  });

  it('names the nearest function to an unknown one', async () => {
    const error = await refusal(() => selected('jsno'));
    expect(error.kind).toBe('invalid-input');
    expect(error.message).toBe('Unknown function "jsno"');
    expect(error.remedy).toContain('Did you mean "json"?');
  });

  it('says which functions there are if a class or glob fits none', async () => {
    expect((await refusal(() => selected('data'))).remedy).toBe('The functions are: hash, hash-tree, json');
    expect((await refusal(() => selected('x*'))).remedy).toBe('The functions are: hash, hash-tree, json');
  });
});
