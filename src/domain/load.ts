/** A load as an experiment declares it: who decides when requests are sent, for how long, and what serves them. */
import { z } from 'zod';
import { CpuListSchema } from './cpu-list.js';
import { listOf, shortOr, WordSchema } from './short-forms.js';
import { MillisecondsSchema } from './units.js';

const perSecond = z.number().positive().max(100_000);
const seconds = z.number().positive().max(3600);

/** The platform's knobs, per function. */
export const InstancesSchema = z.strictObject({
  /** Kept up whatever happens. Absent: with clients as many as they can use, with arrivals none. */
  min: z.number().int().nonnegative().max(200).optional(),
  max: z.number().int().positive().max(200).default(8),
  /**
   * Idle instances kept ready besides those that serve, while requests come: whoever needs one more finds it warm (Azure
   * Functions' pre-warmed instances). They go as any other when nobody needed them for long enough.
   */
  preWarm: z.number().int().nonnegative().max(200).default(0),
  /** Requests an instance serves at once; more than 1 over HTTP alone. */
  concurrency: z.number().int().positive().max(1000).default(1),
  /** Requests that may wait besides those that an instance is started for; the next is rejected. */
  queueLimit: z.number().int().nonnegative().max(100_000).default(1000),
  /** Starts at once, of all functions together. */
  startsAtOnce: z.number().int().positive().max(100).default(2),
  /**
   * `fixed`: an instance goes after `keepAliveSeconds` without a request. `hybrid-histogram`: after what the function's
   * own idle times suggest (Shahrad et al., ATC 2020). `concurrency-target`: instances follow the load (Knative).
   */
  policy: z.enum(['fixed', 'hybrid-histogram', 'concurrency-target']).default('fixed'),
  keepAliveSeconds: z.number().nonnegative().max(86_400).default(600),
});
export type Instances = z.infer<typeof InstancesSchema>;

/** Quantiles that a level can be measured until one is known well enough. */
export const levelQuantiles = ['p50', 'p90', 'p95', 'p99', 'p99.9'] as const;

const width = z.number().positive().max(1);

export const PrecisionSchema = z.strictObject({ quantile: z.enum(levelQuantiles).default('p50'), width });
export type Precision = z.infer<typeof PrecisionSchema>;

/** Its share of all requests, e.g. 0.99. */
export const shareOf = (quantile: Precision['quantile']): number => Number(quantile.slice(1)) / 100;

/** A function that can stand in for one of a trace. */
const StandInSchema = z.strictObject({
  function: WordSchema,
  payload: WordSchema,
  /** How long a warm invocation takes, or is to count as taking. */
  durationMs: MillisecondsSchema.refine((ms) => ms > 0, 'must be above 0'),
  memoryMiB: z.number().positive().optional(),
});
export type StandIn = z.infer<typeof StandInSchema>;

/** The ways of saying when requests are due; a load has at most one. */
const schedules = ['rates', 'ramp', 'burst', 'trace'] as const;

/**
 * Without `rates`, `ramp`, `burst` or `trace` a closed loop: as many clients as `concurrency` says, each of which sends
 * when it has its answer. With one of them an open loop: requests are due when the schedule says.
 */
