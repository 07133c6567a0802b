/** CPU and memory of a control group, in both versions' files. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CgroupPaths } from '../../domain/runtime.js';
import {
  bytes,
  fromMicroseconds,
  fromNanoseconds,
  type Bytes,
  type Milliseconds,
} from '../../domain/units.js';

function readText(folder: string, file: string): string | undefined {
  try {
    return readFileSync(join(folder, file), 'utf8').trim();
  } catch {
    // The group is gone, or this kernel has no such file: the figure could not be measured.
    return undefined;
  }
}

function readNumber(folder: string, file: string): number | undefined {
  const text = readText(folder, file);
  return text === undefined || !/^\d+$/.test(text) ? undefined : Number(text);
}

const present = <K extends string, T>(key: K, value: T | undefined): Partial<Record<K, T>> =>
  (value === undefined ? {} : { [key]: value }) as Partial<Record<K, T>>;

const optional = <T>(value: number | undefined, unit: (value: number) => T): T | undefined =>
  value === undefined ? undefined : unit(value);

/** CPU time of every process the group has had. */
export function cgroupCpu(cgroups: CgroupPaths): {
  cpuMs?: Milliseconds;
  cpuUserMs?: Milliseconds;
  cpuSystemMs?: Milliseconds;
} {
  const folder = cgroups.cpu;
  if (folder === undefined) return {};
  if (cgroups.version === 1) {
    return {
      ...present('cpuMs', optional(readNumber(folder, 'cpuacct.usage'), fromNanoseconds)),
      ...present('cpuUserMs', optional(readNumber(folder, 'cpuacct.usage_user'), fromNanoseconds)),
      ...present('cpuSystemMs', optional(readNumber(folder, 'cpuacct.usage_sys'), fromNanoseconds)),
    };
  }
  const stat = parseFlatKeyed(readText(folder, 'cpu.stat') ?? '');
  return {
    ...present('cpuMs', optional(stat.get('usage_usec'), fromMicroseconds)),
    ...present('cpuUserMs', optional(stat.get('user_usec'), fromMicroseconds)),
    ...present('cpuSystemMs', optional(stat.get('system_usec'), fromMicroseconds)),
  };
}

/** The highest charge the group has had: anonymous memory, kernel memory, and the page cache it was first to touch. */
export function cgroupPeakMemory(cgroups: CgroupPaths): { peakMemoryBytes?: Bytes } {
  if (cgroups.memory === undefined) return {};
  const file = cgroups.version === 1 ? 'memory.max_usage_in_bytes' : 'memory.peak';
  return present('peakMemoryBytes', optional(readNumber(cgroups.memory, file), bytes));
}

/** The kernel's flat keyed format: a key and a number a line. */
export const parseFlatKeyed = (text: string): Map<string, number> =>
  new Map(
    text.split('\n').flatMap((line) => {
      const [key, value] = line.split(' ');
      return key === undefined || value === undefined || value === '' ? [] : [[key, Number(value)] as const];
    }),
  );
