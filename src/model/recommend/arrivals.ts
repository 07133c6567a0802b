/** When a workload's requests come: at a rate, at several in turn, or as a list of measured times says. */
import { z } from 'zod';

const rateKeys = {
  /** `poisson`: independent of each other. `constant`: evenly apart. */
  pattern: z.enum(['poisson', 'constant']).default('poisson'),
  perSecond: z.number().positive().optional(),
  perMinute: z.number().positive().optional(),
  perHour: z.number().positive().optional(),
};
const onlyOne = 'exactly one of perSecond, perMinute and perHour is expected';

interface Rates {
  readonly perSecond?: number | undefined;
  readonly perMinute?: number | undefined;
  readonly perHour?: number | undefined;
}

const perSecondsOf = ({ perSecond, perMinute, perHour }: Rates): number[] =>
  [
    perSecond,
    perMinute === undefined ? undefined : perMinute / 60,
    perHour === undefined ? undefined : perHour / 3600,
  ].filter((rate) => rate !== undefined);

const hasOneRate = (rates: Rates): boolean => perSecondsOf(rates).length === 1;

const RateSchema = z.strictObject(rateKeys).refine(hasOneRate, onlyOne);

/** A distribution of the rate: each for a share of the time, such as nights, days and the noon. */
const PeriodSchema = z
  .strictObject({
    ...rateKeys,
    /** How much of the time, relative to the others. */
    weight: z.number().positive(),
  })
  .refine(hasOneRate, onlyOne);

/** Measured times between requests, in seconds: a trace in short. */
const GapsSchema = z.strictObject({
  gapsSeconds: z
    .array(z.number().nonnegative())
    .min(2)
    .refine((gaps) => gaps.some((gap) => gap > 0), 'are all 0: a rate is needed'),
});

/** Requests come as in a trace. */
export const TraceArrivalsSchema = z.strictObject({
  /** A file or folder, from the folder where the workload's file is. */
  trace: z.string().min(1),
  /** One of the trace's functions; absent: all of them together are one. */
  function: z.string().min(1).optional(),
  /** Times of the trace are multiplied with it. */
  timeScale: z.number().positive().default(1),
});
export type TraceArrivals = z.infer<typeof TraceArrivalsSchema>;

export const ArrivalsSchema = z.union([GapsSchema, z.array(PeriodSchema).min(1), RateSchema]);
/** Every key that arrivals may have, in whatever way they are said. */
export const arrivalsKeys: readonly string[] = [
  ...Object.keys(rateKeys),
  'weight',
  ...Object.keys(GapsSchema.shape),
  ...Object.keys(TraceArrivalsSchema.shape),
];

export type Arrivals = z.infer<typeof ArrivalsSchema>;

/** All but a list, which has no rate but its own times. */
export type Rated = Exclude<Arrivals, { gapsSeconds: number[] }>;

export interface Period {
  readonly pattern: 'poisson' | 'constant';
  readonly perSecond: number;
  /** Of the time, 0 to 1. */
  readonly share: number;
}

/** The rates in their shares of the time. */
export function periodsOf(arrivals: Rated): readonly Period[] {
  const periods = Array.isArray(arrivals) ? arrivals : [{ ...arrivals, weight: 1 }];
  const whole = periods.reduce((sum, { weight }) => sum + weight, 0);
  return periods.map((period) => ({
    pattern: period.pattern,
    perSecond: perSecondsOf(period)[0] as number,
    share: period.weight / whole,
  }));
}

/** Mean requests a second. */
export function meanRate(arrivals: Arrivals): number {
  if ('gapsSeconds' in arrivals) {
    const sum = arrivals.gapsSeconds.reduce((total, gap) => total + gap, 0);
    return sum > 0 ? arrivals.gapsSeconds.length / sum : Infinity;
  }
  return periodsOf(arrivals).reduce((sum, { share, perSecond }) => sum + share * perSecond, 0);
}

/** The highest of the rates, where there are several; of a list its mean. */
export const busiestRate = (arrivals: Arrivals): number =>
  'gapsSeconds' in arrivals
    ? meanRate(arrivals)
    : Math.max(...periodsOf(arrivals).map(({ perSecond }) => perSecond));

/** The same arrivals at another mean rate: gaps are squeezed or stretched, rates keep their ratios. */
export function atMeanRate(arrivals: Arrivals, perSecond: number): Arrivals {
  const factor = perSecond / meanRate(arrivals);
  if ('gapsSeconds' in arrivals) return { gapsSeconds: arrivals.gapsSeconds.map((gap) => gap / factor) };
  return periodsOf(arrivals).map(({ pattern, share, ...period }) => ({
    ...{ pattern, weight: share },
    perSecond: period.perSecond * factor,
  }));
}
