/** The Docker daemon as an engine. */
import { dockerDependency } from '../../setup/docker.js';
import type { Engine, EngineHost } from '../engine.js';
import { createDockerRuntime } from './runtime.js';

export function createDockerEngine({ setup }: EngineHost): Engine {
  const dependency = dockerDependency(setup);
  return { name: 'docker', dependency, runtimes: [createDockerRuntime(() => dependency.probe())] };
}
