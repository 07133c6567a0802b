/** What compiles Rust to WASI 0.2 components, which can open connections: rustup's target, and nothing else. */
import { LumosError, messageOf } from '../../domain/errors.js';
import { findComponentRoute } from '../build/rust-toolchain.js';
import { componentTarget } from '../build/toolchain-route.js';
import type { Dependency } from './dependency.js';
import type { SetupOptions } from './machine.js';

/** What mends it, where the error says so. */
const remedyOf = (error: unknown): string =>
  (error instanceof LumosError ? error.remedy : undefined) ?? 'lumos setup';

export function wasmSocketsTargetDependency(options: SetupOptions): Dependency {
  const environment = options.environment ?? process.env;
  return {
    name: 'wasm-sockets-target',
    why: `Functions that open connections from within Wasm are compiled to ${componentTarget}.`,
    probe: async () => {
      try {
        const route = await findComponentRoute(options.repositoryRoot, environment, { add: false });
        return { usable: true, version: route.description, details: {} };
      } catch (error) {
        return { usable: false, why: messageOf(error), remedy: remedyOf(error) };
      }
    },
    install: async (report) => {
      report(`asking rustup for the target ${componentTarget}`);
      await findComponentRoute(options.repositoryRoot, environment);
    },
  };
}
