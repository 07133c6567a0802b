/** The Docker daemon as an engine. */
import { dockerDependency } from '../../setup/docker.js';
import { dockerClient } from '../../setup/docker-endpoint.js';
import type { Engine, EngineHost } from '../engine.js';
import { createDockerRuntime } from './runtime.js';

export function createDockerEngine({ setup }: EngineHost): Engine {
  const dependency = dockerDependency(setup);
  const runtime = createDockerRuntime({
    id: 'docker',
    probe: () => dependency.probe(),
    // It runs on its own; there is nothing to start and nothing to give back.
    connect: async () => await Promise.resolve({ docker: dockerClient(), close: () => Promise.resolve() }),
  });
  return { name: 'docker', dependency, runtimes: [runtime] };
}
