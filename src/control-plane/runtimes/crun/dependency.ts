/** crun, found on PATH or installed from Debian's package. */
import { messageOf } from '../../../domain/errors.js';
import { milliseconds } from '../../../domain/units.js';
import { administratorFolders, findOnPath } from '../../process/find-on-path.js';
import { runCommand } from '../../process/run-command.js';
import type { Dependency } from '../../setup/dependency.js';
import { installDebianPackages, isRoot } from '../../setup/machine.js';

const quick = milliseconds(10_000);
const elsewhere = 'install crun so that it is on PATH';

export const findCrun = (): Promise<string | undefined> => findOnPath('crun', administratorFolders);

export const crunDependency = (): Dependency => ({
  name: 'crun',
  why: 'It runs a container without an engine.',
  probe: async () => {
    const path = await findCrun();
    if (path === undefined)
      return { usable: false, why: 'crun is not installed', remedy: 'lumos setup crun' };
    if (!isRoot())
      return { usable: false, why: 'crun needs root’s rights for containers', remedy: 'run lumos as root' };
    try {
      const { stdout } = await runCommand(path, ['--version'], { timeout: quick });
      const version = parseCrunVersion(stdout);
      if (version !== undefined) return { usable: true, version, details: { path } };
      return { usable: false, why: `${path} does not say that it is crun`, remedy: elsewhere };
    } catch (error) {
      return { usable: false, why: messageOf(error), remedy: elsewhere };
    }
  },
  install: (report) => installDebianPackages(['crun'], report, elsewhere),
});

/** `crun version 1.8.1` and more lines to `1.8.1`. */
export const parseCrunVersion = (said: string): string | undefined => /^crun version (\S+)/.exec(said)?.[1];
