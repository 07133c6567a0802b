/** One level of load as it was measured: a line of `levels.ndjson`. */
import { z } from 'zod';
import { CellSchema, type Outcome } from './factors.js';
import { PrecisionSchema } from './load.js';
import { BytesSchema, JoulesSchema, MillisecondsSchema } from './units.js';

export const levelSchemaId = 'lumos/level@1';

const interval = z.tuple([z.number(), z.number()]);
const count = z.number().int().nonnegative();

/** Buckets that a histogram has (src/stats/latency-histogram.ts). */
export const histogramBuckets = 35_840;

const bucket = count.max(histogramBuckets - 1);

/** A latency histogram: the counts of its buckets that are not empty, by the buckets' numbers (src/stats/latency-histogram.ts). */
export const StoredHistogramSchema = z
  .object({
    counts: z.array(z.tuple([bucket, z.number().positive()])),
    /** Exact; all absent where nothing was recorded. */
    minMs: MillisecondsSchema.optional(),
    maxMs: MillisecondsSchema.optional(),
    sumMs: MillisecondsSchema,
    beyondRange: count,
  })
  .refine(
    ({ counts, minMs, maxMs }) => counts.length === 0 || (minMs !== undefined && maxMs !== undefined),
    'a histogram with counts has a least and a largest value',
  );
export type StoredHistogram = z.infer<typeof StoredHistogramSchema>;

/** What happened in one stretch of time, counted from the beginning of the level. */
export const TimeSliceSchema = z.object({
  fromMs: MillisecondsSchema,
  /** Requests by when they were due. */
  ok: count,
  cold: count,
  failed: count,
  /** The slowest answer among them; absent where there was none. */
  worstMs: MillisecondsSchema.optional(),
  /** The most instances that stood or started. */
  instances: count,
  /** Of a trace: requests that an instance took, and that a full queue sent away. */
  served: count.optional(),
  rejected: count.optional(),
  /** Of a trace: instances, on average over the slice. */
  meanInstances: z.number().nonnegative().optional(),
});
export type TimeSlice = z.infer<typeof TimeSliceSchema>;

/** A function of a trace as it was replayed. */
export const ReplayedFunctionSchema = z.object({
  /** As the trace calls it. */
  name: z.string(),
  /** What the trace says: invocations that were due, and the typical one. */
  invocations: count,
  durationMs: MillisecondsSchema.optional(),
  memoryBytes: BytesSchema.optional(),
  /** What was measured: requests that an instance took, and those for which it had to be started. */
  served: count,
  cold: count,
});
export type ReplayedFunction = z.infer<typeof ReplayedFunctionSchema>;

/** What a level's record says besides when a trace was replayed: it is of one function among several that ran at once. */
const ReplaySchema = z.object({
  /** Records with the same number are of one replay, on one runtime. */
  replay: count,
  /** The trace's functions that this function stood in for. */
  functions: z.array(ReplayedFunctionSchema),
  /** Of the whole replay. */
  p50Ci95: interval.optional(),
  energyJoules: JoulesSchema.optional(),
});

export const LevelRecordSchema = CellSchema.extend({
  schema: z.literal(levelSchemaId),
  /** As `trial` in the rows that are kept of it. */
  index: count,
  round: count,
  rate: z.number().positive().optional(),
  startedAt: z.string(),
  endedBy: z.enum(['time', 'count', 'precision', 'schedule', 'signal']),
  /** Requests of the time measured; the warm-up's are nowhere. */
  sent: count,
  succeeded: count,
  errors: z.record(z.string(), count),
  /** The words of the first failure of each kind. */
  reasons: z.record(z.string(), z.string()),
  late: count,
  unsent: count,
  makespanMs: MillisecondsSchema,
  throughputPerSecond: z.number().nonnegative(),
  blockMs: MillisecondsSchema,
  /** Successes a second in each whole block. */
  blockThroughputs: z.array(z.number()),
  p50Ci95: interval.optional(),
  /** What the level was to be measured until, and the interval that it then had. */
  precision: PrecisionSchema.extend({ ci95: interval.optional() }).optional(),
  latency: StoredHistogramSchema,
  service: StoredHistogramSchema,
  queued: StoredHistogramSchema,
  /** Answers for which an instance had to be started. */
  cold: count,
  lagP99Ms: MillisecondsSchema.optional(),
  generator: z.object({
    cpuShare: z.number().optional(),
    eventLoopDelayP99Ms: MillisecondsSchema.optional(),
    stealShare: z.number().optional(),
  }),
  valid: z.boolean(),
  why: z.array(z.string()),
  /** Of the level with its warm-up. */
  instances: z.object({
    started: count,
    startsFailed: count,
    died: count,
    stopsFailed: count,
    rejected: count,
    instanceMs: MillisecondsSchema,
    highest: count,
    /** Starts that waited for others, the most that did at one moment, and the most under way; absent in older records. */
    startsDelayed: count.optional(),
    startsWaiting: count.optional(),
    startsAtOnce: count.optional(),
  }),
  /** CPU time of all sandboxes in the time measured; absent where one of them could not be read. */
  cpuMs: MillisecondsSchema.optional(),
  /** The largest sum, at any moment at which it was read, of the peaks of the sandboxes that stood. */
  peakMemoryBytes: BytesSchema.optional(),
  /** Each sandbox's peak times how long it stood, summed. */
  memoryGibSeconds: z.number().nonnegative().optional(),
  /** Of the whole machine in the time measured, where it has a counter. */
  energyJoules: JoulesSchema.optional(),
  /** Of an open load. */
  timeline: z.array(TimeSliceSchema).optional(),
  trace: ReplaySchema.optional(),
});
export type LevelRecord = z.infer<typeof LevelRecordSchema>;

/** The outcome of a request that failed in the way that `errors` of a level calls `kind`. */
export const outcomeOfError = (kind: string): Exclude<Outcome, 'ok'> =>
  kind === 'timeout' || kind === 'wrong-output' || kind === 'rejected' ? kind : 'crashed';

/** How many requests failed, in whatever way. */
export const failedRequests = ({ errors }: Pick<LevelRecord, 'errors'>): number =>
  Object.values(errors).reduce((sum, count) => sum + count, 0);
