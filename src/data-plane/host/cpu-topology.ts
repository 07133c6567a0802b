/** Which CPUs this process may use, and which of them share a core. */
import { readFileSync } from 'node:fs';
import { parseCpuList } from '../../domain/cpu-list.js';

/** By the kernel's own word in /proc/PID/status; undefined where there is none. */
export function allowedCpus(
  status: string = readFileSync('/proc/self/status', 'utf8'),
): number[] | undefined {
  const list = /^Cpus_allowed_list:\s*(\S+)$/m.exec(status)?.[1];
  return list === undefined ? undefined : parseCpuList(list);
}

/** The CPUs on the core of `cpu`, itself among them; itself alone where the kernel does not say. */
export function siblingsOf(cpu: number): number[] {
  try {
    const file = `/sys/devices/system/cpu/cpu${cpu}/topology/thread_siblings_list`;
    return parseCpuList(readFileSync(file, 'utf8').trim());
  } catch {
    return [cpu];
  }
}
