/** `summary.json`, time against the size of the data. */
import { z } from 'zod';
import { CellSchema, ConditionsSchema, phases } from '../factors.js';
import { BytesSchema, MillisecondsSchema } from '../units.js';
import { interval } from './interval.js';

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
