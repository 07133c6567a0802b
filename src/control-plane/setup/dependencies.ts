/** Every dependency by its name, and which of them a runtime needs. */
import type { Storage } from '../../domain/factors.js';
import type { ArtifactKind } from '../../domain/runtime.js';
import { originOf, type CompiledKind, type Source } from '../build/languages.js';
import type { Dependency, DependencyName } from './dependency.js';
import { dockerDependency } from './docker.js';
import { goDependency } from './go.js';
import type { SetupOptions } from './machine.js';
import { mmdebstrapDependency } from './mmdebstrap.js';
import { redisDependency } from './redis.js';
import { rustDependency } from './rust.js';
import { wasmSocketsTargetDependency } from './wasm-sockets-target.js';
import { versitygwDependency } from './versitygw.js';
import { wasmTargetDependency } from './wasm-target.js';
import { wasmtimeDependency } from './wasmtime.js';

export type Dependencies = Readonly<Record<DependencyName, Dependency>>;

export const createDependencies = (options: SetupOptions): Dependencies => ({
  rust: rustDependency(options),
  'wasm-target': wasmTargetDependency(options),
  'wasm-sockets-target': wasmSocketsTargetDependency(options),
  wasmtime: wasmtimeDependency(options),
  docker: dockerDependency(options),
  redis: redisDependency(options),
  versitygw: versitygwDependency(options),
  mmdebstrap: mmdebstrapDependency(),
  go: goDependency(options),
});

/** What each kind is made with besides the compiler of its language. */
const toMake: Readonly<Record<ArtifactKind, readonly DependencyName[]>> = {
  'native-binary': [],
  'native-image': [],
  'native-image-debian': ['mmdebstrap'],
  'wasm-module': [],
  'wasmtime-aot': ['wasmtime'],
  'wasmtime-pulley': ['wasmtime'],
  'wasm-component': [],
  'wasmtime-aot-component': ['wasmtime'],
  'wasmtime-pulley-component': ['wasmtime'],
};

const rustTargets: Readonly<Record<CompiledKind, readonly DependencyName[]>> = {
  'native-binary': [],
  'wasm-module': ['wasm-target'],
  'wasm-component': ['wasm-sockets-target'],
};

function toCompile(language: Source['language'], kind: CompiledKind): readonly DependencyName[] {
  switch (language) {
    case 'rust':
      return ['rust', ...rustTargets[kind]];
    case 'go':
      return ['go'];
    case 'prebuilt':
      return [];
  }
}

const engines: Readonly<Record<string, DependencyName>> = { docker: 'docker', wasmtime: 'wasmtime' };

/**
 * What building and running on a runtime needs, in the order in which it is to be installed. `languages`: what the
 * functions are built from, Rust unless it is said. Every sandbox but a container's is started by the shim, which is
 * Rust too.
 */
export function dependenciesOf(
  runtime: { readonly engine: string; readonly artifactKind: ArtifactKind },
  languages: readonly Source['language'][] = ['rust'],
): readonly DependencyName[] {
  const engine = engines[runtime.engine];
  const shim: readonly DependencyName[] = runtime.engine === 'docker' ? [] : ['rust'];
  const compilers = languages.flatMap((language) => toCompile(language, originOf(runtime.artifactKind)));
  const needed = [...shim, ...compilers, ...toMake[runtime.artifactKind]];
  return [...new Set([...needed, ...(engine === undefined ? [] : [engine])])];
}

const services: Readonly<Record<Storage, readonly DependencyName[]>> = {
  inline: [],
  file: [],
  redis: ['redis'],
  s3: ['versitygw'],
};

/** What starting the service of a storage needs, where no URL of a service is given. */
export const storageDependencies = (storage: Storage): readonly DependencyName[] => services[storage];
