/** The command lines of wasmtime. What decides what is measured is said in them, never left to a default. */
import type { RuntimeClass, Start } from '../../../domain/factors.js';
import type { ArtifactKind, Reach } from '../../../domain/runtime.js';
import { cacheFlags } from './compiled-cache.js';
import { wasmtimeKinds } from './precompilers.js';

/** A way of `wasmtime run`. */
export interface Mode {
  readonly name: string;
  readonly class: RuntimeClass;
  readonly artifactKind: ArtifactKind;
  /** Sockets are in WASI 0.2 only: a function that opens connections is a component. */
  readonly socketArtifactKind: ArtifactKind;
  /** What runs where the function had initialised before. */
  readonly snapshotArtifactKind: ArtifactKind;
  readonly flags: readonly string[];
  /** Its cache of compiled modules is on, in a folder of the run's own that has the module already. */
  readonly isCached?: boolean;
  /** What to compile an empty module with, to see whether this wasmtime was built with the compiler. */
  readonly trialFlags?: readonly string[];
}

const compiledAtStart = {
  class: 'wasm-jit',
  artifactKind: 'wasm-module',
  socketArtifactKind: 'wasm-component',
  snapshotArtifactKind: wasmtimeKinds.snapshot,
} as const;
const winch = ['-C', 'compiler=winch'];
const pulley = ['--target', 'pulley64'];

export const modes: readonly Mode[] = [
  {
    name: 'aot',
    class: 'wasm-aot',
    artifactKind: wasmtimeKinds.aot,
    socketArtifactKind: wasmtimeKinds.aotComponent,
    snapshotArtifactKind: wasmtimeKinds.aotSnapshot,
    flags: ['--allow-precompiled'],
  },
  {
    name: 'interpreted',
    class: 'wasm-interpreted',
    artifactKind: wasmtimeKinds.pulley,
    socketArtifactKind: wasmtimeKinds.pulleyComponent,
    snapshotArtifactKind: wasmtimeKinds.pulleySnapshot,
    flags: ['--allow-precompiled', ...pulley],
    trialFlags: pulley,
  },
  // Its cache of compiled modules is off by default, and said to be, so that a configuration file cannot turn it on.
  { name: 'jit', ...compiledAtStart, flags: ['-C', 'cache=n'] },
  { name: 'jit-cached', ...compiledAtStart, flags: [], isCached: true },
  // A compiler of one pass: less to wait for at the start, slower code. Who takes it wants to start at once, so it compiles
  // there, as `wasmtime run` does by itself.
  { name: 'winch', ...compiledAtStart, flags: ['-C', 'cache=n', ...winch], trialFlags: winch },
];

/** Where a module sees the folder of its objects. */
export const objectsFolder = '/objects';

/** @param cacheFolder of a mode that has a cache */
export const runArguments = (
  { flags }: Pick<Mode, 'flags'>,
  module: string,
  reach: Reach,
  cacheFolder?: string,
): string[] => [
  ...['run', ...flags, ...(cacheFolder === undefined ? [] : cacheFlags(cacheFolder))],
  ...[...reachFlags(reach), module],
];

/** Serves until it is killed, at a port of the loopback. What `wasmtime serve` says when it does: `servingPattern`. */
export const serveArguments = (component: string, reach: Reach, start: Start, port: number): string[] => [
  ...['serve', '--allow-precompiled', '--addr', `127.0.0.1:${port}`, '-S', 'cli'],
  ...[...reuseFlags(start), ...reachFlags(reach), component],
];

/** What `wasmtime serve` writes to its standard error once it accepts connections. */
export const servingPattern = /^Serving HTTP on /m;

const reuseFlag = '--max-instance-reuse-count';

/**
 * Whether an instance serves again. `warm` keeps one for as long as a run may take; every other start has a new instance
 * for each request, which is the default of components of WASI 0.2, and said so that it is in every version.
 */
const reuseFlags = (start: Start): string[] =>
  start === 'warm' ? [reuseFlag, '1000000000', '--idle-instance-timeout', '3600s'] : [reuseFlag, '1'];

/** What the help of `wasmtime serve` must name for `serveArguments` to be understood. */
export const neededOfServe = [reuseFlag, '--idle-instance-timeout', '--allow-precompiled'] as const;

/** What the engine must be told to let a module reach; without it, it has its standard streams only. */
const reachFlags = ({ folder, sockets }: Reach): string[] => [
  ...(folder === undefined ? [] : ['--dir', `${folder}::${objectsFolder}`]),
  ...(sockets === true ? ['-S', 'inherit-network=y', '-S', 'tcp=y', '-S', 'allow-ip-name-lookup=y'] : []),
];
