/** The control groups in which a process finds itself, as folders. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CgroupPaths } from '../../domain/runtime.js';
import { parseCgroupMounts } from './hierarchy.js';

/** The path of each controller in the format of /proc/PID/cgroup; version 2's one path under the name ''. */
export function parseProcessGroups(text: string): Map<string, string> {
  const paths = new Map<string, string>();
  for (const line of text.split('\n').filter(Boolean)) {
    const [, controllers = '', ...path] = line.split(':');
    for (const controller of controllers.split(',')) paths.set(controller, path.join(':'));
  }
  return paths;
}

/**
 * Where the counters of the group of `pid` are, in version 1's hierarchies or version 2's. `undefined` when it has no
 * group of its own (it stands in a root) or is gone.
 */
export function cgroupsOfProcess(pid: number): CgroupPaths | undefined {
  let groups: Map<string, string>;
  try {
    groups = parseProcessGroups(readFileSync(`/proc/${pid}/cgroup`, 'utf8'));
  } catch {
    return undefined;
  }
  const mounts = parseCgroupMounts(readFileSync('/proc/self/mounts', 'utf8'));
  const folder = (controller: string): string | undefined => {
    const mount = mounts.find((m) =>
      controller === '' ? m.type === 'cgroup2' : m.options.includes(controller),
    );
    const path = groups.get(controller);
    if (mount === undefined || path === undefined || path === '/') return undefined;
    const found = join(mount.point, path);
    return existsSync(found) ? found : undefined;
  };
  const cpu = folder('cpuacct');
  const memory = folder('memory');
  const first = memory ?? cpu;
  if (first !== undefined) {
    return {
      version: 1,
      processes: first,
      ...(cpu === undefined ? {} : { cpu }),
      ...(memory === undefined ? {} : { memory }),
    };
  }
  const unified = folder('');
  return unified === undefined
    ? undefined
    : { version: 2, processes: unified, cpu: unified, memory: unified };
}
