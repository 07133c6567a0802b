/** Our own minimal shim, compiled from test/runwasi-shim with Lumos's toolchain. */
import { chmod, copyFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { messageOf, missingDependency } from '../../../domain/errors.js';
import { milliseconds } from '../../../domain/units.js';
import { findToolchain } from '../../build/rust-toolchain.js';
import { findOnPath } from '../../process/find-on-path.js';
import { runCommand } from '../../process/run-command.js';
import type { Dependency, Report } from '../../setup/dependency.js';
import { exists, installDebianPackages, type SetupOptions } from '../../setup/machine.js';
import { findShim, shimInCache, shims } from './shims.js';
import { makeFolders } from '../../../files/make-folders.js';

const quick = milliseconds(10_000);
const compileLimit = milliseconds(1_800_000);

export function runwasiDependency(options: SetupOptions): Dependency {
  return {
    name: 'runwasi',
    why: 'A shim of runwasi lets containerd run a Wasm image, as under Kubernetes.',
    probe: async () => {
      const [found] = (
        await Promise.all(shims.map(({ binary }) => findShim(binary, options.cacheFolder)))
      ).filter((path) => path !== undefined);
      if (found === undefined)
        return { usable: false, why: 'no shim of runwasi is on PATH', remedy: 'lumos setup runwasi' };
      try {
        return { usable: true, version: await shimVersion(found), details: { path: found } };
      } catch (error) {
        return { usable: false, why: messageOf(error), remedy: `remove ${found}, then: lumos setup runwasi` };
      }
    },
    install: (report) => install(options, report),
  };
}

/** What a shim says with `-v`: `Version: 0.1.0`, among other lines. */
export async function shimVersion(path: string): Promise<string> {
  const { stdout } = await runCommand(path, ['-v'], { timeout: quick });
  return parseShimVersion(stdout) ?? 'unknown';
}

export const parseShimVersion = (said: string): string | undefined => /Version:\s*(\S+)/.exec(said)?.[1];

async function install(options: SetupOptions, report: Report): Promise<void> {
  const folder = join(options.repositoryRoot, 'test', 'runwasi-shim');
  if (!(await exists(join(folder, 'Cargo.toml')))) {
    throw missingDependency(
      'the sources of the shim are in a checkout of Lumos only',
      shims[0]?.remedy ?? '',
    );
  }
  // containerd's protocol is compiled from its descriptions, and libcontainer filters system calls with libseccomp.
  if ((await findOnPath('protoc')) === undefined || !(await exists('/usr/include/seccomp.h')))
    await installDebianPackages(
      ['protobuf-compiler', 'libseccomp-dev', 'pkg-config'],
      report,
      'install protoc and the headers of libseccomp',
    );
  const { cargo, rustc } = await findToolchain(options.repositoryRoot, options.environment ?? process.env);
  const target = join(options.cacheFolder, 'target', 'runwasi-shim');
  report(
    'compiling the minimal shim (containerd-shim-wasm with wasmi), which takes 5 to 15 minutes on two cores',
  );
  await runCommand(cargo, ['build', '--release', '--locked', '--manifest-path', join(folder, 'Cargo.toml')], {
    timeout: compileLimit,
    env: { RUSTC: rustc, CARGO_TARGET_DIR: target, CARGO_TERM_COLOR: 'never' },
    onOutput: (line) => {
      if (/^\s*Compiling (libcontainer|wasmi |wasi-common|containerd)/.test(line)) report(line.trim());
    },
  });
  const place = shimInCache(options.cacheFolder);
  makeFolders(dirname(place));
  const draft = `${place}.${process.pid}`;
  await copyFile(join(target, 'release', 'containerd-shim-lumos-v1'), draft);
  await chmod(draft, 0o755);
  await rename(draft, place);
  await rm(target, { recursive: true, force: true });
}
