/** Builds what a runtime runs from a function's sources. */
import { chmod, copyFile, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FunctionDefinition } from '../../domain/function-manifest.js';
import type { Artifact, ArtifactKind } from '../../domain/runtime.js';
import { bytes, milliseconds } from '../../domain/units.js';
import type { BuildContext } from './builder-context.js';
import { Cache, type CacheEntry, type EntryFacts } from './cache.js';
import { compileRecipe, type Recipe } from './compile-function.js';
import { createImage, imageFormat, type BaseLayer } from './oci-image.js';
import { precompile, precompiledFrom, precompileInputs, requireWasmtime } from './wasmtime-compile.js';

const imageFile = 'image.tar';

/**
 * The artefact of `kind`, from the cache where nothing that goes into it has changed.
 * @throws LumosError `missing-dependency` without a compiler or engine, `invalid-input` where no language of
 * the function gives that kind or its sources are not what the manifest says, `failed` with the compiler's diagnostics.
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
  const base = kind === 'native-image-debian' ? await context.debianBase() : undefined;
  const baseInput = base === undefined ? {} : { base: base.digest };
  const inputs = {
    ...recipe.inputs,
    ...baseInput,
    kind,
    function: name,
    image: imageFormat,
    architecture: process.arch,
  };
  const file = fileName(name, kind);
  const entry = await new Cache(context.cacheFolder).get(inputs, async (folder) => {
    context.onProgress({ what, state: 'started' });
    await recipe.make(join(folder, file));
    await chmod(join(folder, file), 0o755);
    return await addImage(folder, file, name, kind, base);
  });
  const took = milliseconds(performance.now() - started);
  context.onProgress({ what, state: entry.found ? 'cached' : 'built', took });
  return artifactOf(entry, name, kind, file, base);
}

function fileName(name: string, kind: ArtifactKind): string {
  switch (kind) {
    case 'native-binary':
    case 'native-image':
    case 'native-image-debian':
      return name;
    case 'wasm-module':
    case 'wasm-component':
      return `${name}.wasm`;
    case 'wasmtime-aot':
    case 'wasmtime-pulley':
    case 'wasmtime-aot-component':
    case 'wasmtime-pulley-component':
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
    case 'wasm-component':
      return await compileRecipe(definition, kind, context);
    case 'native-image':
    case 'native-image-debian': {
      const binary = await context.artifact(definition, 'native-binary');
      return { inputs: { binary: binary.digest }, make: (path) => copyFile(binary.path, path) };
    }
    case 'wasmtime-aot':
    case 'wasmtime-pulley':
    case 'wasmtime-aot-component':
    case 'wasmtime-pulley-component': {
      const wasmtime = requireWasmtime(context.wasmtime, kind);
      const module = await context.artifact(definition, precompiledFrom[kind]);
      return {
        inputs: { module: module.digest, ...(await precompileInputs(wasmtime, kind)) },
        make: (path) => precompile(wasmtime, kind, module.path, path),
      };
    }
  }
}

async function addImage(
  folder: string,
  file: string,
  name: string,
  kind: ArtifactKind,
  base: BaseLayer | undefined,
): Promise<EntryFacts> {
  const image = await createImage({
    function: name,
    kind,
    file: await readFile(join(folder, file)),
    architecture: process.arch,
    ...(base === undefined ? {} : { base }),
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

function artifactOf(
  entry: CacheEntry,
  name: string,
  kind: ArtifactKind,
  file: string,
  base: BaseLayer | undefined,
): Artifact {
  const { facts, files, folder } = entry;
  return {
    kind,
    function: name,
    path: join(folder, file),
    digest: files[file] ?? '',
    sizeBytes: bytes(Number(facts['sizeBytes'])),
    image: {
      archivePath: join(folder, imageFile),
      ...(base === undefined ? {} : { archiveBasePath: base.archivePath }),
      reference: String(facts['imageReference']),
      digest: String(facts['imageDigest']),
      compressedBytes: bytes(Number(facts['imageCompressedBytes'])),
      uncompressedBytes: bytes(Number(facts['imageUncompressedBytes'])),
    },
  };
}
