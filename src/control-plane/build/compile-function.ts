/** How the kinds that come from sources are made: by cargo, by Go, or by whoever made the file that is there. */
import { copyFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hasCode, invalidInput } from '../../domain/errors.js';
import type { Language } from '../../domain/factors.js';
import type { FunctionDefinition } from '../../domain/function-manifest.js';
import type { CompiledKind } from '../../domain/runtime.js';
import type { BuildContext } from './builder-context.js';
import {
  cargoBuild,
  compilationInputs,
  componentCompilation,
  httpComponentCompilation,
  initializableCompilation,
  nativeCompilation,
  wasmCompilation,
  type Compilation,
} from './cargo-build.js';
import { findCrateSources } from './crate-sources.js';
import { digestOf } from './digest.js';
import { goBuild, goInputs } from './go-build.js';
import { requireSource } from './languages.js';
import { typescriptRecipe } from './typescript-build.js';

/** How one kind is made: what it depends on, and how its file is written. */
export interface Recipe {
  readonly inputs: Readonly<Record<string, string>>;
  /** An engine compiles ahead of time here: how long that takes is a figure. */
  readonly precompiles?: boolean;
  /** Writes the kind's file to `path`. */
  make(path: string): Promise<void>;
}

/** @throws LumosError `invalid-input` where no language of the function gives `kind`, and as each language's build. */
export async function compileRecipe(
  definition: FunctionDefinition,
  kind: CompiledKind,
  language: Language | undefined,
  context: BuildContext,
): Promise<Recipe> {
  const source = requireSource(definition.manifest, kind, language);
  switch (source.language) {
    case 'rust':
      return await rustRecipe(definition, source.package, kind, context);
    case 'go':
      if (kind !== 'native-binary' && kind !== 'wasm-module') throw new Error(`Go gives no ${kind}`);
      return await goRecipe(definition, source, kind, context);
    case 'typescript':
      return await typescriptRecipe(definition, source.entry, kind, context);
    case 'prebuilt':
      return await prebuiltRecipe(definition, source.file, kind);
  }
}

async function rustRecipe(
  definition: FunctionDefinition,
  crate: string,
  kind: CompiledKind,
  context: BuildContext,
): Promise<Recipe> {
  const { environment, cacheFolder } = context;
  const manifestPath = join(definition.folder, 'Cargo.toml');
  const compilation = await compilationFor(kind, definition.folder, context);
  const sources = await findCrateSources(manifestPath, crate, compilation.toolchain);
  const onLine = lineReporter(definition, kind, context);
  return {
    inputs: { ...sources.inputs, ...compilationInputs(compilation) },
    make: (path) =>
      cargoBuild(
        { manifestPath, crate, sources, compilation, cacheFolder, environment, onLine },
        (executable) => copyFile(executable, path),
      ),
  };
}

async function compilationFor(
  kind: CompiledKind,
  folder: string,
  context: BuildContext,
): Promise<Compilation> {
  switch (kind) {
    case 'native-binary':
      return nativeCompilation(await context.toolchain(folder));
    case 'wasm-module':
      return wasmCompilation(await context.wasmRoute(folder));
    case 'wasm-initializable':
      return initializableCompilation(await context.wasmRoute(folder));
    case 'wasm-component':
      return componentCompilation(await context.componentRoute(folder));
    case 'wasm-http-component':
      return httpComponentCompilation(await context.componentRoute(folder));
    case 'node-bundle':
      throw new Error('Rust gives no bundle for Node');
  }
}

async function goRecipe(
  definition: FunctionDefinition,
  { folder: subfolder, package: package_ }: { readonly folder: string; readonly package: string },
  target: 'native-binary' | 'wasm-module',
  context: BuildContext,
): Promise<Recipe> {
  const toolchain = await context.go();
  const folder = join(definition.folder, subfolder);
  const { cacheFolder, environment } = context;
  const onLine = lineReporter(definition, target, context);
  return {
    inputs: await goInputs(toolchain, folder, package_, target),
    make: (path) =>
      goBuild({ toolchain, folder, package: package_, target, cacheFolder, environment, onLine }, path),
  };
}

const lineReporter =
  ({ manifest }: FunctionDefinition, kind: CompiledKind, context: BuildContext) =>
  (line: string): void =>
    context.onProgress({ what: `${manifest.name} ${kind}`, state: 'output', line });

/** What a file of each kind begins with: ELF's magic, and Wasm's with version 1, which a component does not have. */
const beginnings: Readonly<Record<CompiledKind, { readonly hex: string; readonly what: string }>> = {
  'native-binary': { hex: '7f454c46', what: 'a Linux executable (ELF)' },
  'wasm-module': { hex: '0061736d01000000', what: 'a WebAssembly module' },
  'wasm-initializable': { hex: '0061736d01000000', what: 'a WebAssembly module' },
  'wasm-component': { hex: '0061736d0d000100', what: 'a WebAssembly component' },
  'wasm-http-component': { hex: '0061736d0d000100', what: 'a WebAssembly component' },
  'node-bundle': { hex: '', what: 'JavaScript' },
};

async function prebuiltRecipe(
  { folder, manifest }: FunctionDefinition,
  file: string,
  kind: CompiledKind,
): Promise<Recipe> {
  const path = join(folder, file);
  const content = await readFile(path).catch((error: unknown) => {
    if (!hasCode(error, 'ENOENT', 'ENOTDIR', 'EISDIR')) throw error;
    throw invalidInput(
      `the function ${manifest.name} has no file ${path}, which its manifest names under languages.prebuilt`,
      'Build it with the tools of its language first.',
    );
  });
  const { hex, what } = beginnings[kind];
  if (!content.subarray(0, hex.length / 2).equals(Buffer.from(hex, 'hex'))) {
    throw invalidInput(`${path} is not ${what}`, `Build the function ${manifest.name} as ${what}.`);
  }
  return { inputs: { prebuilt: digestOf(content) }, make: (target) => copyFile(path, target) };
}
