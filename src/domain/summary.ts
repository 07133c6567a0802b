/** `summary.json`: what the statistics make of the rows. */
import { z } from 'zod';
import { CellSchema, ConditionsSchema, OutcomeSchema, phases, RuntimeClassSchema } from './factors.js';
import { LatencySumSchema } from './latency-sum.js';
import { ReplayedFunctionSchema, TimeSliceSchema } from './level.js';
import { BytesSchema, JoulesSchema, MillisecondsSchema } from './units.js';
import { ValidityFindingSchema } from './validity.js';

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

/** The paper's claims, in the order in which they are reported. */
export const claimIds = [
  'image-size',
  'cold-start',
  'warm-aot',
  'warm-interpreted',
  'io-serialization',
  'io-share',
] as const;
export const ClaimIdSchema = z.enum(claimIds);
export type ClaimId = z.infer<typeof ClaimIdSchema>;

/** The effect that a claim speaks of, in one cell: a dot of the claim's chart. */
export const ClaimPointSchema = z.object({
  function: z.string(),
  /** Absent where the effect does not hang on the payload. */
  payload: z.string().optional(),
  /** What else tells the cell apart, e.g. "redis via host"; absent where nothing does. */
  where: z.string().optional(),
  candidate: z.string(),
  class: RuntimeClassSchema,
  /** Absent for a share of the candidate's own time. */
  baseline: z.string().optional(),
  value: z.number(),
  /** Of this cell alone; absent where its samples are too few to carry one. */
  ci95: interval(z.number()).optional(),
});
export type ClaimPoint = z.infer<typeof ClaimPointSchema>;

/** A claim of the paper, put to the test. How each is tested is said in docs/method.md. */
export const ClaimSchema = z.object({
  id: ClaimIdSchema,
  /** What the paper says. */
  paper: z.string(),
  /** `ratio`: so many times; `share`: a part of 1. */
  unit: z.enum(['ratio', 'share']),
  /** The range that the paper names, or, of "comparable", that counts as such; from = to where it names one figure. */
  claimed: interval(z.number()),
  /** The figure set against the claim; absent where no cell answers it. */
  measured: z.number().optional(),
  /** 95 % interval of `measured`; where it is the largest of several cells, over all of them at once. */
  ci95: interval(z.number()).optional(),
  /** Cells the figure comes from. */
  cells: z.number().int().nonnegative(),
  verdict: z.enum(['consistent', 'contradicted', 'unanswered']),
  why: z.string(),
  points: z.array(ClaimPointSchema),
});
export type Claim = z.infer<typeof ClaimSchema>;

/** A figure with its 95 % interval; without one where the samples cannot carry it. */
export const EstimateSchema = z.object({ value: z.number(), ci95: interval(z.number()).optional() });
export type Estimate = z.infer<typeof EstimateSchema>;

/**
 * The parts of an invocation's time that are fitted against the payload's size: the phases, `io` (everything but launch
 * and compute), and `total` (the latency).
 */
export const timeParts = [...phases, 'io', 'total'] as const;
export type TimePart = (typeof timeParts)[number];

/** time = intercept + slope x bytes, of one part of the time. */
export const LineFitSchema = z.object({
  slopeNsPerByte: EstimateSchema,
  /** May lie below 0 where the times do not lie on a line. */
  interceptMs: EstimateSchema,
  /** How far the line misses the median of a size at most, as a share of that median. */
  worstMiss: z.number().nonnegative(),
});
export type LineFit = z.infer<typeof LineFitSchema>;

const partsOf = <T extends z.ZodType>(of: T): z.ZodObject<Record<TimePart, z.ZodOptional<T>>> =>
  z.object(
    Object.fromEntries(timeParts.map((part) => [part, of.optional()])) as Record<TimePart, z.ZodOptional<T>>,
  );

/** One function on one runtime: time against the size of its data. */
export const SizeSeriesSchema = CellSchema.omit({ payload: true }).extend({
  sizes: z.array(
    z.object({
      payload: z.string(),
      bytes: BytesSchema,
      n: z.number().int().positive(),
      /** Medians of the parts that were measured. */
      medianMs: partsOf(MillisecondsSchema),
    }),
  ),
  fits: partsOf(LineFitSchema),
  /** Against the same on the runtime `native`; absent for itself and where it was not run. */
  againstNative: z
    .object({
      /** Slope of the total over native's; absent where native's may be 0. */
      slope: EstimateSchema.optional(),
      /** Median latency over native's, at the largest size both have. */
      total: EstimateSchema.extend({ bytes: BytesSchema }).optional(),
    })
    .optional(),
});
export type SizeSeries = z.infer<typeof SizeSeriesSchema>;

/** Where a Wasm runtime's dearer I/O has used up what it gained over a container at the start. */
export const CrossoverSchema = ConditionsSchema.omit({ payload: true, start: true }).extend({
  candidate: z.string(),
  baseline: z.string(),
  /** The container's launch less the candidate's, at 0 bytes. */
  gainMs: EstimateSchema,
  /** What I/O costs the candidate more for each byte than the container. */
  costNsPerByte: EstimateSchema,
  /**
   * `crosses`: at `bytes`. `never`: each byte costs the candidate no more. `no-gain`: it gains nothing at the start.
   * `undecided`: the intervals leave open which.
   */
  outcome: z.enum(['crosses', 'never', 'no-gain', 'undecided']),
  /** With `crosses`: the size where cost passes gain, as bytes, and its 95 % interval. */
  bytes: EstimateSchema.optional(),
  measuredBytes: interval(BytesSchema),
  /** Whether `bytes` lies beyond the sizes measured, so that it hangs on the line going on as it does. */
  extrapolated: z.boolean(),
  sentence: z.string(),
});
export type Crossover = z.infer<typeof CrossoverSchema>;

export const PayloadSizeSchema = z.object({
  series: z.array(SizeSeriesSchema),
  crossovers: z.array(CrossoverSchema),
});
export type PayloadSize = z.infer<typeof PayloadSizeSchema>;

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
});
export type ObjectiveResult = z.infer<typeof ObjectiveResultSchema>;

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
  /** Only where the experiment's analyses ask for it. */
  claims: z.array(ClaimSchema).optional(),
  payloadSize: PayloadSizeSchema.optional(),
  league: z.array(LeagueRowSchema).optional(),
  /** Only of a load: its levels, and the knee of each ladder of clients. */
  levels: z.array(LevelSummarySchema).optional(),
  knees: z.array(KneeSchema).optional(),
  /** Only of a load by a trace: each runtime under it. `levels` has its functions one by one. */
  traces: z.array(TraceSummarySchema).optional(),
  /** Only where the experiment has objectives: each, held against every cell that it speaks of. */
  objectives: z.array(ObjectiveResultSchema).optional(),
  /** The format, of a run that Lumos did not measure: its answers were verified by nobody that we know of. */
  imported: z.string().optional(),
  /** What threatens a conclusion from these rows, the gravest first; empty where nothing was found. Absent in runs of before. */
  validity: z.array(ValidityFindingSchema).optional(),
  /** Only of an imported run that has them. */
  latencySums: z.array(LatencySumSummarySchema).optional(),
});
export type Summary = z.infer<typeof SummarySchema>;
