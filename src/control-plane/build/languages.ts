/** Which language of a function's manifest gives which kind of artefact. Pure. */
import { invalidInput } from '../../domain/errors.js';
import type { Language } from '../../domain/factors.js';
import type { FunctionManifest, Languages } from '../../domain/function-manifest.js';
import type { ArtifactKind, CompiledKind, Precompiler } from '../../domain/runtime.js';

/** The kind from sources that `kind` is made from; itself where it is one. */
export function originOf(kind: ArtifactKind, precompilers: readonly Precompiler[] = []): CompiledKind {
  switch (kind) {
    case 'native-binary':
    case 'wasm-module':
    case 'wasm-initializable':
    case 'wasm-component':
    case 'wasm-http-component':
    case 'node-bundle':
      return kind;
    case 'native-image':
    case 'native-image-debian':
      return 'native-binary';
    case 'node-image':
      return 'node-bundle';
    default: {
      const precompiler = precompilers.find((one) => one.kind === kind);
      if (precompiler === undefined) throw new Error(`no engine makes a ${kind}`);
      return precompiler.from;
    }
  }
}

/** What one kind is compiled or taken from. */
export type Source =
  | { readonly language: 'rust'; readonly package: string }
  | { readonly language: 'go'; readonly folder: string; readonly package: string }
  | { readonly language: 'typescript'; readonly entry: string }
  | { readonly language: 'prebuilt'; readonly file: string };

/** Kinds that each language compiles to. Rust alone: an SDK that can stop before it serves. Go: WASI 0.1 only; TypeScript: what has a JavaScript engine, or takes one along. */
const gives: Readonly<Record<Exclude<Language, 'prebuilt'>, readonly CompiledKind[]>> = {
  rust: ['native-binary', 'wasm-module', 'wasm-initializable', 'wasm-component', 'wasm-http-component'],
  go: ['native-binary', 'wasm-module'],
  typescript: ['node-bundle', 'wasm-http-component'],
};

const prebuiltFile = ({ prebuilt }: Languages, kind: CompiledKind): string | undefined =>
  kind === 'native-binary' ? prebuilt?.native : kind === 'wasm-module' ? prebuilt?.module : undefined;

/** The function's languages that give `kind`, in the order in which they are preferred. */
export function sourcesOf(languages: Languages, kind: CompiledKind): readonly Source[] {
  const { rust, go, typescript } = languages;
  const file = prebuiltFile(languages, kind);
  const all: readonly (Source | undefined)[] = [
    rust && { language: 'rust', package: rust.package },
    go && { language: 'go', folder: go.folder, package: go.package },
    typescript && { language: 'typescript', entry: typescript.entry },
    file === undefined ? undefined : { language: 'prebuilt', file },
  ];
  return all.flatMap((source) =>
    source !== undefined && (source.language === 'prebuilt' || gives[source.language].includes(kind))
      ? [source]
      : [],
  );
}

/** @throws LumosError `invalid-input` that says what the manifest would need, where no language gives `kind`. */
export function requireSource(
  { name, languages }: FunctionManifest,
  kind: CompiledKind,
  language?: Language,
): Source {
  const source = sourcesOf(languages, kind).find(
    (one) => language === undefined || one.language === language,
  );
  if (source !== undefined) return source;
  const there = Object.entries(languages).flatMap(([key, value]) => (value === undefined ? [] : [key]));
  throw invalidInput(
    `the function ${name} cannot be built as ${kind}${language === undefined ? '' : ` from ${language}`}: its manifest has ${there.join(', ')} only`,
    advice[kind],
  );
}

const advice: Readonly<Record<CompiledKind, string>> = {
  'native-binary': 'Add languages.rust, languages.go or languages.prebuilt.native to its manifest.',
  'wasm-module': 'Add languages.rust, languages.go or languages.prebuilt.module to its manifest.',
  'wasm-initializable':
    'Add languages.rust to its manifest: of the SDKs, that in Rust can be kept as a snapshot.',
  'wasm-component':
    'Add languages.rust to its manifest, or take "access: host", which needs no connection from within Wasm.',
  'wasm-http-component': 'Add languages.rust or languages.typescript to its manifest.',
  'node-bundle': 'Add languages.typescript to its manifest.',
};
