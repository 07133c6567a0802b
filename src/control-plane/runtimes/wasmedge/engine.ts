/** WasmEdge, the engine of the paper: interpreted, and compiled ahead of time by LLVM. */
import { createEngineCommand, type EngineCommand } from '../../setup/engine-command.js';
import type { SetupOptions } from '../../setup/machine.js';
import { createCommandPrecompiler } from '../command-precompiler.js';
import { createCommandRuntime, type CommandRuntimeDescription } from '../command-runtime.js';
import type { Engine, EngineHost } from '../engine.js';
import { objectsFolder, seenFolder } from '../objects-folder.js';

const wasmedgeAot = 'wasmedge:aot';

export function createWasmedgeEngine({ machine, setup }: EngineHost): Engine {
  const wasmedge = wasmedgeCommand(setup);
  return {
    name: 'wasmedge',
    dependency: wasmedge.dependency,
    runtimes: [
      createCommandRuntime(machine, {
        ...described(wasmedge, ['--force-interpreter']),
        id: 'wasmedge-interpreted',
        mode: 'interpreted',
        class: 'wasm-interpreted',
        artifactKind: 'wasm-module',
      }),
      createCommandRuntime(machine, {
        ...described(wasmedge, []),
        id: 'wasmedge-aot',
        mode: 'aot',
        class: 'wasm-aot',
        artifactKind: wasmedgeAot,
      }),
    ],
    precompilers: [
      createCommandPrecompiler({
        kind: wasmedgeAot,
        engine: 'wasmedge',
        // By this it knows a shared library, which is loaded faster than a module with code in it.
        extension: 'so',
        find: () => wasmedge.find(),
        options: [],
        args: (options, module, output) => ['compile', ...options, module, output],
      }),
    ],
  };
}

export const wasmedgeCommand = (setup: SetupOptions): EngineCommand =>
  createEngineCommand(setup, {
    name: 'wasmedge',
    why: 'It runs functions as Wasm, interpreted and compiled ahead of time.',
    command: 'wasmedge',
    versionArgs: ['--version'],
    versionPattern: /^wasmedge version v?(\d+\.\d+\.\d+\S*)/m,
    // The first that has its compiler as a command `compile`.
    oldest: '0.13.0',
    byHand:
      'on Debian 13 or Ubuntu 24.04: apt-get install wasmedge; elsewhere take a release of the WasmEdge project, and put wasmedge on PATH',
  });

const described = (
  wasmedge: EngineCommand,
  flags: readonly string[],
): Pick<CommandRuntimeDescription, 'engine' | 'probe' | 'command'> => ({
  engine: 'wasmedge',
  probe: () => wasmedge.dependency.probe(),
  command: async ({ artifact, reach: { folder } }) => ({
    file: (await wasmedge.find()).path,
    // Unlike other engines it names the guest's path first.
    args: [
      'run',
      ...flags,
      ...(folder === undefined ? [] : ['--dir', `${objectsFolder}:${folder}`]),
      artifact.path,
    ],
    ...seenFolder(folder),
  }),
});
