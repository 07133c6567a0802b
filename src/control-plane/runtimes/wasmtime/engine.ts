/**
 * wasmtime: precompiled machine code, precompiled Pulley bytecode, compiled at start by Cranelift (with its cache and
 * without) or Winch; and its HTTP server, which makes a new instance for each request.
 */
import { missingDependency } from '../../../domain/errors.js';
import type { Availability } from '../../../domain/runtime.js';
import { createCommandRuntime, type CommandRuntimeDescription } from '../command-runtime.js';
import { removingRunFolders } from '../run-folders.js';
import type { Engine, EngineHost } from '../engine.js';
import { lackOfCompiler, lackOfServer, lackOfWizer, probeFor } from './abilities.js';
import {
  modes,
  objectsFolder,
  runArguments,
  serveArguments,
  servingPattern,
  type Mode,
} from './command-lines.js';
import { warmedCache } from './compiled-cache.js';
import { findWasmtime, wasmtimeDependency } from './dependency.js';
import { createWasmtimePrecompilers, wasmtimeKinds } from './precompilers.js';

/** Where the engine is, and whether it is there. */
interface Wasmtime {
  /** @throws LumosError `missing-dependency` */
  readonly find: () => Promise<string>;
  readonly probe: () => Promise<Availability>;
}

export function createWasmtimeEngine({ machine, setup }: EngineHost): Engine {
  const dependency = wasmtimeDependency(setup);
  let known: Promise<string> | undefined;
  const find = (): Promise<string> => {
    known ??= findWasmtime(setup).then((path) => {
      if (path !== undefined) return path;
      throw missingDependency('wasmtime is not installed', 'lumos setup wasmtime');
    });
    // It may be installed meanwhile.
    known.catch(() => (known = undefined));
    return known;
  };
  const wasmtime: Wasmtime = { find, probe: () => dependency.probe() };
  const runtimes = [...modes.map((mode) => runtimeOf(mode, wasmtime)), serverOf(wasmtime)];
  return {
    name: 'wasmtime',
    dependency,
    runtimes: runtimes.map((one) => removingRunFolders(createCommandRuntime(machine, one))),
    precompilers: createWasmtimePrecompilers(() => find().catch(() => undefined)),
    snapshots: {
      name: 'wizer',
      of: 'modules of Wasm',
      probe: () => probeFor(wasmtime.probe, find, lackOfWizer),
    },
  };
}

const runtimeOf = (
  { name, flags, isCached = false, trialFlags, ...kinds }: Mode,
  { find, probe }: Wasmtime,
): CommandRuntimeDescription => ({
  id: `wasmtime-${name}`,
  engine: 'wasmtime',
  mode: name,
  ...kinds,
  probe: () => probeFor(probe, find, trialFlags === undefined ? undefined : lackOfCompiler(trialFlags)),
  command: async ({ artifact, reach }, { files }) => ({
    file: await find(),
    args: runArguments({ flags }, artifact.path, reach, files),
    ...(reach.folder === undefined ? {} : { folder: objectsFolder }),
  }),
  ...(isCached ? { prepare: async (request) => await warmedCache(await find(), request) } : {}),
});

/** `wasmtime serve`: an engine that is up, and calls a component for each request. */
const serverOf = ({ find, probe }: Wasmtime): CommandRuntimeDescription => ({
  id: 'wasmtime-serve',
  engine: 'wasmtime',
  mode: 'serve',
  class: 'wasm-aot',
  artifactKind: wasmtimeKinds.aotHttp,
  socketArtifactKind: wasmtimeKinds.aotHttp,
  transports: ['http'],
  starts: ['cold', 'fresh', 'warm'],
  // A request that comes before the last one's instance has said that it is free again is given a new one.
  opensInstances: true,
  probe: () => probeFor(probe, find, lackOfServer),
  command: async ({ artifact, reach }, { start, port = 0 }) => ({
    file: await find(),
    args: serveArguments(artifact.path, reach, start, port),
    servingPattern,
    ...(reach.folder === undefined ? {} : { folder: objectsFolder }),
  }),
});
