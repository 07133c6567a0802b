/** wazero: a runtime in Go, without a line of C. Compiled ahead of time, which is its compilation cache; and interpreted. */
import { join } from 'node:path';
import { createEngineCommand, type EngineCommand } from '../../setup/engine-command.js';
import type { SetupOptions } from '../../setup/machine.js';
import { compileGoProgram } from '../../setup/go-install.js';
import { createCommandRuntime, type CommandRuntimeDescription } from '../command-runtime.js';
import type { Engine, EngineHost } from '../engine.js';
import { objectsFolder, seenFolder } from '../objects-folder.js';
import { filledRunFolder, removingRunFolders } from '../run-folders.js';
import { cacheIn, createWazeroPrecompiler, moduleIn, unpackCompiled, wazeroAot } from './compiled.js';
import { wazeroProgram, wazeroVersionPinned } from './package.js';

export function createWazeroEngine({ machine, setup }: EngineHost): Engine {
  const wazero = wazeroCommand(setup);
  return {
    name: 'wazero',
    dependency: wazero.dependency,
    runtimes: [
      removingRunFolders(createCommandRuntime(machine, aheadOfTime(wazero))),
      createCommandRuntime(machine, interpreted(wazero)),
    ],
    precompilers: [createWazeroPrecompiler(wazero)],
  };
}

export const wazeroCommand = (setup: SetupOptions): EngineCommand =>
  createEngineCommand(setup, {
    name: 'wazero',
    why: 'It runs functions as Wasm, compiled ahead of time and interpreted.',
    command: 'wazero',
    versionArgs: ['version'],
    versionPattern: /^v?(\d+\.\d+\.\d+\S*)\s*$/,
    oldest: '1.5.0',
    byHand: `install Go ${wazeroProgram.oldestGo} or newer, then: go install ${wazeroProgram.package}`,
    pinned: {
      version: wazeroVersionPinned,
      make: async (workshop, report) => {
        report(`compiling wazero ${wazeroVersionPinned}, which takes about 1 minute on two cores`);
        return await compileGoProgram(setup, wazeroProgram, workshop, report);
      },
    },
  });

const aheadOfTime = (wazero: EngineCommand): CommandRuntimeDescription => ({
  id: 'wazero-aot',
  engine: 'wazero',
  mode: 'aot',
  class: 'wasm-aot',
  artifactKind: wazeroAot,
  probe: () => wazero.dependency.probe(),
  prepare: async ({ artifact, runId }) =>
    await filledRunFolder('wazero', runId, (folder) => unpackCompiled(artifact.path, folder)),
  command: async ({ reach: { folder } }, { files = '' }) => ({
    file: (await wazero.find()).path,
    args: ['run', `-cachedir=${join(files, cacheIn)}`, ...mount(folder), join(files, moduleIn)],
    ...seenFolder(folder),
  }),
});

const interpreted = (wazero: EngineCommand): CommandRuntimeDescription => ({
  id: 'wazero-interpreted',
  engine: 'wazero',
  mode: 'interpreted',
  class: 'wasm-interpreted',
  artifactKind: 'wasm-module',
  probe: () => wazero.dependency.probe(),
  command: async ({ artifact, reach: { folder } }) => ({
    file: (await wazero.find()).path,
    args: ['run', '-interpreter', ...mount(folder), artifact.path],
    ...seenFolder(folder),
  }),
});

const mount = (folder: string | undefined): string[] =>
  folder === undefined ? [] : [`-mount=${folder}:${objectsFolder}`];
