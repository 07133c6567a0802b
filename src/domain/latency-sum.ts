/** The sum of the latencies of N clients that sent one request each: a line of `latency-sums.ndjson`, of imported runs. */
import { z } from 'zod';
import { RuntimeClassSchema } from './factors.js';
import { MillisecondsSchema } from './units.js';

export const latencySumSchemaId = 'lumos/latency-sum@1';

/**
 * What some benchmarks call throughput. It is no rate: how long the clients took together is unknown, how many of them were
 * answered too, and so is what each took. It stands by itself and is compared with nothing of a load.
 */
export const LatencySumSchema = z.object({
  schema: z.literal(latencySumSchemaId),
  function: z.string().min(1),
  payload: z.string().min(1),
  runtime: z.string().min(1),
  class: RuntimeClassSchema,
  environment: z.string().min(1),
  /** Clients that sent one request each. */
  clients: z.number().int().positive(),
  /** Which repetition, from 0. */
  run: z.number().int().nonnegative(),
  /** When the repetition began, ISO 8601 in UTC; absent where nobody said. */
  startedAt: z.string().optional(),
  sumMs: MillisecondsSchema,
});
export type LatencySum = z.infer<typeof LatencySumSchema>;