export const LoadSchema = z
  .strictObject({
    /** Requests a second; each is a level. */
    rates: listOf(perSecond).optional(),
    /** Of `rates`: evenly spaced, or as of independent users. */
    arrivals: z.enum(['constant', 'poisson']).default('poisson'),
    ramp: z
      .strictObject({ fromPerSecond: perSecond, toPerSecond: perSecond, overSeconds: seconds })
      .optional(),
    burst: z
      .strictObject({
        perSecond,
        burstPerSecond: perSecond,
        everySeconds: seconds,
        burstSeconds: seconds,
      })
      .optional(),
    /**
     * A trace in any format that `lumos trace info` reads: a file in the folder of the experiment's file, or below it. All
     * functions of the experiment serve it at once; a level is one runtime.
     */
    trace: WordSchema.optional(),
    /** Times of a trace are multiplied with it: 0.1 makes ten seconds one. What functions take is as it is. */
    timeScale: z.number().positive().max(1000).default(1),
    /** Leaves broken rows of a trace out and counts them, instead of refusing it. */
    skipBadRows: z.boolean().default(false),
    /**
     * What a trace's functions are served by: each by the nearest of these in the logarithm of its duration, and of its
     * memory where both are known. Absent: every function and payload of the experiment, measured on `native` beforehand.
     */
    mapping: listOf(StandInSchema).optional(),
    /** Default 1; of a trace, whose first requests are its cold starts, 0. */
    warmUpSeconds: z.number().nonnegative().max(600).optional(),
    /** The longest that a level is measured. Default 5; of a trace, which ends by itself, 600. */
    seconds: seconds.optional(),
    /** The most requests that a level measures. */
    count: z.number().int().positive().max(10_000_000).optional(),
    /** A level ends when the 95 % interval of this quantile is narrower than this share of it. */
    precision: shortOr(PrecisionSchema, width, (value) =>
      // A number alone is a width of the p50.
      typeof value === 'number' ? { width: value } : value,
    ).optional(),
    /** Times that every level is measured, each time in another order. */
    rounds: z.number().int().positive().max(100).default(1),
    /** Levels that may be measured besides, to find the knee. */
    refinements: z.number().int().nonnegative().max(20).default(0),
    /** Rows kept of a level, drawn evenly from all its requests. Absent: 200 with clients, 20 000 with arrivals. */
    rowsPerLevel: z.number().int().nonnegative().max(1_000_000).optional(),
    /**
     * Keeps harness and sandboxes on different CPUs: true for a choice by this machine's cores, which is refused where there
     * is none; `where-possible` for one that is left out there; else which are whose.
     */
    pin: z
      .union([
        z.boolean(),
        z.literal('where-possible'),
        z.strictObject({ harness: CpuListSchema, sandboxes: listOf(CpuListSchema) }),
      ])
      .default(false),
    /** What a load may not go beyond unless it says so here (defaults: src/user-plane/load/bounds.ts). */
    bounds: z
      .strictObject({
        clients: z.number().int().positive().optional(),
        perSecond: perSecond.optional(),
        seconds: seconds.optional(),
        count: z.number().int().positive().optional(),
      })
      .prefault({}),
    instances: InstancesSchema.prefault({}),
  })
  .superRefine((load, context) => {
    if (load.mapping !== undefined && load.trace === undefined)
      context.addIssue({ code: 'custom', path: ['mapping'], message: 'is for a trace, and there is none' });
    const named = schedules.filter((name) => load[name] !== undefined);
    if (named.length > 1) {
      context.addIssue({ code: 'custom', message: `has ${named.join(' and ')}: a load has one of them` });
    }
    const { min, max } = load.instances;
    if (min !== undefined && min > max) {
      context.addIssue({ code: 'custom', path: ['instances'], message: `has min ${min} above max ${max}` });
    }
  });
export type Load = z.infer<typeof LoadSchema>;

/** The load of an experiment; several clients are one without further words. Absent: single invocations. */
export const loadOf = (experiment: {
  readonly load?: Load | undefined;
  readonly concurrency: readonly number[];
}): Load | undefined =>
  experiment.load ??
  (experiment.concurrency.some((clients) => clients > 1) ? LoadSchema.parse({}) : undefined);

/** How long a level of it is not measured at first. */
export const warmUpOf = ({ warmUpSeconds, trace }: Load): number =>
  warmUpSeconds ?? (trace === undefined ? 1 : 0);

/** The longest that a level of it is measured. */
export const longestSeconds = ({ seconds, trace }: Load): number =>
  seconds ?? (trace === undefined ? 5 : 600);

/** Whether a schedule sends, not clients. */
export const isOpen = (load: Load): boolean => schedules.some((name) => load[name] !== undefined);

/** A level's schedule in words, and its rate where that is one number. */
export interface NamedArrivals {
  readonly label: string;
  readonly rate?: number;
}

/** The levels of an open load, by name; one unnamed level of a closed one. */
export function arrivalsOfLoad(load: Load): readonly (NamedArrivals | undefined)[] {
  const { rates, arrivals, ramp, burst, trace, timeScale } = load;
  if (rates !== undefined) return rates.map((rate) => ({ label: `${arrivals} ${rate}/s`, rate }));
  if (ramp !== undefined)
    return [{ label: `ramp ${ramp.fromPerSecond}-${ramp.toPerSecond}/s in ${ramp.overSeconds} s` }];
  if (burst !== undefined)
    return [
      {
        label: `${burst.perSecond}/s, every ${burst.everySeconds} s ${burst.burstPerSecond}/s for ${burst.burstSeconds} s`,
      },
    ];
  if (trace !== undefined)
    return [
      { label: `trace ${trace.split('/').at(-1) ?? trace}${timeScale === 1 ? '' : ` x ${timeScale}`}` },
    ];
  return [undefined];
}
