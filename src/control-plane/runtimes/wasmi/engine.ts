/** wasmi: an interpreter in Rust, which translates a function to its own code when it is first called. */
import { compileCargoProgram } from '../../setup/cargo-install.js';
import { createEngineCommand, type EngineCommand } from '../../setup/engine-command.js';
import type { SetupOptions } from '../../setup/machine.js';
import { createCommandRuntime } from '../command-runtime.js';
import type { Engine, EngineHost } from '../engine.js';
import { seenFolder } from '../objects-folder.js';

const program = { crate: 'wasmi_cli', version: '2.0.0', program: 'wasmi' } as const;

export function createWasmiEngine({ machine, setup }: EngineHost): Engine {
  const wasmi = wasmiCommand(setup);
  const runtime = createCommandRuntime(machine, {
    id: 'wasmi',
    engine: 'wasmi',
    class: 'wasm-interpreted',
    artifactKind: 'wasm-module',
    probe: () => wasmi.dependency.probe(),
    command: async ({ artifact, reach: { folder } }) => ({
      file: (await wasmi.find()).path,
      args: ['run', ...(folder === undefined ? [] : ['--dir', folder]), artifact.path],
      // It knows no other name for a folder than its own.
      ...seenFolder(folder, folder),
    }),
  });
  return { name: 'wasmi', dependency: wasmi.dependency, runtimes: [runtime] };
}

export const wasmiCommand = (setup: SetupOptions): EngineCommand =>
  createEngineCommand(setup, {
    name: 'wasmi',
    why: 'It interprets functions as Wasm.',
    command: 'wasmi',
    versionArgs: ['--version'],
    versionPattern: /^wasmi(?:_cli)? (\d+\.\d+\.\d+\S*)/,
    // The first whose command `run` is a command of its own.
    oldest: '2.0.0',
    byHand: `install Rust 1.86 or newer, then: cargo install ${program.crate} --version ${program.version} --locked`,
    pinned: {
      version: program.version,
      make: async (workshop, report) => {
        report(`compiling ${program.crate} ${program.version}, which takes about 3 minutes on two cores`);
        return await compileCargoProgram(setup, program, workshop, report);
      },
    },
  });
