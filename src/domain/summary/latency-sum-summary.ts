/** `summary.json`, sums of latencies of imported runs. */
import { z } from 'zod';
import { LatencySumSchema } from '../latency-sum.js';
import { MillisecondsSchema } from '../units.js';

/** Sums of one-shot latencies, of an imported run: what its rows of `latency-sums.ndjson` come to. */
export const LatencySumSummarySchema = LatencySumSchema.omit({
  schema: true,
  run: true,
  startedAt: true,
  sumMs: true,
}).extend({
  /** How often it was measured. */
  runs: z.number().int().positive(),
  /** Over the runs. A sum of latencies: no rate, and nothing to divide. */
  sumMs: z.object({ p50: MillisecondsSchema, min: MillisecondsSchema, max: MillisecondsSchema }),
});
export type LatencySumSummary = z.infer<typeof LatencySumSummarySchema>;
