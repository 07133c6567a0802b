/**
 * WAMR, the WebAssembly Micro Runtime of the Bytecode Alliance: `iwasm`, which interprets and runs what `wamrc` has compiled
 * ahead of time. Wheels that are called after it (`wamr-bin`, `wamrc-bin`) carry another engine, which has no interpreter and a
 * compiler and code of its own: they are not taken for it.
 */
import type { Availability } from '../../../domain/runtime.js';
import { missingDependency } from '../../../domain/errors.js';
import { createEngineCommand, type EngineCommand, type FoundCommand } from '../../setup/engine-command.js';
import type { SetupOptions } from '../../setup/machine.js';
import { createCommandPrecompiler } from '../command-precompiler.js';
import { createCommandRuntime, type CommandRuntimeDescription } from '../command-runtime.js';
import type { Engine, EngineHost } from '../engine.js';
import { seenFolder } from '../objects-folder.js';
import { haveOneFormat } from './aot-format.js';

const wamrAot = 'wamr:aot';

const elsewhere =
  'take iwasm and wamrc of one release of the WebAssembly Micro Runtime (Alpine packages both; elsewhere they are compiled from its sources), and put them on PATH';

/** In bytes. What it gives a module's calls by default (64 KiB) is less than other engines give. */
const stackSize = 8 * 1024 * 1024;

export function createWamrEngine({ machine, setup }: EngineHost): Engine {
  const iwasm = wamrCommand(setup, 'iwasm');
  const wamrc = wamrCommand(setup, 'wamrc');
  const compiler = (): Promise<FoundCommand> => matchingCompiler(iwasm, wamrc);
  return {
    name: 'wamr',
    dependency: iwasm.dependency,
    runtimes: [
      createCommandRuntime(machine, {
        ...described(iwasm, ['--interp']),
        id: 'wamr-interpreted',
        mode: 'interpreted',
        class: 'wasm-interpreted',
        artifactKind: 'wasm-module',
        probe: () => iwasm.dependency.probe(),
      }),
      createCommandRuntime(machine, {
        ...described(iwasm, []),
        id: 'wamr-aot',
        mode: 'aot',
        class: 'wasm-aot',
        artifactKind: wamrAot,
        probe: () => probeBoth(iwasm, wamrc),
      }),
    ],
    precompilers: [
      createCommandPrecompiler({
        kind: wamrAot,
        engine: 'wamr',
        extension: 'aot',
        find: compiler,
        options: [],
        args: (options, module, output) => [...options, '-o', output, module],
      }),
    ],
  };
}

export const wamrCommand = (setup: SetupOptions, command: 'iwasm' | 'wamrc'): EngineCommand =>
  createEngineCommand(setup, {
    name: 'wamr',
    why: 'It runs functions as Wasm, interpreted and compiled ahead of time.',
    command,
    versionArgs: ['--version'],
    versionPattern: new RegExp(`^${command} (\\d+\\.\\d+\\.\\d+\\S*)`, 'm'),
    oldest: '2.0.0',
    byHand: elsewhere,
  });

const described = (
  iwasm: EngineCommand,
  flags: readonly string[],
): Pick<CommandRuntimeDescription, 'engine' | 'command'> => ({
  engine: 'wamr',
  command: async ({ artifact, reach: { folder } }) => ({
    file: (await iwasm.find()).path,
    args: [
      ...flags,
      `--stack-size=${stackSize}`,
      ...(folder === undefined ? [] : [`--dir=${folder}`]),
      artifact.path,
    ],
    // A folder has its own name in every version; the option that gives it another is newer.
    ...seenFolder(folder, folder),
  }),
});

/** @throws LumosError `missing-dependency` where one of the two is missing, or they are not of one format */
async function matchingCompiler(iwasm: EngineCommand, wamrc: EngineCommand): Promise<FoundCommand> {
  const [runs, compiles] = [await iwasm.find(), await wamrc.find()];
  const why = haveOneFormat(runs.version, compiles.version);
  if (why !== undefined) throw missingDependency(why, elsewhere);
  return compiles;
}

async function probeBoth(iwasm: EngineCommand, wamrc: EngineCommand): Promise<Availability> {
  const [runs, compiles] = [await iwasm.dependency.probe(), await wamrc.dependency.probe()];
  if (!runs.usable) return runs;
  if (!compiles.usable) return compiles;
  const why = haveOneFormat(runs.version, compiles.version);
  return why === undefined ? runs : { usable: false, why, remedy: elsewhere };
}
