/** The shims that run Wasm under containerd, and where they are found. */
import { dirname, join } from 'node:path';
import type { RuntimeClass } from '../../../domain/factors.js';
import { administratorFolders, findOnPath } from '../../process/find-on-path.js';

export interface Shim {
  /** The last part of the runtime's id. */
  readonly name: string;
  readonly binary: string;
  /** By which containerd finds the binary: its name without `containerd-shim-`, after `io.containerd.`. */
  readonly containerdName: string;
  /** What its engine does with a module that comes as it is. */
  readonly class: RuntimeClass;
}

const released = 'github.com/containerd/runwasi/releases';

export const shims: readonly (Shim & { readonly remedy: string })[] = [
  {
    name: 'wasmtime',
    binary: 'containerd-shim-wasmtime-v1',
    containerdName: 'io.containerd.wasmtime.v1',
    // Compiled by Cranelift when it is loaded.
    class: 'wasm-jit',
    remedy: `put containerd-shim-wasmtime-v1 on PATH (${released})`,
  },
  {
    name: 'wasmedge',
    binary: 'containerd-shim-wasmedge-v1',
    containerdName: 'io.containerd.wasmedge.v1',
    class: 'wasm-interpreted',
    remedy: `put containerd-shim-wasmedge-v1 on PATH (${released})`,
  },
  {
    name: 'spin',
    binary: 'containerd-shim-spin-v2',
    containerdName: 'io.containerd.spin.v2',
    class: 'wasm-jit',
    remedy: 'put containerd-shim-spin-v2 on PATH (github.com/spinframework/containerd-shim-spin/releases)',
  },
  {
    name: 'lumos',
    binary: 'containerd-shim-lumos-v1',
    containerdName: 'io.containerd.lumos.v1',
    class: 'wasm-interpreted',
    remedy: 'lumos setup runwasi',
  },
];

/** Where our own shim is after `lumos setup runwasi`. */
export const shimInCache = (cacheFolder: string): string =>
  join(cacheFolder, 'engines', 'runwasi', 'containerd-shim-lumos-v1');

/** The path of a shim: on PATH, else in the cache folder; else `undefined`. */
export const findShim = (binary: string, cacheFolder: string): Promise<string | undefined> =>
  findOnPath(binary, [...administratorFolders, dirname(shimInCache(cacheFolder))]);
