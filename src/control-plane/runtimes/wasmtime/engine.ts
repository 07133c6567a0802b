/** `wasmtime run`: precompiled machine code, precompiled Pulley bytecode, compiled at start by Cranelift or Winch. */
import type { RuntimeClass } from '../../../domain/factors.js';
import { missingDependency } from '../../../domain/errors.js';
import type { ArtifactKind, Reach, Runtime } from '../../../domain/runtime.js';
import { createCommandRuntime } from '../command-runtime.js';
import type { Engine, EngineHost } from '../engine.js';
import { findWasmtime, wasmtimeDependency } from './dependency.js';
import { createWasmtimePrecompilers, wasmtimeKinds } from './precompilers.js';

interface Mode {
  readonly name: string;
  readonly class: RuntimeClass;
  readonly artifactKind: ArtifactKind;
  /** Sockets are in WASI 0.2 only: a function that opens connections is a component. */
  readonly socketArtifactKind: ArtifactKind;
  readonly flags: readonly string[];
}

const modes: readonly Mode[] = [
  {
    name: 'aot',
    class: 'wasm-aot',
    artifactKind: wasmtimeKinds.aot,
    socketArtifactKind: wasmtimeKinds.aotComponent,
    flags: ['--allow-precompiled'],
  },
  {
    name: 'interpreted',
    class: 'wasm-interpreted',
    artifactKind: wasmtimeKinds.pulley,
    socketArtifactKind: wasmtimeKinds.pulleyComponent,
    flags: ['--allow-precompiled', '--target', 'pulley64'],
  },
  // Its cache of compiled modules is off by default, and said to be, so that a configuration file cannot turn it on.
  {
    name: 'jit',
    class: 'wasm-jit',
    artifactKind: 'wasm-module',
    socketArtifactKind: 'wasm-component',
    flags: ['-C', 'cache=n'],
  },
];

export function createWasmtimeEngine({ machine, setup }: EngineHost): Engine {
  const dependency = wasmtimeDependency(setup);
  const find = (): Promise<string | undefined> => findWasmtime(setup);
  const runtimes = modes.map(
    (mode): Runtime =>
      createCommandRuntime(machine, {
        id: `wasmtime-${mode.name}`,
        engine: 'wasmtime',
        mode: mode.name,
        class: mode.class,
        artifactKind: mode.artifactKind,
        socketArtifactKind: mode.socketArtifactKind,
        probe: () => dependency.probe(),
        command: async ({ artifact, reach }) => {
          const file = await find();
          if (file === undefined)
            throw missingDependency('wasmtime is not installed', 'lumos setup wasmtime');
          const args = ['run', ...mode.flags, ...reachFlags(reach), artifact.path];
          return { file, args, ...(reach.folder === undefined ? {} : { folder: objectsFolder }) };
        },
      }),
  );
  return { name: 'wasmtime', dependency, runtimes, precompilers: createWasmtimePrecompilers(find) };
}

/** Where a module sees the folder of its objects. */
const objectsFolder = '/objects';

/** What the engine must be told to let a module reach; without it, it has its standard streams only. */
const reachFlags = ({ folder, sockets }: Reach): string[] => [
  ...(folder === undefined ? [] : ['--dir', `${folder}::${objectsFolder}`]),
  ...(sockets === true ? ['-S', 'inherit-network=y', '-S', 'tcp=y', '-S', 'allow-ip-name-lookup=y'] : []),
];
