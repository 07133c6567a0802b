/** The arguments with which `ctr` runs a container. Pure. */
import type { SandboxLimits } from '../../../domain/runtime.js';
import { cpuQuota, needsQuota } from '../../cgroup/cpu-limit.js';
import { leastMemory } from '../least-memory.js';
import type { ContainerdOptions } from './options.js';

export interface RunWish {
  readonly image: string;
  readonly container: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly shim: string;
  readonly platform: string | undefined;
  readonly options: ContainerdOptions;
  readonly limits: SandboxLimits;
  readonly folder: string | undefined;
  readonly port: number | undefined;
}

export function runArguments(wish: RunWish): readonly string[] {
  const { options, limits } = wish;
  const memory = leastMemory(options.memoryMiB, limits.memoryBytes);
  return [
    ...['run', '--runtime', wish.shim],
    ...(wish.platform === undefined ? [] : ['--platform', wish.platform]),
    ...Object.entries(wish.labels).flatMap(([name, value]) => ['--label', `${name}=${value}`]),
    // One level below the root: runc removes the group that it makes, and no parent of it.
    ...['--cgroup', `/${wish.container}`],
    ...(options.network === 'host' ? ['--net-host'] : []),
    ...(options.seccomp === 'default' ? ['--seccomp'] : []),
    ...(options.readOnlyRoot ? ['--read-only'] : []),
    ...cpuArguments(options, limits),
    ...(memory === undefined ? [] : ['--memory-limit', String(memory)]),
    ...(wish.port === undefined ? [] : ['--env', `LUMOS_HTTP=127.0.0.1:${wish.port}`]),
    ...(wish.folder === undefined
      ? []
      : ['--mount', `type=bind,src=${wish.folder},dst=/objects,options=rbind:rw`]),
    wish.image,
    wish.container,
  ];
}

/** Its CPUs a container finds in its group, which is made before it (`reserveCpus`): the client has no word for them. */
function cpuArguments({ cpus }: ContainerdOptions, { cpu }: SandboxLimits): readonly string[] {
  if (cpu === undefined) return cpus === undefined ? [] : ['--cpus', String(cpus)];
  const cores = Math.min(cpus ?? cpu.cores, cpu.cores);
  if (!needsQuota({ ...cpu, cores })) return [];
  const { quotaMicroseconds, periodMicroseconds } = cpuQuota(cores);
  return ['--cpu-period', String(periodMicroseconds), '--cpu-quota', String(quotaMicroseconds)];
}
