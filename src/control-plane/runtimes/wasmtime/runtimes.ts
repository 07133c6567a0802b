/** `wasmtime run` in three modes: precompiled machine code, precompiled Pulley bytecode, compiled at start. */
import type { RuntimeClass } from '../../../domain/factors.js';
import { missingDependency } from '../../../domain/errors.js';
import type { ArtifactKind, Availability, Runtime } from '../../../domain/runtime.js';
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
  readonly flags: readonly string[];
}

const modes: readonly Mode[] = [
  { name: 'aot', class: 'wasm-aot', artifactKind: 'wasmtime-aot', flags: ['--allow-precompiled'] },
  {
    name: 'interpreted',
    class: 'wasm-interpreted',
    artifactKind: 'wasmtime-pulley',
    flags: ['--allow-precompiled', '--target', 'pulley64'],
  },
  // Its cache of compiled modules is off by default, and said to be, so that a configuration file cannot turn it on.
  { name: 'jit', class: 'wasm-jit', artifactKind: 'wasm-module', flags: ['-C', 'cache=n'] },
];

export const createWasmtimeRuntimes = (machine: LocalMachine, engine: WasmtimeEngine): Runtime[] =>
  modes.map((mode) =>
    createCommandRuntime(machine, {
      id: `wasmtime-${mode.name}`,
      engine: 'wasmtime',
      mode: mode.name,
      class: mode.class,
      artifactKind: mode.artifactKind,
      probe: () => engine.probe(),
      command: async (artifact) => {
        const file = await engine.find();
        if (file === undefined) throw missingDependency('wasmtime is not installed', 'lumos setup wasmtime');
        return { file, args: ['run', ...mode.flags, artifact.path] };
      },
    }),
  );
