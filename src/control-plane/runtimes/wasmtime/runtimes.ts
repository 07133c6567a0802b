/** `wasmtime run` in three modes: precompiled machine code, precompiled Pulley bytecode, compiled at start. */
import type { RuntimeClass } from '../../../domain/factors.js';
import { missingDependency } from '../../../domain/errors.js';
import type { ArtifactKind, Availability, Reach, Runtime } from '../../../domain/runtime.js';
import { createCommandRuntime, type LocalMachine } from '../command-runtime.js';

/** The engine's command on this machine. */
export interface WasmtimeEngine {
  probe(): Promise<Availability>;
  /** Path of the command; `undefined` when it is not installed. */
  find(): Promise<string | undefined>;
}

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
    artifactKind: 'wasmtime-aot',
    socketArtifactKind: 'wasmtime-aot-component',
    flags: ['--allow-precompiled'],
  },
  {
    name: 'interpreted',
    class: 'wasm-interpreted',
    artifactKind: 'wasmtime-pulley',
    socketArtifactKind: 'wasmtime-pulley-component',
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

export const createWasmtimeRuntimes = (machine: LocalMachine, engine: WasmtimeEngine): Runtime[] =>
  modes.map((mode) =>
    createCommandRuntime(machine, {
      id: `wasmtime-${mode.name}`,
      engine: 'wasmtime',
      mode: mode.name,
      class: mode.class,
      artifactKind: mode.artifactKind,
      socketArtifactKind: mode.socketArtifactKind,
      probe: () => engine.probe(),
      command: async (artifact, reach) => {
        const file = await engine.find();
        if (file === undefined) throw missingDependency('wasmtime is not installed', 'lumos setup wasmtime');
        const args = ['run', ...mode.flags, ...reachFlags(reach), artifact.path];
        return { file, args, ...(reach.folder === undefined ? {} : { folder: objectsFolder }) };
      },
    }),
  );

/** Where a module sees the folder of its objects. */
const objectsFolder = '/objects';

/** What the engine must be told to let a module reach; without it, it has its standard streams only. */
const reachFlags = ({ folder, sockets }: Reach): string[] => [
  ...(folder === undefined ? [] : ['--dir', `${folder}::${objectsFolder}`]),
  ...(sockets === true ? ['-S', 'inherit-network=y', '-S', 'tcp=y', '-S', 'allow-ip-name-lookup=y'] : []),
];
