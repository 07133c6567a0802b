/** A way between two machines, and how long bytes take on it: what an environment declares, not what a run measured. */
import { z } from 'zod';
import { milliseconds, type Bytes, type Milliseconds } from '../../domain/units.js';

export const LinkSchema = z.object({
  /** What a request and its answer spend on the way, besides being sent. */
  roundTripMs: z.number().nonnegative(),
  /** In each direction, 10^6 bits a second; absent: so much that it does not count. */
  megabitsPerSecond: z.number().positive().optional(),
});
export type Link = z.infer<typeof LinkSchema>;

/** An environment's own ways, as far as its file declares them. */
export const DeclaredEnvironmentSchema = z.object({
  name: z.string().min(1),
  /** Between a client and the platform; no latency that was measured has it in it. */
  clients: LinkSchema.optional(),
  /** Between a function and the service that keeps its objects; measured latencies have it in them. */
  dataService: LinkSchema.optional(),
});
export type DeclaredEnvironment = z.infer<typeof DeclaredEnvironmentSchema>;

/**
 * Round trips one after the other, and the bytes at the link's rate. A connection is taken to be open, and the link to have
 * no other load.
 */
export const linkTime = (
  { roundTripMs, megabitsPerSecond }: Link,
  roundTrips: number,
  sent: Bytes,
): Milliseconds =>
  milliseconds(
    roundTrips * roundTripMs +
      (megabitsPerSecond === undefined ? 0 : (sent * 8) / (megabitsPerSecond * 1000)),
  );
