/** `containerd` with runc: a container by the daemon that Docker and Kubernetes stand on, without what they add. */
import { join } from 'node:path';
import type { Engine, EngineHost } from '../engine.js';
import { shimInCache } from '../runwasi/shims.js';
import { Containerd } from './client.js';
import { containerdDependency } from './dependency.js';
import { createContainerdRuntime } from './runtime.js';
import { dirname } from 'node:path';

const daemons = new Map<string, Containerd>();

/** The containerd of a cache folder: one for all engines that run under it. */
export function containerdOf({ setup, machine }: EngineHost): Containerd {
  const folder = join(setup.cacheFolder, 'containerd');
  const known = daemons.get(folder);
  if (known !== undefined) return known;
  const made = new Containerd(folder, machine.shimPath, [dirname(shimInCache(setup.cacheFolder))]);
  daemons.set(folder, made);
  return made;
}

export function createContainerdEngine(host: EngineHost): Engine {
  const dependency = containerdDependency();
  const runtime = createContainerdRuntime(containerdOf(host), host.machine, {
    id: 'containerd',
    engine: 'containerd',
    class: 'container',
    shim: 'io.containerd.runc.v2',
    probe: () => dependency.probe(),
  });
  return { name: 'containerd', dependency, runtimes: [runtime] };
}
