/**
 * componentize-js: installed into the cache folder by npm from a lock file of our own, and no package of Lumos's: it weighs
 * some 400 MB, and only components of functions in TypeScript are made with it.
 */
import { copyFile, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { missingDependency } from '../../domain/errors.js';
import { milliseconds } from '../../domain/units.js';
import { componentizeJsVersion, componentizerFolder } from '../build/componentizer-place.js';
import { findComponentizer } from '../build/componentize.js';
import { findOnPath } from '../process/find-on-path.js';
import { runCommand } from '../process/run-command.js';
import type { Dependency, Report } from './dependency.js';
import type { SetupOptions } from './machine.js';

const installLimit = milliseconds(900_000);

export function componentizeJsDependency(options: SetupOptions): Dependency {
  return {
    name: 'componentize-js',
    why: 'It makes functions that are written in TypeScript components of WebAssembly.',
    probe: async () => {
      const found = await findComponentizer(options.cacheFolder);
      return found === undefined
        ? {
            usable: false,
            why: "there is no componentize-js in Lumos's cache folder",
            remedy: 'lumos setup componentize-js',
          }
        : { usable: true, version: found.version, details: { path: found.folder } };
    },
    install: (report) => install(options, report),
  };
}

async function install({ cacheFolder, repositoryRoot }: SetupOptions, report: Report): Promise<void> {
  const npm = await findOnPath('npm');
  if (npm === undefined) throw missingDependency('there is no npm', 'install npm, which comes with Node');
  const target = componentizerFolder(cacheFolder);
  await mkdir(dirname(target), { recursive: true });
  const workshop = await mkdtemp(join(dirname(target), 'install-'));
  try {
    const pinned = join(repositoryRoot, 'sdks', 'typescript', 'componentizer');
    for (const name of ['package.json', 'package-lock.json']) {
      await copyFile(join(pinned, name), join(workshop, name));
    }
    report(`installing componentize-js ${componentizeJsVersion} with npm (some 400 MB, digests pinned)`);
    // What it is made of needs none of its packages' scripts, and none is run. Not `npm ci`: it wants the optional packages of
    // every other platform in the lock file, which holds those of the registry it was made with.
    const quiet = ['--ignore-scripts', '--no-save', '--no-audit', '--no-fund'];
    await runCommand(npm, ['install', ...quiet], {
      cwd: workshop,
      timeout: installLimit,
    });
    await rm(target, { recursive: true, force: true });
    await rename(workshop, target);
  } finally {
    await rm(workshop, { recursive: true, force: true });
  }
}
