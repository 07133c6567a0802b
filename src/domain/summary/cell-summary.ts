/** `summary.json`, its cells and what is compared between them. */
import { z } from 'zod';
import { CellSchema, ConditionsSchema, OutcomeSchema, phases } from '../factors.js';
import { BytesSchema, MillisecondsSchema } from '../units.js';
import { interval } from './interval.js';

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
  /** Samples: invocations with outcome `ok`; of a load all its successes, whether or not they have a row. */
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
  /** Medians of what the rows of the same names say of the storage, where they do. */
  storageRoundTrips: z.number().optional(),
  fetchedBytes: BytesSchema.optional(),
  storedBytes: BytesSchema.optional(),
  hostFetchMs: MillisecondsSchema.optional(),
  hostStoreMs: MillisecondsSchema.optional(),
  serviceRequests: z.number().optional(),
  serviceReceivedBytes: BytesSchema.optional(),
  serviceSentBytes: BytesSchema.optional(),
  /** Absent where no row says. */
  payloadBytes: BytesSchema.optional(),
  responseBytes: BytesSchema.optional(),
  /** Compressed bytes a node would pull. */
  imageBytes: BytesSchema.optional(),
  /** Only where a load was kept up; a sequence of single requests has no throughput. */
  throughputPerSecond: z.number().optional(),
  /** Loads only: the number of rows behind the parts of the latency and the sandboxes. Latency itself covers all successes. */
  sampledRows: z.number().int().nonnegative().optional(),
  /** Loads only: why the level is not valid. Such a cell has no figures and no verdict. */
  notValid: z.string().optional(),
  /** What a reader must know before using the cell's figures, e.g. "n = 8: p99 is the largest sample". */
  notes: z.array(z.string()),
});
export type CellSummary = z.infer<typeof CellSummarySchema>;

export const VerdictSchema = z.enum(['lower', 'higher', 'same', 'unsure']);
export type Verdict = z.infer<typeof VerdictSchema>;

export const ComparisonSchema = ConditionsSchema.extend({
  metric: z.enum(['latencyMs', 'cpuMs', 'peakMemoryBytes']),
  baseline: z.string(),
  candidate: z.string(),
  /** As in `Cell.options`, where they are not the runtime's defaults. */
  baselineOptions: z.string().optional(),
  candidateOptions: z.string().optional(),
  /** Median of the candidate over median of the baseline. */
  ratio: z.number().positive(),
  /** 95 % interval of the ratio; absent where either side has too few samples to carry one. */
  ci95: interval(z.number().nonnegative()).optional(),
  verdict: VerdictSchema,
  n: z.object({ baseline: z.number().int(), candidate: z.number().int() }),
});
export type Comparison = z.infer<typeof ComparisonSchema>;
