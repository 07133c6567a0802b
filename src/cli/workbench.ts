/** Everything a command may need, put together once: the builder, the runtimes, the functions, the dependencies. */
import { statSync } from 'node:fs';
import { createBuilder, type Builder } from '../control-plane/build/create-builder.js';
import { cacheFolder } from '../control-plane/build/cache-folder.js';
import { originOf, sourcesOf } from '../control-plane/build/languages.js';
import { findHierarchy, type Hierarchy } from '../control-plane/cgroup/hierarchy.js';
import { startToxiproxyNetwork } from '../control-plane/network/toxiproxy-network.js';
import { startService } from '../control-plane/storage/start-service.js';
import type { Engine } from '../control-plane/runtimes/engine.js';
import { createEngines } from '../control-plane/runtimes/registry.js';
import { createDependencies, type Dependencies } from '../control-plane/setup/dependencies.js';
import { findGo } from '../control-plane/setup/go.js';
import { invalidInput } from '../domain/errors.js';
import type { Precompiler, Runtime } from '../domain/runtime.js';
import { machineShare, type EnvironmentParts } from '../experiment/environments.js';
import type { Gives } from '../experiment/possible-uses.js';
import type { ServiceSource } from '../experiment/storage-bench.js';
import { loadCatalogue, type Catalogue } from '../user-plane/functions/catalogue.js';
import { dim, note } from './output.js';
import { functionsFolder, packageRoot } from './package-root.js';

export interface Workbench {
  readonly builder: Builder;
  readonly engines: readonly Engine[];
  /** The compilers of all engines. */
  readonly precompilers: readonly Precompiler[];
  /** The runtimes of all engines. */
  readonly registry: readonly Runtime[];
  readonly dependencies: Dependencies;
  readonly hierarchy: Hierarchy | undefined;
  /** Starts what keeps objects, or finds what was given. */
  readonly services: ServiceSource;
  /** What emulated environments are made with. */
  readonly environmentParts: EnvironmentParts;
  /** Whether a language of a function gives a kind of artefact. */
  readonly gives: Gives;
  /** The built-in functions and those in further folders. */
  catalogue(folders?: readonly string[]): Promise<Catalogue>;
}

/** @throws LumosError `invalid-input` where a file is in the folder's place: each use of it would fail in its own words */
function checkedCacheFolder(): string {
  const folder = cacheFolder();
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== false) return folder;
  throw invalidInput(
    `${folder} is to be the folder of the cache, and is a file`,
    'Set LUMOS_CACHE to a folder, or unset it.',
  );
}

export function createWorkbench(): Promise<Workbench> {
  const options = { cacheFolder: checkedCacheFolder(), repositoryRoot: packageRoot };
  const hierarchy = findHierarchy();
  const shimPath = (): Promise<string> => builder.shim();
  const engines = createEngines({ machine: { shimPath, hierarchy }, setup: options });
  const precompilers = engines.flatMap((engine) => engine.precompilers ?? []);
  const builder: Builder = createBuilder({
    ...options,
    precompilers,
    findGo: () => findGo(options),
    onProgress: ({ what, state, line, took }) => {
      if (state === 'output') note(dim(`    ${line ?? ''}`));
      else if (state === 'started') note(`  building ${what}`);
      else if (state === 'built') note(`  built ${what} in ${((took ?? 0) / 1000).toFixed(1)} s`);
    },
  });
  return Promise.resolve({
    builder,
    engines,
    precompilers,
    registry: engines.flatMap((engine) => engine.runtimes),
    dependencies: createDependencies(options, engines),
    hierarchy,
    gives: (manifest, kind, language) =>
      sourcesOf(manifest.languages, originOf(kind, precompilers)).some((one) => one.language === language),
    environmentParts: {
      machine: machineShare(),
      cgroupVersion: hierarchy?.version,
      shimPath,
      networks: (wanted) => startToxiproxyNetwork(wanted, { ...options, shimPath }),
    },
    services: (storage) => startService(storage, { ...options, shimPath }),
    catalogue: (folders = []) => loadCatalogue([functionsFolder, ...folders]),
  });
}
