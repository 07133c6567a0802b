/** A sandbox's counters at one moment, read from the kernel. Reading them is never inside a timed window. */
import type { Accounting } from '../../domain/runtime.js';
import { bytes, type Bytes, type Milliseconds } from '../../domain/units.js';
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
      return { ...proc, cpuMs: 'cgroup v1 cpuacct.usage', cpuUserMs: 'cgroup v1 cpuacct.usage_user', cpuSystemMs: 'cgroup v1 cpuacct.usage_sys', peakMemoryBytes: 'cgroup v1 memory.max_usage_in_bytes' };
    case 2:
      return { ...proc, cpuMs: 'cgroup v2 cpu.stat usage_usec', cpuUserMs: 'cgroup v2 cpu.stat user_usec', cpuSystemMs: 'cgroup v2 cpu.stat system_usec', peakMemoryBytes: 'cgroup v2 memory.peak' };
    case undefined:
      return { ...proc, cpuMs: '/proc/PID/task/*/schedstat, summed over the sandbox’s live threads' };
  }
}

/**
 * What happened between two readings: differences of the running counters, the later reading's peaks. A figure that
 * is not in both readings is absent; without an earlier reading the counters are taken to have started at 0.
 */
export function between(before: Counters | undefined, after: Counters): Counters {
  if (before === undefined) return after;
  const difference = <T extends number>(later: T | undefined, earlier: T | undefined): T | undefined =>
    later === undefined || earlier === undefined ? undefined : (Math.max(0, later - earlier) as T);
  return defined({
    cpuMs: difference(after.cpuMs, before.cpuMs),
    cpuUserMs: difference(after.cpuUserMs, before.cpuUserMs),
    cpuSystemMs: difference(after.cpuSystemMs, before.cpuSystemMs),
    peakMemoryBytes: after.peakMemoryBytes,
    peakResidentBytes: after.peakResidentBytes,
    readBytes: difference(after.readBytes, before.readBytes ?? bytes(0)),
    writtenBytes: difference(after.writtenBytes, before.writtenBytes ?? bytes(0)),
  });
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

function defined<T extends object>(value: T): Defined<T> {
  return Object.fromEntries(Object.entries(value).filter(([, figure]) => figure !== undefined)) as Defined<T>;
}
