/**
 * V8, by the WASI of the Node that runs Lumos. It compiles in two tiers: Liftoff, in one pass, a function when it is first
 * called; and TurboFan, on another thread, what has run for long enough. So a cold start is Liftoff's, and a warm instance
 * gets faster over its first invocations: a figure of `warm` is of whatever tier the warm-up has reached. It has no cache here.
 */
import { join } from 'node:path';
import { isFile } from '../../process/find-on-path.js';
import { createCommandRuntime, type CommandRuntimeDescription } from '../command-runtime.js';
import type { Engine, EngineHost } from '../engine.js';
import { objectsFolder, seenFolder } from '../objects-folder.js';

export const createV8Engine = ({ machine, setup }: EngineHost): Engine => ({
  name: 'v8',
  runtimes: [createCommandRuntime(machine, v8(runnerIn(setup.repositoryRoot)))],
});

/** Node runs what was built of `runner.ts`, in a checkout as in an installed package. */
const runnerIn = (root: string): string => join(root, 'dist', 'control-plane', 'runtimes', 'v8', 'runner.js');

const v8 = (runner: string): CommandRuntimeDescription => ({
  id: 'v8',
  engine: 'v8',
  class: 'wasm-jit',
  artifactKind: 'wasm-module',
  probe: async () =>
    (await isFile(runner))
      ? {
          usable: true,
          version: `v8 ${process.versions.v8} (Node ${process.version})`,
          details: { path: process.execPath },
        }
      : { usable: false, why: `its runner ${runner} was not built`, remedy: 'npm run build' },
  command: ({ artifact, reach: { folder } }) =>
    Promise.resolve({
      file: process.execPath,
      args: [
        '--no-warnings',
        runner,
        artifact.path,
        ...(folder === undefined ? [] : [folder, objectsFolder]),
      ],
      ...seenFolder(folder),
    }),
});
