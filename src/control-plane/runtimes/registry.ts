/** Every runtime, in the order in which lists show them. A new runtime adds its folder and one line here. */
import type { Runtime } from '../../domain/runtime.js';
import { createDockerRuntime, type DockerProbe } from './docker/runtime.js';
import type { LocalMachine } from './command-runtime.js';
import { createNativeRuntime } from './native/runtime.js';
import { createWasmtimeRuntimes, type WasmtimeEngine } from './wasmtime/runtimes.js';

export interface Engines {
  readonly machine: LocalMachine;
  readonly wasmtime: WasmtimeEngine;
  readonly docker: DockerProbe;
}

export const createRegistry = ({ machine, wasmtime, docker }: Engines): readonly Runtime[] => [
  createNativeRuntime(machine),
  createDockerRuntime(docker),
  ...createWasmtimeRuntimes(machine, wasmtime),
];
