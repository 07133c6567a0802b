/** containerd with its client `ctr` and runc, found on PATH or installed from Debian's packages. */
import { messageOf } from '../../../domain/errors.js';
import type { Availability } from '../../../domain/runtime.js';
import { milliseconds } from '../../../domain/units.js';
import { administratorFolders, findOnPath } from '../../process/find-on-path.js';
import { runCommand } from '../../process/run-command.js';
import type { Dependency } from '../../setup/dependency.js';
import { installDebianPackages, isRoot } from '../../setup/machine.js';

const quick = milliseconds(10_000);
const elsewhere = 'install containerd with ctr, and runc, so that they are on PATH';

export interface ContainerdPrograms {
  readonly containerd: string;
  readonly ctr: string;
}

/** The programs, or the names of those that are missing. */
export async function findContainerd(): Promise<ContainerdPrograms | readonly string[]> {
  const find = (name: string): Promise<string | undefined> => findOnPath(name, administratorFolders);
  const [containerd, ctr, runc] = await Promise.all(['containerd', 'ctr', 'runc'].map(find));
  if (containerd !== undefined && ctr !== undefined && runc !== undefined) return { containerd, ctr };
  return Object.entries({ containerd, ctr, runc }).flatMap(([name, path]) =>
    path === undefined ? [name] : [],
  );
}

export const containerdDependency = (): Dependency => ({
  name: 'containerd',
  why: 'It makes containers of images, as under Kubernetes; shims for Wasm run under it.',
  probe: probeContainerd,
  install: (report) => installDebianPackages(['containerd', 'runc'], report, elsewhere),
});

async function probeContainerd(): Promise<Availability> {
  const found = await findContainerd();
  if (!('ctr' in found)) {
    return {
      usable: false,
      why: `containerd is not installed (no ${found.join(', no ')})`,
      remedy: 'lumos setup containerd',
    };
  }
  if (!isRoot()) {
    return { usable: false, why: 'containerd needs root’s rights', remedy: 'run lumos as root' };
  }
  try {
    const { stdout } = await runCommand(found.containerd, ['--version'], { timeout: quick });
    const version = parseContainerdVersion(stdout);
    if (version === undefined) throw new Error(`${found.containerd} does not say that it is containerd`);
    const runc = await runCommand('runc', ['--version'], { timeout: quick });
    const runcVersion = /^runc version (\S+)/.exec(runc.stdout)?.[1] ?? 'unknown';
    return { usable: true, version, details: { path: found.containerd, runc: runcVersion } };
  } catch (error) {
    return { usable: false, why: messageOf(error), remedy: elsewhere };
  }
}

/** `containerd github.com/containerd/containerd 1.6.20~ds1 1.6.20~ds1-1` to `1.6.20~ds1`. */
export const parseContainerdVersion = (said: string): string | undefined =>
  /^containerd \S+ v?(\d\S*)/.exec(said)?.[1];
