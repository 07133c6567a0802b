/**
 * Whether a container of Podman was killed for memory. Podman 4.3 says no where control groups are version 1: its monitor
 * looks too late. The container's group tells, until Podman removes it some 50 ms after the end.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseCgroupMounts } from '../../cgroup/hierarchy.js';

/** Where Podman puts groups: with its cgroupfs manager, and with systemd's. */
const groupsOf = (container: string): readonly string[] => [
  `libpod_parent/libpod-${container}`,
  `machine.slice/libpod-${container}.scope`,
];

/** @param mounts in the format of /proc/self/mounts */
export function killedInGroup(
  container: string,
  mounts = readFileSync('/proc/self/mounts', 'utf8'),
): boolean {
  const files = parseCgroupMounts(mounts).flatMap(({ point, type, options }) =>
    type === 'cgroup2' || options.includes('memory')
      ? groupsOf(container).map((group) =>
          join(point, group, type === 'cgroup2' ? 'memory.events' : 'memory.oom_control'),
        )
      : [],
  );
  return files.some((file) => Number(/^oom_kill (\d+)$/m.exec(readIfThere(file))?.[1] ?? 0) > 0);
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    // The other manager's, or gone already: nothing is known then.
    return '';
  }
}
