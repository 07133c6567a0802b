/** What compiles Rust to wasm32-wasip1: rustup's target, or Debian's packages. */
import { messageOf } from '../../domain/errors.js';
import { findRustup, findWasmRoute } from '../build/rust-toolchain.js';
import { debianWasmPackages, wasmTarget } from '../build/toolchain-route.js';
import type { Dependency } from './dependency.js';
import { installDebianPackages, type SetupOptions } from './machine.js';

export function wasmTargetDependency(options: SetupOptions): Dependency {
  const environment = options.environment ?? process.env;
  return {
    name: 'wasm-target',
    why: `Functions are compiled to ${wasmTarget} for every Wasm engine.`,
    probe: async () => {
      try {
        const route = await findWasmRoute(options.repositoryRoot, environment, { add: false });
        return { usable: true, version: route.description, details: { route: route.name } };
      } catch (error) {
        return { usable: false, why: messageOf(error), remedy: 'lumos setup' };
      }
    },
    install: async (report) => {
      if ((await findRustup(environment)) !== undefined) {
        report(`asking rustup for the target ${wasmTarget}`);
        const route = await findWasmRoute(options.repositoryRoot, environment).catch(() => undefined);
        if (route !== undefined) return;
        report("rustup could not get it, so Debian's packages are taken");
      }
      await installDebianPackages(debianWasmPackages, report, `rustup target add ${wasmTarget}`);
    },
  };
}
