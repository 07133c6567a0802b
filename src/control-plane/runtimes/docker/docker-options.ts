/** What of a container's isolation an experiment may choose. The defaults are those of `docker run`. */
import { z } from 'zod';
import type { Docker } from './docker-types.js';
import type { SandboxLimits } from '../../../domain/runtime.js';
import { cpuQuota, needsQuota } from '../../cgroup/cpu-limit.js';
import { leastMemory } from '../least-memory.js';

export const DockerOptionsSchema = z.strictObject({
  /**
   * What the function's binary stands on in its image: nothing (`scratch`), Debian's slim base (`debian`), or an image that
   * the daemon has, by its reference.
   */
  base: z.string().min(1).default('scratch'),
  /** `bridge` is Docker's own default; `none` has only a loopback; `host` shares this machine's. */
  network: z.enum(['bridge', 'none', 'host']).default('bridge'),
  /** Docker's default system call filter, or none. */
  seccomp: z.enum(['default', 'unconfined']).default('default'),
  readOnlyRoot: z.boolean().default(false),
  /** Keep Docker's default capabilities, or drop all of them. */
  capabilities: z.enum(['default', 'none']).default('default'),
  /** The most CPU time it gets, in cores; without it, all there is. */
  cpus: z.number().positive().optional(),
  /** The most memory it gets, where the experiment's limit for all runtimes or its environment is not less. */
  memoryMiB: z.number().int().positive().optional(),
});
export type DockerOptions = z.infer<typeof DockerOptionsSchema>;

/** Whether the base is an image of the daemon's, and not one that Lumos makes. */
export const isReference = (base: string): boolean => base !== 'scratch' && base !== 'debian';

/** Label by which a run's containers and images are told from all others. */
export const runLabel = 'lumos.run';
export const functionLabel = 'lumos.function';

/** Where a container sees the folder of its objects. */
export const objectsFolder = '/objects';

/** Where a function serves HTTP in a container with a network of its own. */
const servedPort = 8080;

const nanosOfCpu = 1e9;

/** The variable that tells a function where to serve HTTP, for a container of that network. */
export const servingVariable = (network: DockerOptions['network'], port: number): string =>
  network === 'host' ? `LUMOS_HTTP=127.0.0.1:${port}` : `LUMOS_HTTP=0.0.0.0:${servedPort}`;

export interface ContainerWish {
  readonly image: string;
  readonly names: { readonly runId: string; readonly function: string };
  readonly options: DockerOptions;
  readonly limits: SandboxLimits;
  /** The folder of objects of this machine. */
  readonly folder?: string | undefined;
  /** The port of this machine's loopback on which it is to serve HTTP. */
  readonly port?: number | undefined;
  /** The CPUs it is kept to, as the kernel lists them. */
  readonly cpus?: string | undefined;
  /** What the daemon's containers have besides. */
  readonly hostConfig?: Docker.HostConfig | undefined;
}

/** The request body that creates a container with its standard streams attached. */
export function createBody(wish: ContainerWish): Docker.ContainerCreateOptions {
  const { image, names, options, port } = wish;
  const published = port !== undefined && options.network === 'bridge';
  return {
    Image: image,
    Labels: { [runLabel]: names.runId, [functionLabel]: names.function },
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
    OpenStdin: true,
    StdinOnce: true,
    Tty: false,
    NetworkDisabled: options.network === 'none',
    ...(port === undefined ? {} : { Env: [servingVariable(options.network, port)] }),
    ...(published ? { ExposedPorts: { [`${servedPort}/tcp`]: {} } } : {}),
    HostConfig: {
      ...wish.hostConfig,
      NetworkMode: options.network,
      ReadonlyRootfs: options.readOnlyRoot,
      // Standard output carries payloads: a log driver would write every one of them to disk a second time.
      LogConfig: { Type: 'none', Config: {} },
      ...(published
        ? { PortBindings: { [`${servedPort}/tcp`]: [{ HostIp: '127.0.0.1', HostPort: String(port) }] } }
        : {}),
      ...(wish.folder === undefined
        ? {}
        : { Mounts: [{ Type: 'bind', Source: wish.folder, Target: objectsFolder, ReadOnly: false }] }),
      ...(options.seccomp === 'unconfined' ? { SecurityOpt: ['seccomp=unconfined'] } : {}),
      ...(options.capabilities === 'none' ? { CapDrop: ['ALL'] } : {}),
      ...(wish.cpus === undefined ? {} : { CpusetCpus: wish.cpus }),
      ...cpuOf(options, wish.limits),
      ...memoryOf(options, wish.limits),
    },
  };
}

/** The container's own limit or its environment's, whichever is less. */
function cpuOf({ cpus }: DockerOptions, { cpu }: SandboxLimits): Docker.HostConfig {
  if (cpu === undefined) return cpus === undefined ? {} : { NanoCpus: Math.round(cpus * nanosOfCpu) };
  const cores = Math.min(cpus ?? cpu.cores, cpu.cores);
  const own = { CpusetCpus: cpu.cpus.join(',') };
  if (!needsQuota({ ...cpu, cores })) return own;
  const { quotaMicroseconds, periodMicroseconds } = cpuQuota(cores);
  return { ...own, CpuPeriod: periodMicroseconds, CpuQuota: quotaMicroseconds };
}

/** The container's own limit or the one for all runtimes, whichever is less. Swap is part of it, so that a limit is one. */
function memoryOf({ memoryMiB }: DockerOptions, { memoryBytes }: SandboxLimits): Docker.HostConfig {
  const most = leastMemory(memoryMiB, memoryBytes);
  return most === undefined ? {} : { Memory: most, MemorySwap: most };
}
