/** `summary.json`, all runtimes in one table. */
import { z } from 'zod';
import { CellSchema } from '../factors.js';
import { BytesSchema, MillisecondsSchema } from '../units.js';
import { interval } from './interval.js';

/** A median of a cell with its 95 % interval; without one where the samples are too few. */
export const MedianSchema = z.object({
  p50: MillisecondsSchema,
  ci95: interval(MillisecondsSchema).optional(),
});

/** One runtime in the league table: everything that a person weighs, in a row. */
export const LeagueRowSchema = CellSchema.pick({
  runtime: true,
  class: true,
  transport: true,
  language: true,
  options: true,
}).extend({
  /** The engine's version. */
  version: z.string().optional(),
  /** Median latencies by function and start, each at the function's first payload of the experiment. */
  latencies: z.array(
    MedianSchema.extend({ function: z.string(), payload: z.string(), start: CellSchema.shape.start }),
  ),
  /** Invocations that failed, and all of them. */
  failed: z.number().int().nonnegative(),
  invocations: z.number().int().nonnegative(),
  /** Median over the functions of how long the engine takes to precompile; absent where it does not. */
  precompileMs: MillisecondsSchema.optional(),
  /** Medians over the functions: the file that runs, and the compressed image that a node would pull. */
  artifactBytes: BytesSchema.optional(),
  imageBytes: BytesSchema.optional(),
  /** Median peak of a sandbox of the first function. */
  peakMemoryBytes: BytesSchema.optional(),
});
export type LeagueRow = z.infer<typeof LeagueRowSchema>;
