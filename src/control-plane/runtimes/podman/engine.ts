/** Podman as an engine: the same API as Docker's, and no daemon that owns the containers. */
import { createDockerRuntime } from '../docker/runtime.js';
import type { Engine, EngineHost } from '../engine.js';
import { podmanDependency } from './dependency.js';
import { podmanDaemon } from './service.js';

export function createPodmanEngine({ machine }: EngineHost): Engine {
  const daemon = podmanDaemon(machine.shimPath);
  return { name: 'podman', dependency: podmanDependency(), runtimes: [createDockerRuntime(daemon)] };
}
