/** Rust's compiler and cargo: what every function is built with. */
import { messageOf } from '../../domain/errors.js';
import { findToolchain } from '../build/rust-toolchain.js';
import { debianWasmPackages, oldestRust } from '../build/toolchain-route.js';
import { findOnPath } from '../process/find-on-path.js';
import type { Dependency } from './dependency.js';
import { installDebianPackages, type SetupOptions } from './machine.js';

export const rustElsewhere = `install Rust ${oldestRust.major}.${oldestRust.minor} or newer with rustup, then run this again`;

export function rustDependency(options: SetupOptions): Dependency {
  const environment = options.environment ?? process.env;
  return {
    name: 'rust',
    why: 'Functions are compiled from Rust.',
    probe: async () => {
      try {
        const { version, cargo, host } = await findToolchain(options.repositoryRoot, environment);
        const linker = await findLinker(environment);
        if (linker === undefined) {
          return { usable: false, why: 'the linker cc, which Rust needs, is missing', remedy: 'lumos setup' };
        }
        return { usable: true, version, details: { cargo, host, linker } };
      } catch (error) {
        return { usable: false, why: messageOf(error), remedy: 'lumos setup' };
      }
    },
    install: async (report) => {
      const found = await findToolchain(options.repositoryRoot, environment).catch(() => undefined);
      if (found === undefined) {
        report("taking Debian's newest Rust, which can also build for Wasm; its plain rustc may be too old");
      }
      const compiler = found === undefined ? debianWasmPackages : [];
      await installDebianPackages([...compiler, 'gcc', 'libc6-dev'], report, rustElsewhere);
    },
  };
}

const findLinker = (environment: Readonly<Record<string, string | undefined>>): Promise<string | undefined> =>
  findOnPath('cc', [], environment['PATH'] ?? '');
