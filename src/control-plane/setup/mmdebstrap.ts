/** mmdebstrap: makes the Debian base of images from Debian's packages, without a registry of images. */
import { messageOf } from '../../domain/errors.js';
import { milliseconds } from '../../domain/units.js';
import { findOnPath } from '../process/find-on-path.js';
import { runCommand } from '../process/run-command.js';
import type { Dependency } from './dependency.js';
import { installDebianPackages } from './machine.js';

const quick = milliseconds(30_000);
const elsewhere = 'install mmdebstrap, or take "base: scratch" for the runtime docker';

export const mmdebstrapDependency = (): Dependency => ({
  name: 'mmdebstrap',
  why: 'It makes the Debian base of container images.',
  probe: async () => {
    const path = await findOnPath('mmdebstrap');
    if (path === undefined) {
      return { usable: false, why: 'mmdebstrap is not installed', remedy: 'lumos setup mmdebstrap' };
    }
    try {
      const { stdout } = await runCommand(path, ['--version'], { timeout: quick });
      return { usable: true, version: stdout.trim(), details: { path } };
    } catch (error) {
      return { usable: false, why: messageOf(error), remedy: elsewhere };
    }
  },
  install: (report) => installDebianPackages(['mmdebstrap'], report, elsewhere),
});
