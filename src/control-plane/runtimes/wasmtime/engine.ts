/**
 * wasmtime: precompiled machine code, precompiled Pulley bytecode, compiled at start by Cranelift (with its cache and
 * without) or Winch; and its HTTP server, which makes a new instance for each request.
 */
import type { RuntimeClass, Start } from '../../../domain/factors.js';
import { missingDependency } from '../../../domain/errors.js';
import type { ArtifactKind, Availability, Reach } from '../../../domain/runtime.js';
import { createCommandRuntime, type CommandRuntimeDescription } from '../command-runtime.js';
import type { Engine, EngineHost } from '../engine.js';
import { findWasmtime, wasmtimeDependency } from './dependency.js';
import { cacheFlags, warmedCache } from './compiled-cache.js';
import { createWasmtimePrecompilers, wasmtimeKinds } from './precompilers.js';

interface Mode {
  readonly name: string;
  readonly class: RuntimeClass;
  readonly artifactKind: ArtifactKind;
  /** Sockets are in WASI 0.2 only: a function that opens connections is a component. */
  readonly socketArtifactKind: ArtifactKind;
  readonly flags: readonly string[];
  /** Its cache of compiled modules is on, in a folder of the run's own that has the module already. */
  readonly isCached?: boolean;
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
  {
    name: 'jit-cached',
    class: 'wasm-jit',
    artifactKind: 'wasm-module',
    socketArtifactKind: 'wasm-component',
    flags: [],
    isCached: true,
  },
  // A compiler of one pass: less to wait for at the start, slower code.
  {
    name: 'winch',
    class: 'wasm-jit',
    artifactKind: 'wasm-module',
    socketArtifactKind: 'wasm-component',
    flags: ['-C', 'cache=n', '-C', 'compiler=winch'],
  },
];

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
  const probe = (): Promise<Availability> => dependency.probe();
  const runtimes = [
    ...modes.map((mode) => createCommandRuntime(machine, runtimeOf(mode, find, probe))),
    createCommandRuntime(machine, serverOf(find, probe)),
  ];
  const precompilers = createWasmtimePrecompilers(() => find().catch(() => undefined));
  return { name: 'wasmtime', dependency, runtimes, precompilers };
}

const runtimeOf = (
  { name, flags, isCached = false, ...kinds }: Mode,
  find: () => Promise<string>,
  probe: () => Promise<Availability>,
): CommandRuntimeDescription => ({
  id: `wasmtime-${name}`,
  engine: 'wasmtime',
  mode: name,
  ...kinds,
  probe,
  command: async ({ artifact, reach }, { files }) => {
    const cache = files === undefined ? [] : cacheFlags(files);
    return {
      file: await find(),
      args: ['run', ...flags, ...cache, ...reachFlags(reach), artifact.path],
      ...(reach.folder === undefined ? {} : { folder: objectsFolder }),
    };
  },
  ...(isCached ? { prepare: async (request) => await warmedCache(await find(), request) } : {}),
});

/** `wasmtime serve`: an engine that is up, and calls a component for each request. */
const serverOf = (
  find: () => Promise<string>,
  probe: () => Promise<Availability>,
): CommandRuntimeDescription => ({
  id: 'wasmtime-serve',
  engine: 'wasmtime',
  mode: 'serve',
  class: 'wasm-aot',
  artifactKind: wasmtimeKinds.aotHttp,
  socketArtifactKind: wasmtimeKinds.aotHttp,
  transports: ['http'],
  starts: ['cold', 'fresh', 'warm'],
  probe,
  command: async ({ artifact, reach }, { start, port = 0 }) => ({
    file: await find(),
    args: [
      ...['serve', '--allow-precompiled', '--addr', `127.0.0.1:${port}`, '-S', 'cli'],
      ...reuseFlags(start),
      ...reachFlags(reach),
      artifact.path,
    ],
    servingPattern: /Serving HTTP on/,
    ...(reach.folder === undefined ? {} : { folder: objectsFolder }),
  }),
});

/** Whether an instance serves again. The default of components of WASI 0.2 is said, so that it is the same in every version. */
const reuseFlags = (start: Start): string[] =>
  start === 'warm'
    ? ['--max-instance-reuse-count', '1000000000', '--idle-instance-timeout', '3600s']
    : ['--max-instance-reuse-count', '1'];

/** Where a module sees the folder of its objects. */
const objectsFolder = '/objects';

/** What the engine must be told to let a module reach; without it, it has its standard streams only. */
const reachFlags = ({ folder, sockets }: Reach): string[] => [
  ...(folder === undefined ? [] : ['--dir', `${folder}::${objectsFolder}`]),
  ...(sockets === true ? ['-S', 'inherit-network=y', '-S', 'tcp=y', '-S', 'allow-ip-name-lookup=y'] : []),
];
