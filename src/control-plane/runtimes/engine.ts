/** What an engine's folder gives the house: its runtimes, its compilers, and how it is found and installed. */
import type { Availability, Precompiler, Runtime } from '../../domain/runtime.js';
import type { Dependency } from '../setup/dependency.js';
import type { SetupOptions } from '../setup/machine.js';
import type { LocalMachine } from './command-runtime.js';

export interface Engine {
  /** As in the `engine` of its runtimes. */
  readonly name: string;
  /** How it is found and installed, under the engine's name; absent for what is always there. */
  readonly dependency?: Dependency;
  /** Names of other dependencies that running on it needs. */
  readonly needs?: readonly string[];
  readonly runtimes: readonly Runtime[];
  readonly precompilers?: readonly Precompiler[];
  /** What keeps the state that its start `snapshot` is restored from. */
  readonly snapshots?: Snapshots;
}

export interface Snapshots {
  readonly name: string;
  /** Of what, e.g. "modules of Wasm". */
  readonly of: string;
  probe(): Promise<Availability>;
}

/** What an engine's folder is given. */
export interface EngineHost {
  readonly machine: LocalMachine;
  readonly setup: SetupOptions;
}

export type CreateEngine = (host: EngineHost) => Engine;
