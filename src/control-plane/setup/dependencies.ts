/** Every dependency by its name, and which of them a runtime needs. */
import { missingDependency } from '../../domain/errors.js';
import type { Language, Storage } from '../../domain/factors.js';
import type { ArtifactKind, CompiledKind, Precompiler } from '../../domain/runtime.js';
import { originOf } from '../build/languages.js';
import type { Engine } from '../runtimes/engine.js';
import { componentizeJsDependency } from './componentize-js.js';
import type { Dependency, DependencyName } from './dependency.js';
import { goDependency } from './go.js';
import type { SetupOptions } from './machine.js';
import { mmdebstrapDependency } from './mmdebstrap.js';
import { redisDependency } from './redis.js';
import { rustDependency } from './rust.js';
import { wasmSocketsTargetDependency } from './wasm-sockets-target.js';
import { toxiproxyDependency } from './toxiproxy.js';
import { versitygwDependency } from './versitygw.js';
import { wasmTargetDependency } from './wasm-target.js';

export type Dependencies = Readonly<Record<DependencyName, Dependency>>;

/** What builds functions and keeps objects, and the engines. */
export const createDependencies = (options: SetupOptions, engines: readonly Engine[]): Dependencies =>
  Object.fromEntries(
    [
      rustDependency(options),
      wasmTargetDependency(options),
      wasmSocketsTargetDependency(options),
      ...engines.flatMap(({ dependency }) => (dependency === undefined ? [] : [dependency])),
      redisDependency(options),
      versitygwDependency(options),
      toxiproxyDependency(options),
      mmdebstrapDependency(),
      goDependency(options),
      componentizeJsDependency(options),
    ].map((dependency) => [dependency.name, dependency]),
  );

/** @throws LumosError `missing-dependency` for a name nobody knows: an engine that forgot to say how it is found */
export function dependencyOf(dependencies: Dependencies, name: DependencyName): Dependency {
  const found = dependencies[name];
  if (found === undefined) throw missingDependency(`nothing here is called ${name}`, 'lumos doctor');
  return found;
}

/** What each kind is made with besides the compiler of its language. */
function toMake(kind: ArtifactKind, precompilers: readonly Precompiler[]): readonly DependencyName[] {
  if (kind === 'native-image-debian' || kind === 'node-image') return ['mmdebstrap'];
  return precompilers.filter((precompiler) => precompiler.kind === kind).map(({ engine }) => engine);
}

const rustTargets: Readonly<Partial<Record<CompiledKind, readonly DependencyName[]>>> = {
  'wasm-module': ['wasm-target'],
  'wasm-initializable': ['wasm-target'],
  'wasm-component': ['wasm-sockets-target'],
  'wasm-http-component': ['wasm-sockets-target'],
};

function toCompile(language: Language, kind: CompiledKind): readonly DependencyName[] {
  switch (language) {
    case 'rust':
      return ['rust', ...(rustTargets[kind] ?? [])];
    case 'go':
      return ['go'];
    case 'typescript':
      return kind === 'wasm-http-component' ? ['componentize-js'] : [];
    case 'prebuilt':
      return [];
  }
}

export interface Needs {
  /** The engine that runs it; absent where it is built only. */
  readonly engine?: Pick<Engine, 'name' | 'dependency' | 'needs'>;
  readonly artifactKind: ArtifactKind;
  /** What the function is built from. */
  readonly language: Language;
}

/**
 * What building and running on a runtime needs, in the order in which it is to be installed. Every sandbox but a
 * container's is started by the shim, which is Rust too.
 */
export function dependenciesOf(
  { engine, artifactKind, language }: Needs,
  precompilers: readonly Precompiler[],
): readonly DependencyName[] {
  const origin = originOf(artifactKind, precompilers);
  const needed = [
    ...(engine === undefined || engine.name === 'docker' ? [] : ['rust']),
    ...toCompile(language, origin),
    ...toMake(artifactKind, precompilers),
    ...(engine?.needs ?? []),
    ...(engine?.dependency === undefined ? [] : [engine.dependency.name]),
  ];
  return [...new Set(needed)];
}

const services: Readonly<Record<Storage, readonly DependencyName[]>> = {
  inline: [],
  file: [],
  redis: ['redis'],
  s3: ['versitygw'],
};

/** What starting the service of a storage needs, where no URL of a service is given. */
export const storageDependencies = (storage: Storage): readonly DependencyName[] => services[storage];
