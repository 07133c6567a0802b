/** A load as an experiment declares it: who decides when requests are sent, for how long, and what serves them. */
import { z } from 'zod';

const perSecond = z.number().positive().max(100_000);
const seconds = z.number().positive().max(3600);

/** The platform's knobs, per function. */
export const InstancesSchema = z.strictObject({
  /** Kept up whatever happens. Absent: with clients as many as they can use, with arrivals none. */
  min: z.number().int().nonnegative().max(200).optional(),
  max: z.number().int().positive().max(200).default(8),
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

/** The ways of saying when requests are due; a load has at most one. */
const schedules = ['rates', 'ramp', 'burst', 'trace'] as const;

/**
 * Without `rates`, `ramp`, `burst` or `trace` a closed loop: as many clients as `concurrency` says, each of which sends
 * when it has its answer. With one of them an open loop: requests are due when the schedule says.
 */
export const LoadSchema = z
  .strictObject({
    /** Requests a second; each is a level. */
    rates: z.array(perSecond).min(1).optional(),
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
    /** A file of arrivals, from the folder where the experiment's file is. */
    trace: z.string().min(1).optional(),
    /** Times of a trace are multiplied with it: 0.1 makes ten seconds one. */
    timeScale: z.number().positive().max(1000).default(1),
    warmUpSeconds: z.number().nonnegative().max(600).default(1),
    /** The longest that a level is measured. */
    seconds: seconds.default(5),
    /** The most requests that a level measures. */
    count: z.number().int().positive().max(10_000_000).optional(),
    /** A level ends when the p50's interval is narrower than this share of it. */
    p50Width: z.number().positive().max(1).optional(),
    /** Times that every level is measured, each time in another order. */
    rounds: z.number().int().positive().max(100).default(1),
    /** Levels that may be measured besides, to find the knee. */
    refinements: z.number().int().nonnegative().max(20).default(0),
    /** Rows kept of a level, drawn evenly from all its requests. Absent: 200 with clients, 20 000 with arrivals. */
    rowsPerLevel: z.number().int().nonnegative().max(1_000_000).optional(),
    /** Keeps harness and sandboxes on different CPUs. */
    pin: z.boolean().default(false),
    instances: InstancesSchema.prefault({}),
  })
  .superRefine((load, context) => {
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
