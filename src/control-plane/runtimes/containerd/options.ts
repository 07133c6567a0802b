/** What of a container's isolation under containerd an experiment may choose. */
import { z } from 'zod';

export const ContainerdOptionsSchema = z.strictObject({
  /** What the function's binary stands on: nothing, or Debian's slim base. Of no account for Wasm. */
  base: z.enum(['scratch', 'debian']).default('scratch'),
  /** `none`: a network of its own with nothing in it, as containerd leaves it; `host`: this machine's. */
  network: z.enum(['none', 'host']).default('none'),
  /** containerd's default system call filter, or none. */
  seccomp: z.enum(['default', 'unconfined']).default('default'),
  readOnlyRoot: z.boolean().default(false),
  cpus: z.number().positive().optional(),
  memoryMiB: z.number().int().positive().optional(),
});
export type ContainerdOptions = z.infer<typeof ContainerdOptionsSchema>;
