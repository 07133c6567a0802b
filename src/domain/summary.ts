/** `summary.json`: what the statistics make of the rows. */
import { z } from 'zod';
import { CellSchema, OutcomeSchema, phases } from './factors.js';
import { BytesSchema, MillisecondsSchema } from './units.js';

export const summarySchemaId = 'lumos/summary@1';

/** A two-sided interval, [low, high]. */
const interval = <T extends z.ZodType>(of: T) => z.tuple([of, of]);

export const LatencySummarySchema = z.object({
  p50: MillisecondsSchema,
  p90: MillisecondsSchema,
  p99: MillisecondsSchema,
  mean: MillisecondsSchema,
  min: MillisecondsSchema,
  max: MillisecondsSchema,
  /** Standard deviation; absent for one sample. */
  sd: MillisecondsSchema.optional(),
  /** 95 % interval of the p50; absent where the samples are too few to carry one. */
  ci95: interval(MillisecondsSchema).optional(),
});
export type LatencySummary = z.infer<typeof LatencySummarySchema>;

export const PhasesSummarySchema = z.object(
  Object.fromEntries(phases.map((phase) => [phase, MillisecondsSchema.optional()])) as Record<
    (typeof phases)[number],
    z.ZodOptional<typeof MillisecondsSchema>
  >,
);

export const CellSummarySchema = CellSchema.extend({
  /** Samples: invocations with outcome `ok`. */
  n: z.number().int().nonnegative(),
  /** Sandboxes the samples come from. */
  sandboxes: z.number().int().nonnegative(),
  failures: z.partialRecord(OutcomeSchema.exclude(['ok']), z.number().int().positive()),
  /** Absent when no invocation was `ok`. */
  latencyMs: LatencySummarySchema.optional(),
  /** Median of each phase that was measured. */
  phasesMs: PhasesSummarySchema,
  cpuMs: MillisecondsSchema.optional(),
  peakMemoryBytes: BytesSchema.optional(),
  peakResidentBytes: BytesSchema.optional(),
  readBytes: BytesSchema.optional(),
  writtenBytes: BytesSchema.optional(),
  payloadBytes: BytesSchema,
  responseBytes: BytesSchema.optional(),
  /** Compressed bytes a node would pull. */
  imageBytes: BytesSchema.optional(),
  /** Only where a load was kept up; a sequence of single requests has no throughput. */
  throughputPerSecond: z.number().optional(),
  /** What a reader must know before using the cell's figures, e.g. "n = 8: p99 is the largest sample". */
  notes: z.array(z.string()),
});
export type CellSummary = z.infer<typeof CellSummarySchema>;

export const VerdictSchema = z.enum(['lower', 'higher', 'same', 'unsure']);
export type Verdict = z.infer<typeof VerdictSchema>;

export const ComparisonSchema = z.object({
  function: z.string(),
  payload: z.string(),
  environment: z.string(),
  start: CellSchema.shape.start,
  concurrency: CellSchema.shape.concurrency,
  metric: z.enum(['latencyMs', 'cpuMs', 'peakMemoryBytes']),
  baseline: z.string(),
  candidate: z.string(),
  /** Median of the candidate over median of the baseline. */
  ratio: z.number().positive(),
  /** 95 % interval of the ratio; absent where either side has too few samples to carry one. */
  ci95: interval(z.number().nonnegative()).optional(),
  verdict: VerdictSchema,
  n: z.object({ baseline: z.number().int(), candidate: z.number().int() }),
});
export type Comparison = z.infer<typeof ComparisonSchema>;

export const SummarySchema = z.object({
  schema: z.literal(summarySchemaId),
  runId: z.string(),
  experiment: z.string(),
  rows: z.number().int().nonnegative(),
  failures: z.number().int().nonnegative(),
  /** Ratios within 1/(1+margin) and 1+margin count as the same. */
  margin: z.number(),
  cells: z.array(CellSummarySchema),
  comparisons: z.array(ComparisonSchema),
  /** Cells of the plan that have not one sample. */
  empty: z.number().int().nonnegative(),
});
export type Summary = z.infer<typeof SummarySchema>;
