/** Builds what a runtime runs from a function's one source. */
import { chmod, copyFile, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FunctionDefinition } from '../../domain/function-manifest.js';
import type { Artifact, ArtifactKind } from '../../domain/runtime.js';
import { bytes, milliseconds } from '../../domain/units.js';
import type { BuildContext } from './builder-context.js';
import { Cache, type CacheEntry, type EntryFacts } from './cache.js';
import { cargoBuild, compilationInputs, nativeCompilation, wasmCompilation } from './cargo-build.js';
import { findCrateSources } from './crate-sources.js';
import { createImage, imageFormat } from './oci-image.js';
import { precompile, precompileInputs, requireWasmtime } from './wasmtime-compile.js';

const imageFile = 'image.tar';

type Inputs = Readonly<Record<string, string>>;

/** How one kind is made: what it depends on, and how its file is written. */
interface Recipe {
  readonly inputs: Inputs;
  /** Writes the kind's file to `path`. */
  make(path: string): Promise<void>;
}

/**
 * The artefact of `kind`, from the cache where nothing that goes into it has changed.
 * @throws LumosError `missing-dependency` without a compiler or engine, `invalid-input` where the function is no Cargo
 * package, `failed` with the compiler's diagnostics.
 */
export async function buildArtifact(
  definition: FunctionDefinition,
  kind: ArtifactKind,
  context: BuildContext,
): Promise<Artifact> {
  const started = performance.now();
  const { name } = definition.manifest;
  const what = `${name} ${kind}`;
  const recipe = await recipeFor(definition, kind, context);
  const inputs = { ...recipe.inputs, kind, function: name, image: imageFormat, architecture: process.arch };
  const file = fileName(name, kind);
  const entry = await new Cache(context.cacheFolder).get(inputs, async (folder) => {
    context.onProgress({ what, state: 'started' });
    await recipe.make(join(folder, file));
    await chmod(join(folder, file), 0o755);
    return await addImage(folder, file, name, kind);
  });
  const took = milliseconds(performance.now() - started);
  context.onProgress({ what, state: entry.found ? 'cached' : 'built', took });
  return artifactOf(entry, name, kind, file);
}

function fileName(name: string, kind: ArtifactKind): string {
  switch (kind) {
    case 'native-binary':
    case 'native-image':
      return name;
    case 'wasm-module':
      return `${name}.wasm`;
    case 'wasmtime-aot':
    case 'wasmtime-pulley':
      return `${name}.cwasm`;
  }
}

async function recipeFor(
  definition: FunctionDefinition,
  kind: ArtifactKind,
  context: BuildContext,
): Promise<Recipe> {
  switch (kind) {
    case 'native-binary':
    case 'wasm-module':
      return await compileRecipe(definition, kind, context);
    case 'native-image': {
      const binary = await context.artifact(definition, 'native-binary');
      return { inputs: { binary: binary.digest }, make: (path) => copyFile(binary.path, path) };
    }
    case 'wasmtime-aot':
    case 'wasmtime-pulley': {
      const wasmtime = requireWasmtime(context.wasmtime, kind);
      const module = await context.artifact(definition, 'wasm-module');
      return {
        inputs: { module: module.digest, ...(await precompileInputs(wasmtime, kind)) },
        make: (path) => precompile(wasmtime, kind, module.path, path),
      };
    }
  }
}

async function compileRecipe(
  definition: FunctionDefinition,
  kind: 'native-binary' | 'wasm-module',
  context: BuildContext,
): Promise<Recipe> {
  const { environment } = context;
  const crate = definition.manifest.languages.rust.package;
  const manifestPath = join(definition.folder, 'Cargo.toml');
  const compilation =
    kind === 'native-binary'
      ? nativeCompilation(await context.toolchain(definition.folder))
      : wasmCompilation(await context.wasmRoute(definition.folder));
  const sources = await findCrateSources(manifestPath, crate, compilation.toolchain);
  const onLine = (line: string): void =>
    context.onProgress({ what: `${definition.manifest.name} ${kind}`, state: 'output', line });
  const { cacheFolder } = context;
  return {
    inputs: { ...sources.inputs, ...compilationInputs(compilation) },
    make: (path) =>
      cargoBuild(
        { manifestPath, crate, sources, compilation, cacheFolder, environment, onLine },
        (executable) => copyFile(executable, path),
      ),
  };
}

async function addImage(folder: string, file: string, name: string, kind: ArtifactKind): Promise<EntryFacts> {
  const image = await createImage({
    function: name,
    kind,
    file: await readFile(join(folder, file)),
    architecture: process.arch,
  });
  await writeFile(join(folder, imageFile), image.archive);
  return {
    sizeBytes: (await stat(join(folder, file))).size,
    imageReference: image.reference,
    imageDigest: image.digest,
    imageCompressedBytes: image.compressedBytes,
    imageUncompressedBytes: image.uncompressedBytes,
  };
}

function artifactOf(entry: CacheEntry, name: string, kind: ArtifactKind, file: string): Artifact {
  const { facts, files, folder } = entry;
  return {
    kind,
    function: name,
    path: join(folder, file),
    digest: files[file] ?? '',
    sizeBytes: bytes(Number(facts['sizeBytes'])),
    image: {
      archivePath: join(folder, imageFile),
      reference: String(facts['imageReference']),
      digest: String(facts['imageDigest']),
      compressedBytes: bytes(Number(facts['imageCompressedBytes'])),
      uncompressedBytes: bytes(Number(facts['imageUncompressedBytes'])),
    },
  };
}
