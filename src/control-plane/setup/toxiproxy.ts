/** toxiproxy: found on PATH, else in the cache folder, where it is compiled to. */
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { LumosError, messageOf } from '../../domain/errors.js';
import { milliseconds } from '../../domain/units.js';
import { findOnPath, isExecutable } from '../process/find-on-path.js';
import { runCommand } from '../process/run-command.js';
import type { Dependency, Report } from './dependency.js';
import { builtVersion } from './go-build-info.js';
import { compileGoProgram } from './go-install.js';
import type { SetupOptions } from './machine.js';
import { toxiproxyModule, toxiproxyProgram, toxiproxyVersionPinned } from './toxiproxy-package.js';

const versionLimit = milliseconds(10_000);
/** What the project calls its program. */
const programName = 'toxiproxy-server';

/** Where `install` puts it. */
export const toxiproxyInCache = (cacheFolder: string): string =>
  join(cacheFolder, 'engines', 'toxiproxy', toxiproxyVersionPinned, programName);

/** The toxiproxy that is used: the one on PATH, else the installed one, else `undefined`. */
export async function findToxiproxy(options: SetupOptions): Promise<string | undefined> {
  const environment = options.environment ?? process.env;
  const onPath = await findOnPath(programName, [], environment['PATH'] ?? '');
  if (onPath !== undefined) return onPath;
  const cached = toxiproxyInCache(options.cacheFolder);
  return (await isExecutable(cached)) ? cached : undefined;
}

/** The version of a toxiproxy: what it says, or what the compiler wrote into it. @throws LumosError when it is none */
export async function toxiproxyVersion(path: string): Promise<string> {
  const { stdout, stderr } = await runCommand(path, ['-version'], { timeout: versionLimit });
  const said = /toxiproxy-server version v?(\S+)/.exec(`${stdout}\n${stderr}`)?.[1];
  if (said === undefined) throw new LumosError('failed', `${path} does not say that it is a toxiproxy`);
  return /^\d/.test(said) ? said : ((await builtVersion(path, toxiproxyModule)) ?? said);
}

export function toxiproxyDependency(options: SetupOptions): Dependency {
  return {
    name: 'toxiproxy',
    why: 'It stands between functions and their data where an environment has them apart.',
    probe: async () => {
      const path = await findToxiproxy(options);
      if (path === undefined) {
        const why = `there is no ${programName} on PATH or in Lumos's cache folder`;
        return { usable: false, why, remedy: 'lumos setup toxiproxy' };
      }
      try {
        return { usable: true, version: await toxiproxyVersion(path), details: { path } };
      } catch (error) {
        return {
          usable: false,
          why: messageOf(error),
          remedy: `remove ${path}, then: lumos setup toxiproxy`,
        };
      }
    },
    install: (report) => install(options, report),
  };
}

async function install(options: SetupOptions, report: Report): Promise<void> {
  const target = toxiproxyInCache(options.cacheFolder);
  await mkdir(dirname(target), { recursive: true });
  const workshop = await mkdtemp(join(dirname(target), 'install-'));
  try {
    report(`compiling toxiproxy ${toxiproxyVersionPinned}, which takes about a minute on two cores`);
    await rename(await compileGoProgram(options, toxiproxyProgram, workshop, report), target);
  } finally {
    await rm(workshop, { recursive: true, force: true });
  }
}
