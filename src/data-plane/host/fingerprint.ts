/** What machine this is, as far as it bears on a figure. */
import { existsSync, readFileSync } from 'node:fs';
import { arch, cpus, loadavg, release, totalmem } from 'node:os';
import type { Fingerprint } from '../../domain/run-manifest.js';
import { bytes } from '../../domain/units.js';

const readTrimmed = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return undefined;
  }
};

export function fingerprintHost(lumosVersion: string, cgroupVersion: 1 | 2 | undefined): Fingerprint {
  const [first, ...others] = cpus();
  const governor = readTrimmed('/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor');
  const virtualization = detectVirtualization();
  const [loadAverage] = loadavg();
  return {
    kernel: release(),
    operatingSystem: osName(readTrimmed('/etc/os-release') ?? ''),
    architecture: arch(),
    cpuModel: first?.model.trim() ?? 'unknown',
    cores: 1 + others.length,
    memoryBytes: bytes(totalmem()),
    ...(cgroupVersion === undefined ? {} : { cgroupVersion }),
    ...(virtualization === undefined ? {} : { virtualization }),
    ...(governor === undefined ? {} : { cpuGovernor: governor }),
    ...(loadAverage === undefined ? {} : { loadAverage }),
    nodeVersion: process.version,
    lumosVersion,
  };
}

/** `PRETTY_NAME` of an os-release file, or `unknown`. */
export const osName = (osRelease: string): string =>
  /^PRETTY_NAME="?([^"\n]*)"?$/m.exec(osRelease)?.[1] ?? 'unknown';

function detectVirtualization(): string | undefined {
  const container = existsSync('/.dockerenv') ? ['container'] : [];
  const flags = readTrimmed('/proc/cpuinfo') ?? '';
  const virtual = /^flags\s*:.*\bhypervisor\b/m.test(flags) ? [virtualMachine()] : [];
  const layers = [...container, ...virtual];
  return layers.length === 0 ? undefined : layers.join(' in a ');
}

function virtualMachine(): string {
  const vendor = readTrimmed('/sys/class/dmi/id/sys_vendor');
  return vendor === undefined || vendor === '' ? 'virtual machine' : `virtual machine (${vendor})`;
}

/** CPU time of the whole machine in clock ticks since boot, and how much of it went to its neighbours. */
export interface CpuTicks {
  readonly total: number;
  readonly steal: number;
}

/** The first line of /proc/stat; `undefined` where there is none. */
export function readCpuTicks(stat = readTrimmed('/proc/stat')): CpuTicks | undefined {
  const fields = /^cpu\s+(.*)$/m
    .exec(stat ?? '')?.[1]
    ?.split(/\s+/)
    .map(Number);
  if (fields === undefined || fields.length < 8) return undefined;
  // user nice system idle iowait irq softirq steal; guest time is already within user time.
  return { total: fields.slice(0, 8).reduce((sum, ticks) => sum + ticks, 0), steal: fields[7] ?? 0 };
}

/** Share of the machine's CPU time between two readings that its neighbours took; `undefined` when none passed. */
export function stealShare(before: CpuTicks | undefined, after: CpuTicks | undefined): number | undefined {
  if (before === undefined || after === undefined || after.total <= before.total) return undefined;
  return (after.steal - before.steal) / (after.total - before.total);
}
