/** Wasmer with Cranelift: compiled ahead of time, and at the start without its cache. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { compileCargoProgram } from '../../setup/cargo-install.js';
import { createEngineCommand, type EngineCommand } from '../../setup/engine-command.js';
import type { SetupOptions } from '../../setup/machine.js';
import { createCommandPrecompiler } from '../command-precompiler.js';
import { createCommandRuntime, type CommandRuntimeDescription } from '../command-runtime.js';
import type { Engine, EngineHost } from '../engine.js';
import { objectsFolder, seenFolder } from '../objects-folder.js';
import { filledRunFolder, removingRunFolders } from '../run-folders.js';

/** The newest that Rust 1.95 compiles; with what `run` and `compile` take, and nothing of its registry or debugger. */
const program = {
  crate: 'wasmer-cli',
  version: '7.4.2',
  program: 'wasmer',
  args: ['--no-default-features', '--features', 'sys,cranelift,wasmer-artifact-create'],
} as const;

const wasmerAot = 'wasmer:aot';

/** Its other compilers are said to be others, so that a build with several takes this one. */
const compiler = ['--cranelift'];

export function createWasmerEngine({ machine, setup }: EngineHost): Engine {
  const wasmer = wasmerCommand(setup);
  const descriptions: CommandRuntimeDescription[] = [
    { ...described(wasmer, []), id: 'wasmer-aot', mode: 'aot', class: 'wasm-aot', artifactKind: wasmerAot },
    {
      ...described(wasmer, [...compiler, '--disable-cache']),
      id: 'wasmer-jit',
      mode: 'jit',
      class: 'wasm-jit',
      artifactKind: 'wasm-module',
    },
  ];
  return {
    name: 'wasmer',
    dependency: wasmer.dependency,
    runtimes: descriptions.map((description) =>
      removingRunFolders(createCommandRuntime(machine, description)),
    ),
    precompilers: [
      createCommandPrecompiler({
        kind: wasmerAot,
        engine: 'wasmer',
        extension: 'wasmu',
        find: () => wasmer.find(),
        options: compiler,
        args: (options, module, output) => ['compile', ...options, '-o', output, module],
      }),
    ],
  };
}

export const wasmerCommand = (setup: SetupOptions): EngineCommand =>
  createEngineCommand(setup, {
    name: 'wasmer',
    why: 'It runs functions as Wasm, compiled ahead of time and just in time.',
    command: 'wasmer',
    versionArgs: ['--version'],
    versionPattern: /^wasmer (\d+\.\d+\.\d+\S*)/m,
    // The first that has `--volume`.
    oldest: '6.0.0',
    byHand:
      'take a release of the Wasmer project, or compile it: cargo install wasmer-cli --locked --features cranelift; put wasmer on PATH',
    pinned: {
      version: program.version,
      make: async (workshop, report) => {
        report(
          `compiling ${program.crate} ${program.version}, which takes a quarter of an hour or more on two cores`,
        );
        return await compileCargoProgram(setup, program, workshop, report);
      },
    },
  });

const described = (
  wasmer: EngineCommand,
  flags: readonly string[],
): Pick<CommandRuntimeDescription, 'engine' | 'probe' | 'prepare' | 'command'> => ({
  engine: 'wasmer',
  probe: () => wasmer.dependency.probe(),
  // It keeps settings and caches in a folder, which is not to be the user's own.
  prepare: async ({ runId }) =>
    await filledRunFolder('wasmer', runId, async (folder) => {
      await mkdir(join(folder, 'cache'));
    }),
  command: async ({ artifact, reach: { folder } }, { files = '' }) => ({
    file: (await wasmer.find()).path,
    args: [
      'run',
      ...flags,
      ...(folder === undefined ? [] : ['--volume', `${folder}:${objectsFolder}`]),
      artifact.path,
    ],
    env: { WASMER_DIR: files, WASMER_CACHE_DIR: join(files, 'cache') },
    ...seenFolder(folder),
  }),
});
