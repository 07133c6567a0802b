/** Every engine, in the order in which lists show them. A new one adds its folder and one line here. */
import { createContainerdEngine } from './containerd/engine.js';
import { createCrunEngine } from './crun/engine.js';
import { createDockerEngine } from './docker/engine.js';
import type { CreateEngine, Engine, EngineHost } from './engine.js';
import { createNativeEngine } from './native/engine.js';
import { createPodmanEngine } from './podman/engine.js';
import { createRunwasiEngine } from './runwasi/engine.js';
import { createWasmtimeEngine } from './wasmtime/engine.js';

const engines: readonly CreateEngine[] = [
  createNativeEngine,
  createDockerEngine,
  createPodmanEngine,
  createContainerdEngine,
  createCrunEngine,
  createRunwasiEngine,
  createWasmtimeEngine,
];

export const createEngines = (host: EngineHost): readonly Engine[] => engines.map((create) => create(host));
