import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BuildContext } from '../../../../src/control-plane/build/builder-context.js';
import { bundle } from '../../../../src/control-plane/build/esbuild.js';
import { typescriptRecipe } from '../../../../src/control-plane/build/typescript-build.js';
import type { FunctionDefinition } from '../../../../src/domain/function-manifest.js';

const source = `
import { decode, encode, type Context } from 'lumos-function';
export const handle = (context: Context, payload: Uint8Array): Uint8Array =>
  context.compute(() => encode(decode(payload) + '!'));
`;

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'typescript-build-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function functionAt(place: string, text = source): FunctionDefinition {
  const path = join(folder, place);
  mkdirSync(path);
  writeFileSync(join(path, 'main.ts'), text);
  const manifest = { name: 'shout', storage: ['inline'] };
  return { folder: path, manifest } as unknown as FunctionDefinition;
}

/** Of the context, a recipe for TypeScript reads two folders. */
const context = (): BuildContext =>
  ({ repositoryRoot: process.cwd(), cacheFolder: join(folder, 'cache') }) as unknown as BuildContext;

describe('typescriptRecipe', () => {
  it('has the same inputs and bytes wherever the sources lie, and other ones for another source', async () => {
    const recipes = [
      await typescriptRecipe(functionAt('one'), 'main.ts', 'node-bundle', context()),
      await typescriptRecipe(functionAt('two'), 'main.ts', 'node-bundle', context()),
      await typescriptRecipe(
        functionAt('other', source.replace('!', '?')),
        'main.ts',
        'node-bundle',
        context(),
      ),
    ];
    const [one, two, other] = recipes.map(({ inputs }) => inputs);
    expect(two).toEqual(one);
    expect(other).not.toEqual(one);
    await recipes[0]?.make(join(folder, 'made.mjs'));
    const made = readFileSync(join(folder, 'made.mjs'), 'utf8');
    expect(made).not.toContain(folder);
    expect(made).not.toContain(process.cwd());
    expect(made).not.toContain('STRLEN');
  });

  it('says which file is missing', async () => {
    const definition = functionAt('one');
    await expect(typescriptRecipe(definition, 'other.ts', 'node-bundle', context())).rejects.toMatchObject({
      kind: 'invalid-input',
      message: expect.stringContaining(join('one', 'other.ts')) as string,
    });
  });

  it("fails with the bundler's own words", async () => {
    const definition = functionAt('one', 'export const handle = ;');
    await expect(typescriptRecipe(definition, 'main.ts', 'node-bundle', context())).rejects.toMatchObject({
      kind: 'failed',
      message: expect.stringContaining('Unexpected ";"') as string,
    });
  });

  it('names what a component is made with where it is not installed', async () => {
    const made = typescriptRecipe(functionAt('one'), 'main.ts', 'wasm-http-component', context());
    await expect(made).rejects.toMatchObject({
      kind: 'missing-dependency',
      remedy: 'lumos setup componentize-js',
    });
  });
});

describe('bundle', () => {
  it('puts a client of Redis in for those that may be asked to use it, and none of Node into a component', async () => {
    const entry = join(functionAt('one').folder, 'main.ts');
    const request = { entry, repositoryRoot: process.cwd() };
    const node = await bundle({ ...request, target: 'node', services: ['redis'] });
    const component = await bundle({ ...request, target: 'component', services: [] });
    expect(node).toMatch(/STRLEN/);
    expect(component).toContain('wasi:http/types@0.2.10');
    expect(component).not.toContain('node:');
  });
});
