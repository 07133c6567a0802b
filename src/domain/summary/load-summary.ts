/** `summary.json`, of a load: levels, knees, and runtimes under a trace. */
import { z } from 'zod';
import { CellSchema } from '../factors.js';
import { ReplayedFunctionSchema, TimeSliceSchema } from '../level.js';
import { BytesSchema, JoulesSchema, MillisecondsSchema } from '../units.js';
import { interval } from './interval.js';

const RequestQuantilesSchema = z.object({
  p50: MillisecondsSchema,
  p90: MillisecondsSchema,
  p99: MillisecondsSchema,
  p999: MillisecondsSchema,
  mean: MillisecondsSchema,
  min: MillisecondsSchema,
  max: MillisecondsSchema,
  /** 95 % interval of the p50 by batch means over blocks of time; absent where they are too few. */
  ci95: interval(z.number()).optional(),
});

/** One level of a load, its rounds merged. What each figure includes is said in docs/method.md. */
export const LevelSummarySchema = CellSchema.extend({
  /** Requests a second of a schedule; absent of clients, and where a schedule has no one rate. */
  rate: z.number().positive().optional(),
  rounds: z.number().int().positive(),
  sent: z.number().int().nonnegative(),
  succeeded: z.number().int().nonnegative(),
  /** Successes over the makespan. */
  throughputPerSecond: z.number().nonnegative(),
  /** 95 % interval of `throughputPerSecond`. */
  ci95: interval(z.number()).optional(),
  /** Of successes, from the moment they were due (a schedule) or sent (clients); absent where there was none. */
  latencyMs: RequestQuantilesSchema.optional(),
  /** Of successes, from the sending: what a generator that omits the waiting would report. */
  serviceMs: RequestQuantilesSchema.optional(),
  /** Failures by kind. */
  errors: z.record(z.string(), z.number().int().nonnegative()),
  late: z.number().int().nonnegative(),
  unsent: z.number().int().nonnegative(),
  /** Of the answers and failures that an instance served, the share for which one had to be started. */
  coldShare: z.number().nonnegative().optional(),
  queuedMs: RequestQuantilesSchema.optional(),
  /** The quantile that it was measured until, and its interval. */
  precision: z
    .object({ quantile: z.string(), valueMs: MillisecondsSchema, ci95: interval(z.number()).optional() })
    .optional(),
  /** The most instances at one moment. */
  instances: z.number().int().nonnegative(),
  /** Starts of instances that had to wait for others, and the most that waited at one moment. */
  startsDelayed: z.number().int().nonnegative().optional(),
  startsWaiting: z.number().int().nonnegative().optional(),
  /** Starts of instances that failed; absent where none did. */
  startsFailed: z.number().int().positive().optional(),
  instanceSeconds: z.number().nonnegative(),
  memoryGibSeconds: z.number().nonnegative().optional(),
  /** CPU time of all sandboxes over the successes. */
  cpuMsPerRequest: MillisecondsSchema.optional(),
  peakMemoryBytes: BytesSchema.optional(),
  energyJoules: JoulesSchema.optional(),
  /** CPU of the generator, as a share of one core. */
  generatorCpuShare: z.number().optional(),
  /** False where the figures are not the target's but the generator's, or the machine's neighbours'. */
  valid: z.boolean(),
  /** Why it is not valid; else what ended it. */
  why: z.string(),
  timeline: z.array(TimeSliceSchema).optional(),
});
export type LevelSummary = z.infer<typeof LevelSummarySchema>;

/** Where more clients bring no more throughput, of one function on one runtime. */
export const KneeSchema = CellSchema.omit({ concurrency: true }).extend({
  /** Absent where none was found. */
  concurrency: z.number().positive().optional(),
  ci95: interval(z.number()).optional(),
  /** At saturation. */
  throughputPerSecond: z.number().nonnegative().optional(),
  throughputCi95: interval(z.number()).optional(),
  /** Levels it comes from; those that are not valid are left out. */
  levels: z.number().int().nonnegative(),
  /** Why none was found; empty where one was. */
  why: z.string(),
});
export type KneeSummary = z.infer<typeof KneeSchema>;

/** One runtime under a trace: all its functions together, rounds merged. What each figure includes is said in docs/method.md. */
export const TraceSummarySchema = CellSchema.pick({
  runtime: true,
  class: true,
  environment: true,
  transport: true,
  language: true,
  options: true,
}).extend({
  arrivals: z.string(),
  rounds: z.number().int().positive(),
  sent: z.number().int().nonnegative(),
  succeeded: z.number().int().nonnegative(),
  errors: z.record(z.string(), z.number().int().nonnegative()),
  /** Of them, by a full queue. */
  rejected: z.number().int().nonnegative(),
  late: z.number().int().nonnegative(),
  unsent: z.number().int().nonnegative(),
  /** Of the requests that an instance took, the share for which one had to be started; absent where there was none. */
  coldShare: z.number().nonnegative().optional(),
  /** Over blocks of time (a ratio of totals); absent where they are too few. */
  coldShareCi95: interval(z.number()).optional(),
  latencyMs: RequestQuantilesSchema.optional(),
  queuedMs: RequestQuantilesSchema.optional(),
  /** Instances that were started, and starts that failed. */
  started: z.number().int().nonnegative(),
  startsFailed: z.number().int().nonnegative(),
  /** From being asked for until nothing is left, summed over instances. */
  instanceSeconds: z.number().nonnegative(),
  memoryGibSeconds: z.number().nonnegative().optional(),
  cpuMsPerRequest: MillisecondsSchema.optional(),
  /** Of the whole machine. */
  energyJoules: JoulesSchema.optional(),
  valid: z.boolean(),
  why: z.string(),
  /** Of the first round. Instances of a slice are the sum of the functions' means. */
  timeline: z.array(TimeSliceSchema),
  functions: z.array(
    ReplayedFunctionSchema.extend({
      /** What stood in for it. */
      function: z.string(),
      payload: z.string(),
      coldShare: z.number().nonnegative().optional(),
    }),
  ),
});
export type TraceSummary = z.infer<typeof TraceSummarySchema>;
