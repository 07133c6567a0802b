/** Which language of a function's manifest gives which kind of artefact. Pure. */
import { invalidInput } from '../../domain/errors.js';
import type { FunctionManifest, Languages } from '../../domain/function-manifest.js';
import type { ArtifactKind } from '../../domain/runtime.js';

/** The kinds that come from sources; all others are made from one of these. */
export type CompiledKind = 'native-binary' | 'wasm-module' | 'wasm-component';

const origins: Readonly<Record<ArtifactKind, CompiledKind>> = {
  'native-binary': 'native-binary',
  'native-image': 'native-binary',
  'native-image-debian': 'native-binary',
  'wasm-module': 'wasm-module',
  'wasmtime-aot': 'wasm-module',
  'wasmtime-pulley': 'wasm-module',
  'wasm-component': 'wasm-component',
  'wasmtime-aot-component': 'wasm-component',
  'wasmtime-pulley-component': 'wasm-component',
};

/** The kind from sources that `kind` is made from; itself where it is one. */
export const originOf = (kind: ArtifactKind): CompiledKind => origins[kind];

/** What one kind is compiled or taken from. */
export type Source =
  | { readonly language: 'rust'; readonly package: string }
  | { readonly language: 'go'; readonly package: string }
  | { readonly language: 'prebuilt'; readonly file: string };

/** The first of a function's languages that gives `kind`, directly or by way of another; `undefined` where none does. */
export function sourceOf(languages: Languages, kind: ArtifactKind): Source | undefined {
  const { rust, go, prebuilt } = languages;
  const origin = origins[kind];
  if (rust !== undefined) return { language: 'rust', package: rust.package };
  // Go compiles to WASI 0.1 only.
  if (go !== undefined && origin !== 'wasm-component') return { language: 'go', package: go.package };
  const file =
    origin === 'native-binary' ? prebuilt?.native : origin === 'wasm-module' ? prebuilt?.module : undefined;
  return file === undefined ? undefined : { language: 'prebuilt', file };
}

/** @throws LumosError `invalid-input` that says what the manifest would need, where no language gives `kind`. */
export function requireSource({ name, languages }: FunctionManifest, kind: ArtifactKind): Source {
  const source = sourceOf(languages, kind);
  if (source !== undefined) return source;
  const there = Object.entries(languages).flatMap(([key, value]) => (value === undefined ? [] : [key]));
  throw invalidInput(
    `the function ${name} cannot be built as ${kind}: its manifest has ${there.join(', ')} only`,
    advice[origins[kind]],
  );
}

const advice: Readonly<Record<CompiledKind, string>> = {
  'native-binary': 'Add languages.rust, languages.go or languages.prebuilt.native to its manifest.',
  'wasm-module': 'Add languages.rust, languages.go or languages.prebuilt.module to its manifest.',
  'wasm-component':
    'Add languages.rust to its manifest, or take "access: host", which needs no connection from within Wasm.',
};
