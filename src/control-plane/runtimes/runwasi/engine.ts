/** Wasm images under containerd through a shim of runwasi, which is how Kubernetes runs Wasm. */
import type { Availability } from '../../../domain/runtime.js';
import { messageOf } from '../../../domain/errors.js';
import { containerdDependency } from '../containerd/dependency.js';
import { containerdOf } from '../containerd/engine.js';
import { createContainerdRuntime } from '../containerd/runtime.js';
import type { Engine, EngineHost } from '../engine.js';
import { runwasiDependency, shimVersion } from './dependency.js';
import { findShim, shims } from './shims.js';

export function createRunwasiEngine(host: EngineHost): Engine {
  const { cacheFolder } = host.setup;
  const containerd = containerdOf(host);
  const runtimes = shims.map((shim) =>
    createContainerdRuntime(containerd, host.machine, {
      id: `runwasi-${shim.name}`,
      engine: 'runwasi',
      mode: shim.name,
      class: shim.class,
      shim: shim.containerdName,
      platform: 'wasi/wasm',
      probe: () => probeShim(shim, cacheFolder),
    }),
  );
  return { name: 'runwasi', dependency: runwasiDependency(host.setup), needs: ['containerd'], runtimes };
}

async function probeShim(
  { binary, remedy }: { readonly binary: string; readonly remedy: string },
  cacheFolder: string,
): Promise<Availability> {
  const path = await findShim(binary, cacheFolder);
  if (path === undefined) return { usable: false, why: `there is no ${binary} on PATH`, remedy };
  const under = await containerdDependency().probe();
  if (!under.usable) return under;
  try {
    const version = await shimVersion(path);
    return { usable: true, version, details: { path, containerd: under.version } };
  } catch (error) {
    return { usable: false, why: messageOf(error), remedy };
  }
}
