/** Programs that are compiled from a crate of Rust's registry, by `cargo install`. */
import { join } from 'node:path';
import { findToolchain } from '../build/rust-toolchain.js';
import { runCommand } from '../process/run-command.js';
import type { Report } from './dependency.js';
import type { SetupOptions } from './machine.js';

export interface CargoProgram {
  readonly crate: string;
  readonly version: string;
  readonly program: string;
  /** More arguments of `cargo install`, e.g. of features. */
  readonly args?: readonly string[];
}

/**
 * Compiles a program within the folder `workshop`, of the very crates that its author locked. Returns its path there.
 * @throws LumosError `missing-dependency` without a Rust, `failed` with the compiler's own words
 */
export async function compileCargoProgram(
  options: SetupOptions,
  { crate, version, program, args = [] }: CargoProgram,
  workshop: string,
  report: Report,
): Promise<string> {
  const { cargo, rustc } = await findToolchain(options.repositoryRoot, options.environment ?? process.env);
  const install = ['install', crate, '--version', version, '--locked', '--root', workshop, ...args];
  await runCommand(cargo, install, {
    env: { RUSTC: rustc, CARGO_TERM_COLOR: 'never', CARGO_TARGET_DIR: join(workshop, 'target') },
    onOutput: (line) => {
      if (/^\s*Installing /.test(line) || line.includes(`Compiling ${crate} `)) report(line.trim());
    },
  });
  return join(workshop, 'bin', program);
}
