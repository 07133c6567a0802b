/** Every dependency by its name, and which of them a runtime needs. */
import type { ArtifactKind } from '../../domain/runtime.js';
import type { Dependency, DependencyName } from './dependency.js';
import { dockerDependency } from './docker.js';
import type { SetupOptions } from './machine.js';
import { rustDependency } from './rust.js';
import { wasmTargetDependency } from './wasm-target.js';
import { wasmtimeDependency } from './wasmtime.js';

export type Dependencies = Readonly<Record<DependencyName, Dependency>>;

export const createDependencies = (options: SetupOptions): Dependencies => ({
  rust: rustDependency(options),
  'wasm-target': wasmTargetDependency(options),
  wasmtime: wasmtimeDependency(options),
  docker: dockerDependency(options),
});

const toBuild: Readonly<Record<ArtifactKind, readonly DependencyName[]>> = {
  'native-binary': ['rust'],
  'native-image': ['rust'],
  'wasm-module': ['rust', 'wasm-target'],
  'wasmtime-aot': ['rust', 'wasm-target', 'wasmtime'],
  'wasmtime-pulley': ['rust', 'wasm-target', 'wasmtime'],
};

const engines: Readonly<Record<string, DependencyName>> = { docker: 'docker', wasmtime: 'wasmtime' };

/** What building and running on a runtime needs, in the order in which it is to be installed. */
export function dependenciesOf(runtime: {
  readonly engine: string;
  readonly artifactKind: ArtifactKind;
}): readonly DependencyName[] {
  const engine = engines[runtime.engine];
  const needed = [...toBuild[runtime.artifactKind], ...(engine === undefined ? [] : [engine])];
  return [...new Set(needed)];
}
