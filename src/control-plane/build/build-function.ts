/** Builds what a runtime runs from a function's sources. */
import { chmod, copyFile, readFile, stat, writeFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { FunctionDefinition } from '../../domain/function-manifest.js';
import { invalidInput, missingDependency } from '../../domain/errors.js';
import type { Language } from '../../domain/factors.js';
import { ImageReferenceSchema } from '../../domain/names.js';
import type { Artifact, ArtifactKind, PrecompiledKind, Precompiler } from '../../domain/runtime.js';
import { bytes, milliseconds } from '../../domain/units.js';
import type { BuildContext } from './builder-context.js';
import { Cache, type CacheEntry, type EntryFacts } from './cache.js';
import { compileRecipe, type Recipe } from './compile-function.js';
import { createImage, imageFormat, layersOf, type BaseLayer } from './oci-image.js';

const imageFile = 'image.tar';

/**
 * The artefact of `kind`, from the cache where nothing that goes into it has changed.
 * @throws LumosError `missing-dependency` without a compiler or engine, `invalid-input` where no language of
 * the function gives that kind or its sources are not what the manifest says, `failed` with the compiler's diagnostics.
 */
export async function buildArtifact(
  definition: FunctionDefinition,
  kind: ArtifactKind,
  language: Language | undefined,
  context: BuildContext,
): Promise<Artifact> {
  const started = performance.now();
  const { name } = definition.manifest;
  const what = `${name} ${kind}${language === undefined ? '' : ` from ${language}`}`;
  const recipe = await recipeFor(definition, kind, language, context);
  const base = await baseOf(kind, context);
  const baseInput =
    base === undefined
      ? {}
      : {
          base: layersOf(base)
            .map(({ digest }) => digest)
            .join(' '),
        };
  const inputs = {
    ...recipe.inputs,
    ...baseInput,
    kind,
    function: name,
    image: imageFormat,
    architecture: process.arch,
  };
  const file = fileName(name, kind, context.precompilers ?? []);
  const entry = await new Cache(context.cacheFolder).get(inputs, async (folder) => {
    context.onProgress({ what, state: 'started' });
    const begun = performance.now();
    await recipe.make(join(folder, file));
    const took = performance.now() - begun;
    await chmod(join(folder, file), 0o755);
    const facts = await addImage(folder, file, name, kind, base);
    return recipe.precompiles === true ? { ...facts, precompileMs: took } : facts;
  });
  const took = milliseconds(performance.now() - started);
  context.onProgress({ what, state: entry.found ? 'cached' : 'built', took });
  return artifactOf(entry, name, kind, file, base);
}

const baseOf = async (kind: ArtifactKind, context: BuildContext): Promise<BaseLayer | undefined> =>
  kind === 'native-image-debian'
    ? await context.debianBase()
    : kind === 'node-image'
      ? await context.nodeBase()
      : undefined;

function fileName(name: string, kind: ArtifactKind, precompilers: readonly Precompiler[]): string {
  switch (kind) {
    case 'native-binary':
    case 'native-image':
    case 'native-image-debian':
      return name;
    case 'wasm-module':
    case 'wasm-initializable':
    case 'wasm-component':
    case 'wasm-http-component':
      return `${name}.wasm`;
    case 'node-bundle':
    case 'node-image':
      return `${name}.mjs`;
    default:
      return `${name}.${precompilerOf(kind, precompilers).extension}`;
  }
}

/** @throws LumosError `missing-dependency` where no engine makes it */
function precompilerOf(kind: PrecompiledKind, precompilers: readonly Precompiler[]): Precompiler {
  const found = precompilers.find((precompiler) => precompiler.kind === kind);
  if (found === undefined) throw missingDependency(`no engine here makes a ${kind}`, 'lumos doctor');
  return found;
}

async function recipeFor(
  definition: FunctionDefinition,
  kind: ArtifactKind,
  language: Language | undefined,
  context: BuildContext,
): Promise<Recipe> {
  switch (kind) {
    case 'native-binary':
    case 'wasm-module':
    case 'wasm-initializable':
    case 'wasm-component':
    case 'wasm-http-component':
    case 'node-bundle':
      return await compileRecipe(definition, kind, language, context);
    case 'native-image':
    case 'native-image-debian':
      return copyRecipe(await context.artifact(definition, 'native-binary', language));
    case 'node-image':
      return copyRecipe(await context.artifact(definition, 'node-bundle', language));
    default: {
      const precompiler = precompilerOf(kind, context.precompilers ?? []);
      const module = await context.artifact(definition, precompiler.from, language);
      return {
        inputs: { module: module.digest, ...(await precompiler.inputs()) },
        precompiles: true,
        make: (path) => precompiler.make(module.path, path),
      };
    }
  }
}

const copyRecipe = (from: Artifact): Recipe => ({
  inputs: { binary: from.digest },
  make: (path) => copyFile(from.path, path),
});

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
    extension: extname(file).slice(1),
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

/** The name under which an engine loads the image, and removes it again: one of ours, whatever the cache says. */
function referenceIn({ facts, folder }: CacheEntry): string {
  const parsed = ImageReferenceSchema.safeParse(facts['imageReference']);
  if (parsed.success) return parsed.data;
  throw invalidInput(
    `${folder}: the cache entry names no image of Lumos: ${JSON.stringify(facts['imageReference'])}`,
    `Remove ${folder}; it is then made again.`,
  );
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
    ...(facts['precompileMs'] === undefined
      ? {}
      : { precompileMs: milliseconds(Number(facts['precompileMs'])) }),
    image: {
      archivePath: join(folder, imageFile),
      ...(base === undefined ? {} : { archiveBasePath: base.archivePath }),
      reference: referenceIn(entry),
      digest: String(facts['imageDigest']),
      compressedBytes: bytes(Number(facts['imageCompressedBytes'])),
      uncompressedBytes: bytes(Number(facts['imageUncompressedBytes'])),
    },
  };
}
