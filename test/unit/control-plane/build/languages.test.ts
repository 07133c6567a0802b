import { describe, expect, it } from 'vitest';
import { originOf, requireSource, sourcesOf } from '../../../../src/control-plane/build/languages.js';
import { FunctionManifestSchema, type Languages } from '../../../../src/domain/function-manifest.js';
import type { CompiledKind, Precompiler } from '../../../../src/domain/runtime.js';

const rust: Languages = { rust: { package: 'mine' } };
const go: Languages = { go: { folder: 'go', package: './cmd/mine' } };
const typescript: Languages = { typescript: { entry: 'mine.ts' } };
const both: Languages = { prebuilt: { native: 'bin/mine', module: 'mine.wasm' } };

const base = {
  schema: 'lumos/function@1',
  name: 'mine',
  class: 'compute',
  description: 'a test',
  storage: ['inline'],
  oracle: 'oracle.js',
  payloads: [{ label: 'small', bytes: 1 }],
};
const manifestOf = (languages: unknown): ReturnType<typeof FunctionManifestSchema.safeParse> =>
  FunctionManifestSchema.safeParse({ ...base, languages });

describe('sourcesOf', () => {
  it.each<[string, Languages, CompiledKind, unknown]>([
    ['Rust', rust, 'wasm-component', [{ language: 'rust', package: 'mine' }]],
    ['Go', go, 'native-binary', [{ language: 'go', folder: 'go', package: './cmd/mine' }]],
    ['TypeScript', typescript, 'wasm-http-component', [{ language: 'typescript', entry: 'mine.ts' }]],
    ['TypeScript', typescript, 'node-bundle', [{ language: 'typescript', entry: 'mine.ts' }]],
    ['a file', both, 'native-binary', [{ language: 'prebuilt', file: 'bin/mine' }]],
    ['a file', both, 'wasm-module', [{ language: 'prebuilt', file: 'mine.wasm' }]],
  ])('is %s: %j as %s', (_, languages, kind, expected) => {
    expect(sourcesOf(languages, kind)).toEqual(expected);
  });

  it('are all that give it, in the order in which they are preferred', () => {
    const languages = { ...typescript, ...both, ...go, ...rust };
    const named = (kind: CompiledKind): string[] => sourcesOf(languages, kind).map((one) => one.language);
    expect(named('wasm-module')).toEqual(['rust', 'go', 'prebuilt']);
    expect(named('wasm-initializable')).toEqual(['rust']);
    expect(named('wasm-http-component')).toEqual(['rust', 'typescript']);
    expect(named('node-bundle')).toEqual(['typescript']);
  });

  it.each<[Languages, CompiledKind]>([
    [go, 'wasm-component'],
    [go, 'wasm-initializable'],
    [both, 'wasm-initializable'],
    [both, 'wasm-component'],
    [{ prebuilt: { native: 'mine' } }, 'wasm-module'],
    [{ prebuilt: { module: 'mine.wasm' } }, 'native-binary'],
    [typescript, 'native-binary'],
  ])('are none where no language gives the kind: %j as %s', (languages, kind) => {
    expect(sourcesOf(languages, kind)).toEqual([]);
  });
});

describe('originOf', () => {
  it('is what an engine compiles, what an image holds, and a compiled kind itself', () => {
    const precompiler: Precompiler = {
      kind: 'an-engine:aot',
      engine: 'an-engine',
      from: 'wasm-module',
      extension: 'bin',
      inputs: () => Promise.resolve({}),
      make: () => Promise.resolve(),
    };
    expect(originOf('an-engine:aot', [precompiler])).toBe('wasm-module');
    expect(originOf('native-image-debian')).toBe('native-binary');
    expect(originOf('node-image')).toBe('node-bundle');
    expect(originOf('wasm-component')).toBe('wasm-component');
    expect(() => originOf('an-engine:aot')).toThrow('no engine makes a an-engine:aot');
  });
});

describe('requireSource', () => {
  it('says which function, which kind, what it has and what it would need', () => {
    const manifest = manifestOf({ prebuilt: { native: 'mine' } });
    if (!manifest.success) throw manifest.error;
    expect(() => requireSource(manifest.data, 'wasm-module')).toThrow(
      expect.objectContaining({
        kind: 'invalid-input',
        message: 'the function mine cannot be built as wasm-module: its manifest has prebuilt only',
        remedy: 'Add languages.rust, languages.go or languages.prebuilt.module to its manifest.',
      }),
    );
  });
});

describe("a manifest's languages", () => {
  it('default to the Go package of the folder itself', () => {
    expect(manifestOf({ go: {} })).toMatchObject({
      success: true,
      data: { languages: { go: { folder: '.', package: '.' } } },
    });
  });

  it.each<[string, unknown]>([
    ['none', {}],
    ['prebuilt without a file', { prebuilt: {} }],
    ['a file outside the folder', { prebuilt: { native: '../other/function' } }],
    ['an absolute file', { prebuilt: { module: '/tmp/function.wasm' } }],
    ['a package outside the folder', { go: { package: '../other' } }],
    ['a Go folder outside the folder', { go: { folder: '../other' } }],
    ['an option instead of a package', { go: { package: '-o' } }],
    ['a language that is not known', { cobol: { package: 'mine' } }],
  ])('are refused: %s', (_, languages) => {
    expect(manifestOf(languages).success).toBe(false);
  });
});
