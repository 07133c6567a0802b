/** Everything a command may need, put together once: the builder, the runtimes, the functions, the dependencies. */
import { createBuilder, type Builder } from '../control-plane/build/create-builder.js';
import { cacheFolder } from '../control-plane/build/cache-folder.js';
import { findHierarchy, type Hierarchy } from '../control-plane/cgroup/hierarchy.js';
import { startService } from '../control-plane/storage/start-service.js';
import { createRegistry } from '../control-plane/runtimes/registry.js';
import { createDependencies, type Dependencies } from '../control-plane/setup/dependencies.js';
import { findGo } from '../control-plane/setup/go.js';
import { findWasmtime } from '../control-plane/setup/wasmtime.js';
import type { Runtime } from '../domain/runtime.js';
import type { ServiceSource } from '../experiment/storage-bench.js';
import { loadCatalogue, type Catalogue } from '../user-plane/functions/catalogue.js';
import { dim, note } from './output.js';
import { functionsFolder, packageRoot } from './package-root.js';

export interface Workbench {
  readonly builder: Builder;
  readonly registry: readonly Runtime[];
  readonly dependencies: Dependencies;
  readonly hierarchy: Hierarchy | undefined;
  /** Starts what keeps objects, or finds what was given. */
  readonly services: ServiceSource;
  /** The built-in functions and those in further folders. */
  catalogue(folders?: readonly string[]): Promise<Catalogue>;
}

export async function createWorkbench(): Promise<Workbench> {
  const options = { cacheFolder: cacheFolder(), repositoryRoot: packageRoot };
  const dependencies = createDependencies(options);
  const hierarchy = findHierarchy();
  const builder = createBuilder({
    ...options,
    wasmtime: await findWasmtime(options),
    findGo: () => findGo(options),
    onProgress: ({ what, state, line, took }) => {
      if (state === 'output') note(dim(`    ${line ?? ''}`));
      else if (state === 'started') note(`  building ${what}`);
      else if (state === 'built') note(`  built ${what} in ${((took ?? 0) / 1000).toFixed(1)} s`);
    },
  });
  const registry = createRegistry({
    machine: { shimPath: () => builder.shim(), hierarchy },
    wasmtime: { find: () => findWasmtime(options), probe: () => dependencies.wasmtime.probe() },
    docker: () => dependencies.docker.probe(),
  });
  return {
    builder,
    registry,
    dependencies,
    hierarchy,
    services: (storage) => startService(storage, { ...options, shimPath: () => builder.shim() }),
    catalogue: (folders = []) => loadCatalogue([functionsFolder, ...folders]),
  };
}
