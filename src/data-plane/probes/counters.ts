/** A sandbox's counters at one moment, read from the kernel. Reading them is never inside a timed window. */
import type { Accounting } from '../../domain/runtime.js';
import { splitCpu } from './cpu-split.js';
import { bytes, milliseconds, type Bytes, type Milliseconds } from '../../domain/units.js';
import { cgroupCpu, cgroupPeakMemory } from './cgroup-counters.js';
import { processCpu, processCounters } from './process-counters.js';

/** What could be read; the rest is absent. CPU, read and written run on; the peaks are of the life so far. */
export interface Counters {
  readonly cpuMs?: Milliseconds;
  readonly cpuUserMs?: Milliseconds;
  readonly cpuSystemMs?: Milliseconds;
  readonly peakMemoryBytes?: Bytes;
  readonly peakResidentBytes?: Bytes;
  readonly readBytes?: Bytes;
  readonly writtenBytes?: Bytes;
}

export function readCounters(accounting: Accounting): Counters {
  const processes = accounting.processes();
  const { cgroups } = accounting;
  return {
    ...processCounters(processes),
    ...(cgroups?.cpu === undefined ? processCpu(processes) : cgroupCpu(cgroups)),
    ...(cgroups?.memory === undefined ? {} : cgroupPeakMemory(cgroups)),
  };
}

/** Which counter each figure comes from, for the manifest. */
export function describeProbes(cgroupVersion: 1 | 2 | undefined): Record<string, string> {
  const proc = {
    peakResidentBytes: '/proc/PID/status VmHWM, summed over the sandbox’s processes',
    readBytes: '/proc/PID/io rchar, summed over the sandbox’s processes',
    writtenBytes: '/proc/PID/io wchar, summed over the sandbox’s processes',
  };
  switch (cgroupVersion) {
    case 1:
      return {
        ...proc,
        cpuMs: 'cgroup v1 cpuacct.usage',
        cpuUserMs: 'cpuMs in the proportion of cgroup v1 cpuacct.usage_user and usage_sys, from 100 ms on',
        cpuSystemMs: 'likewise',
        peakMemoryBytes: 'cgroup v1 memory.max_usage_in_bytes',
      };
    case 2:
      return {
        ...proc,
        cpuMs: 'cgroup v2 cpu.stat usage_usec',
        cpuUserMs: 'cpuMs in the proportion of cgroup v2 cpu.stat user_usec and system_usec, from 100 ms on',
        cpuSystemMs: 'likewise',
        peakMemoryBytes: 'cgroup v2 memory.peak',
      };
    case undefined:
      return { ...proc, cpuMs: '/proc/PID/task/*/schedstat, summed over the sandbox’s live threads' };
  }
}

/** The counters of a sandbox that does not exist yet: what runs, starts from 0. */
export const beforeAnything: Counters = {
  cpuMs: milliseconds(0),
  cpuUserMs: milliseconds(0),
  cpuSystemMs: milliseconds(0),
  readBytes: bytes(0),
  writtenBytes: bytes(0),
};

/**
 * What happened between two readings: differences of the running counters, the later reading's peaks. A figure that
 * is not in both readings is absent.
 */
export function between(before: Counters, after: Counters): Counters {
  const difference = <T extends number>(key: RunningCounter, later: T | undefined): T | undefined => {
    if (later === undefined) return undefined;
    const earlier = before[key];
    return earlier === undefined ? undefined : (Math.max(0, later - earlier) as T);
  };
  const cpuMs = difference('cpuMs', after.cpuMs);
  return defined({
    cpuMs,
    ...splitCpu(
      cpuMs,
      difference('cpuUserMs', after.cpuUserMs),
      difference('cpuSystemMs', after.cpuSystemMs),
    ),
    peakMemoryBytes: after.peakMemoryBytes,
    peakResidentBytes: after.peakResidentBytes,
    readBytes: difference('readBytes', after.readBytes),
    writtenBytes: difference('writtenBytes', after.writtenBytes),
  });
}

type RunningCounter = 'cpuMs' | 'cpuUserMs' | 'cpuSystemMs' | 'readBytes' | 'writtenBytes';

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

function defined<T extends object>(value: T): Defined<T> {
  return Object.fromEntries(Object.entries(value).filter(([, figure]) => figure !== undefined)) as Defined<T>;
}
