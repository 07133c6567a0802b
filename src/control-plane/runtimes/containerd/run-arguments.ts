/** The arguments with which `ctr` runs a container. Pure. */
import type { SandboxLimits } from '../../../domain/runtime.js';
import type { ContainerdOptions } from './options.js';

const bytesOfMiB = 1024 * 1024;

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
  const memory = options.memoryMiB === undefined ? limits.memoryBytes : options.memoryMiB * bytesOfMiB;
  return [
    ...['run', '--runtime', wish.shim],
    ...(wish.platform === undefined ? [] : ['--platform', wish.platform]),
    ...Object.entries(wish.labels).flatMap(([name, value]) => ['--label', `${name}=${value}`]),
    // One level below the root: runc removes the group that it makes, and no parent of it.
    ...['--cgroup', `/${wish.container}`],
    ...(options.network === 'host' ? ['--net-host'] : []),
    ...(options.seccomp === 'default' ? ['--seccomp'] : []),
    ...(options.readOnlyRoot ? ['--read-only'] : []),
    ...(options.cpus === undefined ? [] : ['--cpus', String(options.cpus)]),
    ...(memory === undefined ? [] : ['--memory-limit', String(memory)]),
    ...(wish.port === undefined ? [] : ['--env', `LUMOS_HTTP=127.0.0.1:${wish.port}`]),
    ...(wish.folder === undefined
      ? []
      : ['--mount', `type=bind,src=${wish.folder},dst=/objects,options=rbind:rw`]),
    wish.image,
    wish.container,
  ];
}
