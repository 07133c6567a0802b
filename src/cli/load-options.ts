/** The options of a load, laid over what an experiment declares of it. */
import { InvalidArgumentError } from 'commander';
import { levelQuantiles } from '../domain/load.js';
import { decimalOf } from '../user-plane/traces/decimal.js';

export interface LoadOptions {
  readonly rate?: number[];
  readonly arrivals?: string;
  readonly duration?: number;
  readonly warmUp?: number;
  readonly requests?: number;
  readonly until?: { readonly quantile: string; readonly width: number };
  readonly rounds?: number;
  readonly maxInstances?: number;
  readonly instanceConcurrency?: number;
  readonly pin?: boolean;
}

/** A load before it is checked against its schema. */
type Declared = Readonly<Record<string, unknown>>;

const flags: Readonly<Record<keyof LoadOptions, string>> = {
  rate: '--rate',
  arrivals: '--arrivals',
  duration: '--duration',
  warmUp: '--warm-up',
  requests: '--requests',
  until: '--until',
  rounds: '--rounds',
  maxInstances: '--max-instances',
  instanceConcurrency: '--instance-concurrency',
  pin: '--pin',
};

const given = (options: LoadOptions): (keyof LoadOptions)[] =>
  (Object.keys(flags) as (keyof LoadOptions)[]).filter((name) => options[name] !== undefined);

/** The flags of the options that were given. */
export const loadFlagsGiven = (options: LoadOptions): string[] => given(options).map((name) => flags[name]);

/**
 * What of an experiment changes: its load, and with rates the number of clients, of which a schedule has none. To be checked
 * against the experiment's schema. Nothing where no such option was given.
 */
export function loadOver(
  experiment: { readonly load?: Declared | undefined; readonly concurrency?: readonly number[] },
  options: LoadOptions & { readonly concurrency?: number[] },
): { readonly load?: object; readonly concurrency?: readonly number[] } {
  if (given(options).length === 0) return {};
  const { rate, arrivals, duration, warmUp, requests, until, rounds, pin } = options;
  const { instances, ...declared }: Declared = experiment.load ?? {};
  // Rates take the place of whatever schedule there was.
  const schedule =
    rate === undefined ? {} : { rates: rate, ramp: undefined, burst: undefined, trace: undefined };
  const load = {
    ...present({ ...declared, ...schedule }),
    ...present({ arrivals, seconds: duration, warmUpSeconds: warmUp, count: requests, rounds, pin }),
    ...present({ precision: until }),
    instances: {
      ...(typeof instances === 'object' ? instances : {}),
      ...present({ max: options.maxInstances, concurrency: options.instanceConcurrency }),
    },
  };
  return { load, ...(rate === undefined ? {} : { concurrency: options.concurrency ?? [1] }) };
}

const present = (values: Readonly<Record<string, unknown>>): object =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));

export function decimal(value: string): number {
  const number = decimalOf(value.trim());
  if (!(number >= 0 && number < Infinity))
    throw new InvalidArgumentError('A number is expected, 0 or above it, e.g. 0.5.');
  return number;
}

export const decimals = (value: string): number[] => value.split(',').map((item) => decimal(item));

/** E.g. `p99:0.05`, or `0.05` of the p50. */
export function precisionOf(value: string): { readonly quantile: string; readonly width: number } {
  const [width = '', quantile = 'p50'] = value.split(':').reverse();
  if (Number.isNaN(decimalOf(width)))
    throw new InvalidArgumentError('A quantile and a share of it are expected, as in p99:0.05.');
  if (!levelQuantiles.some((known) => known === quantile))
    throw new InvalidArgumentError(
      `A quantile is expected, one of ${levelQuantiles.join(', ')}, as in p99:0.05.`,
    );
  return { quantile, width: decimal(width) };
}
