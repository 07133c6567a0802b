/** Every engine, in the order in which lists show them. A new one adds its folder and one line here. */
import { createContainerdEngine } from './containerd/engine.js';
import { createCrunEngine } from './crun/engine.js';
import { createDockerEngine } from './docker/engine.js';
import type { CreateEngine, Engine, EngineHost } from './engine.js';
import { createNativeEngine } from './native/engine.js';
import { createNodeEngine } from './node/engine.js';
import { createPodmanEngine } from './podman/engine.js';
import { createRunwasiEngine } from './runwasi/engine.js';
import { createV8Engine } from './v8/engine.js';
import { createWamrEngine } from './wamr/engine.js';
import { createWasmedgeEngine } from './wasmedge/engine.js';
import { createWasmerEngine } from './wasmer/engine.js';
import { createWasmiEngine } from './wasmi/engine.js';
import { createWasmtimeEngine } from './wasmtime/engine.js';
import { createWazeroEngine } from './wazero/engine.js';

const engines: readonly CreateEngine[] = [
  createNativeEngine,
  createNodeEngine,
  createDockerEngine,
  createPodmanEngine,
  createContainerdEngine,
  createCrunEngine,
  createRunwasiEngine,
  createWasmtimeEngine,
  createWazeroEngine,
  createWasmiEngine,
  createV8Engine,
  createWasmerEngine,
  createWamrEngine,
  createWasmedgeEngine,
];

export const createEngines = (host: EngineHost): readonly Engine[] => engines.map((create) => create(host));
