/** What of a container's isolation an experiment may choose. The defaults are those of `docker run`. */
import { z } from 'zod';
import type { Docker } from './docker-types.js';
import type { SandboxLimits } from '../../../domain/runtime.js';

export const DockerOptionsSchema = z.strictObject({
  /** What the function's binary stands on in its image: nothing, or Debian's slim base. */
  base: z.enum(['scratch', 'debian']).default('scratch'),
  /** `bridge` is Docker's own default; `none` has only a loopback; `host` shares this machine's. */
  network: z.enum(['bridge', 'none', 'host']).default('bridge'),
  /** Docker's default system call filter, or none. */
  seccomp: z.enum(['default', 'unconfined']).default('default'),
  readOnlyRoot: z.boolean().default(false),
  /** Keep Docker's default capabilities, or drop all of them. */
  capabilities: z.enum(['default', 'none']).default('default'),
});
export type DockerOptions = z.infer<typeof DockerOptionsSchema>;

/** Label by which a run's containers and images are told from all others. */
export const runLabel = 'lumos.run';
export const functionLabel = 'lumos.function';

/** Where a container sees the folder of its objects. */
export const objectsFolder = '/objects';

/** The request body that creates a container with its standard streams attached. */
export function createBody(
  image: string,
  names: { readonly runId: string; readonly function: string },
  options: DockerOptions,
  limits: SandboxLimits,
  folder?: string,
): Docker.ContainerCreateOptions {
  const { memoryBytes } = limits;
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
    HostConfig: {
      NetworkMode: options.network,
      ReadonlyRootfs: options.readOnlyRoot,
      // Standard output carries payloads: a log driver would write every one of them to disk a second time.
      LogConfig: { Type: 'none', Config: {} },
      ...(folder === undefined
        ? {}
        : { Mounts: [{ Type: 'bind', Source: folder, Target: objectsFolder, ReadOnly: false }] }),
      ...(options.seccomp === 'unconfined' ? { SecurityOpt: ['seccomp=unconfined'] } : {}),
      ...(options.capabilities === 'none' ? { CapDrop: ['ALL'] } : {}),
      ...(memoryBytes === undefined ? {} : { Memory: memoryBytes, MemorySwap: memoryBytes }),
    },
  };
}
