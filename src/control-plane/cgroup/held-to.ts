/** What a process is held to, read back from the kernel: by its own group and by every one above it. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { allowedCpus } from './cpu-limit.js';
import { parseCgroupMounts } from './hierarchy.js';
import { parseProcessGroups } from './process-groups.js';

export interface HeldTo {
  /** The CPUs it may run on, by number. */
  readonly cpus: readonly number[];
  /** CPU time its tightest quota lets it have in each second, in seconds; absent without one. */
  readonly cores?: number;
  /** How often that quota has held up its group. */
  readonly throttled: number;
}

/** `undefined` for a process that is gone. */
export function heldTo(pid: number): HeldTo | undefined {
  try {
    const cpus = allowedCpus(readFileSync(`/proc/${pid}/status`, 'utf8'));
    const quotas = groupsOf(pid).flatMap(quotaOf);
    const [tightest] = quotas.sort((a, b) => a.cores - b.cores);
    return tightest === undefined ? { cpus, throttled: 0 } : { cpus, ...tightest };
  } catch {
    return undefined;
  }
}

/** The folders of a process's group where CPU time is limited, and of those above it. */
function groupsOf(pid: number): string[] {
  const groups = parseProcessGroups(readFileSync(`/proc/${pid}/cgroup`, 'utf8'));
  const mounts = parseCgroupMounts(readFileSync('/proc/self/mounts', 'utf8'));
  return mounts.flatMap(({ type, options, point }) => {
    if (type === 'cgroup' && !options.includes('cpu')) return [];
    const path = groups.get(type === 'cgroup2' ? '' : 'cpu');
    if (path === undefined) return [];
    const folders: string[] = [];
    for (let at = path; at !== '/' && at !== '.'; at = dirname(at)) folders.push(join(point, at));
    return folders;
  });
}

function quotaOf(folder: string): { cores: number; throttled: number }[] {
  const read = (name: string): string | undefined => {
    try {
      return readFileSync(join(folder, name), 'utf8').trim();
    } catch {
      return undefined;
    }
  };
  const [quota, period] = read('cpu.max')?.split(' ') ?? [
    read('cpu.cfs_quota_us'),
    read('cpu.cfs_period_us'),
  ];
  const cores = Number(quota) / Number(period);
  if (!(cores > 0)) return [];
  return [{ cores, throttled: Number(/^nr_throttled (\d+)$/m.exec(read('cpu.stat') ?? '')?.[1] ?? 0) }];
}
