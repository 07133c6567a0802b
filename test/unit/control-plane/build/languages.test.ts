import { describe, expect, it } from 'vitest';
import { requireSource, sourceOf } from '../../../../src/control-plane/build/languages.js';
import { FunctionManifestSchema, type Languages } from '../../../../src/domain/function-manifest.js';
import type { ArtifactKind } from '../../../../src/domain/runtime.js';

const rust: Languages = { rust: { package: 'mine' } };
const go: Languages = { go: { package: './cmd/mine' } };
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

describe('sourceOf', () => {
  it.each<[string, Languages, ArtifactKind, unknown]>([
    ['Rust', rust, 'wasmtime-pulley-component', { language: 'rust', package: 'mine' }],
    ['Go', go, 'native-image-debian', { language: 'go', package: './cmd/mine' }],
    ['Go', go, 'wasmtime-aot', { language: 'go', package: './cmd/mine' }],
    ['a file', both, 'native-image', { language: 'prebuilt', file: 'bin/mine' }],
    ['a file', both, 'wasmtime-pulley', { language: 'prebuilt', file: 'mine.wasm' }],
    ['the first that gives it', { ...go, ...both }, 'wasm-module', { language: 'go', package: './cmd/mine' }],
  ])('is %s: %j as %s', (_, languages, kind, expected) => {
    expect(sourceOf(languages, kind)).toEqual(expected);
  });

  it.each<[Languages, ArtifactKind]>([
    [go, 'wasm-component'],
    [both, 'wasmtime-aot-component'],
    [{ prebuilt: { native: 'mine' } }, 'wasmtime-aot'],
    [{ prebuilt: { module: 'mine.wasm' } }, 'native-image'],
  ])('is nothing where no language gives the kind: %j as %s', (languages, kind) => {
    expect(sourceOf(languages, kind)).toBeUndefined();
  });
});

describe('requireSource', () => {
  it('says which function, which kind, what it has and what it would need', () => {
    const manifest = manifestOf({ prebuilt: { native: 'mine' } });
    if (!manifest.success) throw manifest.error;
    expect(() => requireSource(manifest.data, 'wasmtime-aot')).toThrow(
      expect.objectContaining({
        kind: 'invalid-input',
        message: 'the function mine cannot be built as wasmtime-aot: its manifest has prebuilt only',
        remedy: 'Add languages.rust, languages.go or languages.prebuilt.module to its manifest.',
      }),
    );
  });
});

describe("a manifest's languages", () => {
  it('default to the Go package of the folder itself', () => {
    expect(manifestOf({ go: {} })).toMatchObject({
      success: true,
      data: { languages: { go: { package: '.' } } },
    });
  });

  it.each<[string, unknown]>([
    ['none', {}],
    ['prebuilt without a file', { prebuilt: {} }],
    ['a file outside the folder', { prebuilt: { native: '../other/function' } }],
    ['an absolute file', { prebuilt: { module: '/tmp/function.wasm' } }],
    ['a package outside the folder', { go: { package: '../other' } }],
    ['an option instead of a package', { go: { package: '-o' } }],
    ['a language that is not known', { cobol: { package: 'mine' } }],
  ])('are refused: %s', (_, languages) => {
    expect(manifestOf(languages).success).toBe(false);
  });
});
