/**
 * A group's share of the CPUs. Whole cores are CPUs of its own (cpuset): nothing is ever held up. A part of a core is a
 * quota besides: so much CPU time in each period, and then a wait for the next.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { LumosError } from '../../domain/errors.js';
import type { CpuLimit } from '../../domain/runtime.js';

/** The least that the kernel takes for either. */
const leastMicroseconds = 1000;

export interface CpuQuota {
  readonly quotaMicroseconds: number;
  readonly periodMicroseconds: number;
}

/**
 * The shortest period that the kernel allows for a share: what a sandbox may do in one go before it is held up for the
 * first time is the quota, so the shortest quota is the truest. @param cores above 0
 */
export function cpuQuota(cores: number): CpuQuota {
  const share = cores / Math.ceil(cores);
  const period = Math.max(2 * leastMicroseconds, Math.ceil(leastMicroseconds / share));
  return { quotaMicroseconds: Math.round(period * cores), periodMicroseconds: period };
}

/** Whether CPUs of its own are not enough to hold a sandbox to it. */
export const needsQuota = ({ cores }: CpuLimit): boolean => !Number.isInteger(cores);

/** The CPUs that this process may run on, by number. */
export function allowedCpus(status = readFileSync('/proc/self/status', 'utf8')): number[] {
  return parseCpuList(/^Cpus_allowed_list:\s*(\S+)/m.exec(status)?.[1] ?? '');
}

/** Reads the kernel's lists of CPUs: `0-3,8`. */
export function parseCpuList(text: string): number[] {
  return text
    .trim()
    .split(',')
    .filter(Boolean)
    .flatMap((part) => {
      const [first = 0, last = first] = part.split('-').map(Number);
      return Array.from({ length: last - first + 1 }, (_, index) => first + index);
    });
}

export interface CpuFolders {
  readonly version: 1 | 2;
  /** The group's folder where CPU time is limited, and where it is told its CPUs. */
  readonly quota?: string;
  readonly cpuset?: string;
}

/** Holds a new, empty group to `limit`. @throws LumosError `missing-dependency` without the controllers; what the kernel says */
export function limitCpu(limit: CpuLimit, { version, quota, cpuset }: CpuFolders): void {
  if (cpuset === undefined) throw noController('cpuset');
  assignCpus(cpuset, limit.cpus, version);
  if (!needsQuota(limit)) return;
  if (quota === undefined) throw noController('cpu');
  const { quotaMicroseconds, periodMicroseconds } = cpuQuota(limit.cores);
  if (version === 2) {
    writeFileSync(join(quota, 'cpu.max'), `${quotaMicroseconds} ${periodMicroseconds}`);
    return;
  }
  writeFileSync(join(quota, 'cpu.cfs_period_us'), String(periodMicroseconds));
  writeFileSync(join(quota, 'cpu.cfs_quota_us'), String(quotaMicroseconds));
}

/** Version 1 makes groups without any CPU or memory node, and a group can have none that its parent has not. */
export function assignCpus(folder: string, cpus: readonly number[], version: 1 | 2): void {
  if (version === 1) {
    const parent = dirname(folder);
    const above = dirname(parent);
    for (const file of ['cpuset.cpus', 'cpuset.mems']) inherit(join(parent, file), join(above, file));
    inherit(join(folder, 'cpuset.mems'), join(parent, 'cpuset.mems'));
  }
  writeFileSync(join(folder, 'cpuset.cpus'), cpus.join(','));
}

function inherit(file: string, from: string): void {
  if (readFileSync(file, 'utf8').trim() === '') writeFileSync(file, readFileSync(from, 'utf8').trim());
}

export const noController = (name: string): LumosError =>
  new LumosError('missing-dependency', `there is no control group controller ${name} that can be written`, {
    remedy:
      'Run as root on a machine with the controllers cpu, cpuset and memory, or without the environment.',
  });
