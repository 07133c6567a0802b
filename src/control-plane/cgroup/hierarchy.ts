/** Which control groups this machine offers us: version 1's controllers, or version 2's one tree. */
import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Folders in which we may make groups of our own. A controller that is not there is absent. */
export interface Hierarchy {
  readonly version: 1 | 2;
  readonly cpu?: string;
  readonly memory?: string;
  /** Where CPU time is limited, by quota and period; `cpu` is where it is counted. */
  readonly quota?: string;
  /** Where a group is told its CPUs. */
  readonly cpuset?: string;
  /** The folder in which groups hold the processes; for version 2 the same as the others. */
  readonly root: string;
}

interface Mount {
  readonly point: string;
  readonly type: string;
  readonly options: readonly string[];
}

/** The mounts in the format of /proc/self/mounts that are control groups. */
export function parseCgroupMounts(text: string): Mount[] {
  return text
    .split('\n')
    .map((line) => line.split(' '))
    .filter(([, , type]) => type === 'cgroup' || type === 'cgroup2')
    .map(([, point = '', type = '', options = '']) => ({ point, type, options: options.split(',') }));
}

function writable(path: string | undefined): path is string {
  if (path === undefined) return false;
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * The hierarchy sandboxes' groups are made in: version 2 where it has the controller memory (CPU time it counts without one), else version 1's
 * cpuacct and memory. `undefined` where neither can be written: counters then come from /proc alone.
 */
export function findHierarchy(mountsPath = '/proc/self/mounts'): Hierarchy | undefined {
  const mounts = parseCgroupMounts(readFileSync(mountsPath, 'utf8'));
  const unified = mounts.find((mount) => mount.type === 'cgroup2')?.point;
  if (writable(unified) && existsSync(join(unified, 'cgroup.controllers'))) {
    const controllers = readFileSync(join(unified, 'cgroup.controllers'), 'utf8').trim().split(' ');
    if (controllers.includes('memory')) {
      const quota = controllers.includes('cpu') ? { quota: unified } : {};
      const cpuset = controllers.includes('cpuset') ? { cpuset: unified } : {};
      return { version: 2, root: unified, cpu: unified, memory: unified, ...quota, ...cpuset };
    }
  }
  const controller = (name: string): string | undefined => {
    const point = mounts.find((mount) => mount.type === 'cgroup' && mount.options.includes(name))?.point;
    return writable(point) ? point : undefined;
  };
  const cpu = controller('cpuacct');
  const memory = controller('memory');
  const root = memory ?? cpu;
  if (root === undefined) return undefined;
  const quota = controller('cpu');
  const cpuset = controller('cpuset');
  return {
    version: 1,
    root,
    ...(cpu === undefined ? {} : { cpu }),
    ...(memory === undefined ? {} : { memory }),
    ...(quota === undefined ? {} : { quota }),
    ...(cpuset === undefined ? {} : { cpuset }),
  };
}
