/** The S3 server versitygw: found on PATH, else in the cache folder, where it is compiled to. */
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
import { versitygwModule, versitygwProgram, versitygwVersionPinned } from './versitygw-package.js';

const versionLimit = milliseconds(10_000);

/** Where `install` puts it. */
export const versitygwInCache = (cacheFolder: string): string =>
  join(cacheFolder, 'engines', 'versitygw', versitygwVersionPinned, 'versitygw');

/** The versitygw that is used: the one on PATH, else the installed one, else `undefined`. */
export async function findVersitygw(options: SetupOptions): Promise<string | undefined> {
  const environment = options.environment ?? process.env;
  const onPath = await findOnPath('versitygw', [], environment['PATH'] ?? '');
  if (onPath !== undefined) return onPath;
  const cached = versitygwInCache(options.cacheFolder);
  return (await isExecutable(cached)) ? cached : undefined;
}

/**
 * The version of a versitygw: what it says, or, as one made by `go install` only says `git`, what the compiler wrote into it.
 * @throws LumosError when it is none
 */
export async function versitygwVersion(path: string): Promise<string> {
  const { stdout } = await runCommand(path, ['--version'], { timeout: versionLimit });
  const said = /^Version\s*: v?(\S+)/m.exec(stdout)?.[1];
  if (said === undefined) throw new LumosError('failed', `${path} does not say that it is a versitygw`);
  return /^\d/.test(said) ? said : ((await builtVersion(path, versitygwModule)) ?? said);
}

export function versitygwDependency(options: SetupOptions): Dependency {
  return {
    name: 'versitygw',
    why: 'Functions keep objects in S3 where an experiment says so; this is a server of it.',
    probe: async () => {
      const path = await findVersitygw(options);
      if (path === undefined) {
        const why = "there is no versitygw on PATH or in Lumos's cache folder";
        return { usable: false, why, remedy: 'lumos setup s3' };
      }
      try {
        return { usable: true, version: await versitygwVersion(path), details: { path } };
      } catch (error) {
        return { usable: false, why: messageOf(error), remedy: `remove ${path}, then: lumos setup s3` };
      }
    },
    install: (report) => install(options, report),
  };
}

async function install(options: SetupOptions, report: Report): Promise<void> {
  const target = versitygwInCache(options.cacheFolder);
  await mkdir(dirname(target), { recursive: true });
  const workshop = await mkdtemp(join(dirname(target), 'install-'));
  try {
    report(`compiling versitygw ${versitygwVersionPinned}, which takes about 2 minutes on two cores`);
    await rename(await compileGoProgram(options, versitygwProgram, workshop, report), target);
  } finally {
    await rm(workshop, { recursive: true, force: true });
  }
}
