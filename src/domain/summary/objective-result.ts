/** `summary.json`, objectives held against cells. */
import { z } from 'zod';
import { CellSchema } from '../factors.js';

/** An objective of the experiment, held against one cell. How each is judged is said in docs/method.md. */
export const ObjectiveResultSchema = CellSchema.extend({
  /** As it was written: `p95 < 50ms`. */
  objective: z.string(),
  metric: z.enum(['quantile', 'mean', 'error-rate', 'throughput', 'cost']),
  /** Of `limit`, `measured` and `ci95`: milliseconds, a part of 1, requests a second, or money for a million invocations. */
  unit: z.enum(['ms', 'share', 'per-second', 'per-million']),
  limit: z.number().positive(),
  /** Absent where there is nothing to take the figure of. */
  measured: z.number().nonnegative().optional(),
  /** 95 % interval of `measured`; its upper end is null where the samples set none. Absent where they carry no interval. */
  ci95: z.tuple([z.number().nonnegative(), z.number().nonnegative().nullable()]).optional(),
  /**
   * `met`: the whole interval keeps to the limit. `missed`: the whole interval breaks it. `unsure`: neither, or there is
   * no interval.
   */
  verdict: z.enum(['met', 'missed', 'unsure']),
  why: z.string(),
  /** Only where the samples are too few to tell: about how many of the cell would do. */
  samplesNeeded: z.number().int().positive().optional(),
});
export type ObjectiveResult = z.infer<typeof ObjectiveResultSchema>;
