/** The builder as the rest of the house knows it. */
import type { Language } from '../../domain/factors.js';
import type { FunctionDefinition } from '../../domain/function-manifest.js';
import type { Artifact, ArtifactKind } from '../../domain/runtime.js';
import { buildArtifact } from './build-function.js';
import { buildShim } from './build-shim.js';
import type { BuildContext, BuilderOptions } from './builder-context.js';
import { Cache } from './cache.js';
import { debianBase } from './debian-base.js';
import { findGoToolchain } from './go-build.js';
import { nodeBase } from './node-image.js';
import {
  findComponentRoute,
  findToolchain,
  findWasmRoute,
  type RustToolchain,
  type WasmRoute,
} from './rust-toolchain.js';

export interface Builder {
  /**
   * The artefact of `kind` from one of the function's languages, the first that gives it where none is named; asked twice,
   * it is built once. Errors as `buildArtifact` of build-function.ts.
   */
  artifact(definition: FunctionDefinition, kind: ArtifactKind, language?: Language): Promise<Artifact>;
  /** The path of the static lumos-shim. */
  shim(): Promise<string>;
  /** The compilers used, for the manifest of a run; a route that is not there is absent. */
  toolchains(): Promise<{ readonly native?: string; readonly wasm?: string }>;
}

export function createBuilder(options: BuilderOptions): Builder {
  const environment = options.environment ?? process.env;
  const once = rememberSuccess();
  const toolchain = (folder: string): Promise<RustToolchain> =>
    once(`toolchain ${folder}`, () => findToolchain(folder, environment));
  const wasmRoute = (folder: string): Promise<WasmRoute> =>
    once(`route ${folder}`, () => findWasmRoute(folder, environment));
  const artifact = (
    definition: FunctionDefinition,
    kind: ArtifactKind,
    language?: Language,
  ): Promise<Artifact> =>
    once(`artifact ${kind} ${language ?? ''} ${definition.folder}`, () =>
      buildArtifact(definition, kind, language, context),
    );
  const onProgress = options.onProgress ?? (() => undefined);
  const context: BuildContext = {
    ...options,
    environment,
    onProgress,
    toolchain,
    wasmRoute,
    componentRoute: (folder) => once(`components ${folder}`, () => findComponentRoute(folder, environment)),
    go: () => once('go', () => findGoToolchain(options.findGo)),
    debianBase: () => once('debian base', () => debianBase(context)),
    nodeBase: () => once('node base', () => nodeBase(context)),
    artifact,
  };

  const tidied = new Cache(context.cacheFolder).removeAbandoned().catch(() => undefined); // only tidying
  return {
    artifact: (definition, kind, language) => tidied.then(() => artifact(definition, kind, language)),
    shim: () => tidied.then(() => once('shim', () => buildShim(context))),
    toolchains: async () => {
      const native = await toolchain(options.repositoryRoot).catch(() => undefined);
      const wasm = await wasmRoute(options.repositoryRoot).catch(() => undefined);
      return {
        ...(native === undefined ? {} : { native: native.version }),
        ...(wasm === undefined ? {} : { wasm: wasm.description }),
      };
    },
  };
}

/** Does the work of a key once, also for those who ask while it is done. What failed may be mended and asked again. */
function rememberSuccess(): <T>(key: string, work: () => Promise<T>) => Promise<T> {
  const asked = new Map<string, Promise<unknown>>();
  return <T>(key: string, work: () => Promise<T>): Promise<T> => {
    const before = asked.get(key);
    if (before !== undefined) return before as Promise<T>;
    const now = work();
    asked.set(key, now);
    now.catch(() => asked.delete(key));
    return now;
  };
}
