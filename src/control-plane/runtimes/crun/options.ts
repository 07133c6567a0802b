/** What of a bundle's isolation an experiment may choose. */
import { z } from 'zod';

export const BundleOptionsSchema = z.strictObject({
  /** What the function's binary stands on: nothing, or Debian's slim base. */
  base: z.enum(['scratch', 'debian']).default('scratch'),
  /**
   * `none`: a network of its own with nothing in it but a loopback that is down, which is what an OCI runtime makes by itself:
   * a bridge is an engine's work. `host`: this machine's.
   */
  network: z.enum(['none', 'host']).default('none'),
  /** `default`: the filter that engines hand to the OCI runtime. By itself it has none. */
  seccomp: z.enum(['default', 'unconfined']).default('unconfined'),
  readOnlyRoot: z.boolean().default(false),
});
export type BundleOptions = z.infer<typeof BundleOptionsSchema>;
