/** Objectives (`slo:`): what a cell must keep to, said in a line such as `p95 < 50ms`. */
import { z } from 'zod';
import { didYouMean } from './did-you-mean.js';
import { LumosError, invalidInput } from './errors.js';
import { StartSchema, type Cell } from './factors.js';
import { globMatcher } from './glob.js';
import { namesOf, WordSchema } from './short-forms.js';
import { milliseconds, type Milliseconds } from './units.js';

interface Upper {
  /** As it was written, runs of spaces made one. */
  readonly text: string;
  readonly comparison: '<' | '<=';
}

/** Of the latency of verified answers. */
export interface QuantileObjective extends Upper {
  readonly metric: 'quantile';
  /** Between 0 and 1: 0.95 of `p95`. */
  readonly share: number;
  readonly limitMs: Milliseconds;
}

/** Of the latency of verified answers. */
export interface MeanObjective extends Upper {
  readonly metric: 'mean';
  readonly limitMs: Milliseconds;
}

/** Of all invocations, the share whose outcome is not `ok`. */
export interface ErrorRateObjective extends Upper {
  readonly metric: 'error-rate';
  /** Between 0 and 1. */
  readonly limit: number;
}

/** Requests answered in a second while a load is kept up. */
export interface ThroughputObjective {
  readonly metric: 'throughput';
  readonly text: string;
  readonly comparison: '>' | '>=';
  readonly perSecond: number;
}

/** What a million invocations cost, at the experiment's prices and in their currency. */
export interface CostObjective extends Upper {
  readonly metric: 'cost';
  readonly perMillion: number;
}

export type Objective =
  QuantileObjective | MeanObjective | ErrorRateObjective | ThroughputObjective | CostObjective;

const names = namesOf(WordSchema);

/** An objective for some cells only; a list that is absent stands for all. Functions and runtimes are names or globs. */
const ScopedSloSchema = z.strictObject({
  objective: z.string(),
  functions: names.optional(),
  runtimes: names.optional(),
  starts: namesOf(StartSchema).optional(),
});

/** An entry of `slo`: the objective alone, for every cell, or with the cells that it is for. */
export const SloSchema = z
  .union([z.string(), ScopedSloSchema], {
    error: 'expected an objective, e.g. "p95 < 50ms", or { objective, functions, runtimes, starts }',
  })
  .superRefine((entry, context) => {
    const written = typeof entry === 'string' ? entry : entry.objective;
    try {
      parseObjective(written);
    } catch (error) {
      if (!(error instanceof LumosError)) throw error;
      context.addIssue({
        code: 'custom',
        message: error.message,
        params: { remedy: error.remedy },
        path: typeof entry === 'string' ? [] : ['objective'],
      });
    }
  });
export type Slo = z.infer<typeof SloSchema>;

/** Prices of a provider; Lumos knows none by itself. Any currency: `$` in an objective stands for that of the prices. */
export const CostSchema = z.strictObject({
  /** Of one GiB (2^30 bytes) of memory for one second. */
  perGibSecond: z.number().nonnegative(),
  /** Of one invocation, besides. */
  perRequest: z.number().nonnegative(),
});
export type Cost = z.infer<typeof CostSchema>;

/** An objective and the cells that it speaks of. */
export interface ScopedObjective {
  readonly objective: Objective;
  readonly functions: readonly string[] | undefined;
  readonly runtimes: readonly string[] | undefined;
  readonly speaksOf: (cell: Pick<Cell, 'function' | 'runtime' | 'start'>) => boolean;
}

/** @throws LumosError `invalid-input` as `parseObjective` */
export function scopedObjective(entry: Slo): ScopedObjective {
  const { objective, functions, runtimes, starts } =
    typeof entry === 'string' ? ({ objective: entry } as z.infer<typeof ScopedSloSchema>) : entry;
  const fits = (patterns: readonly string[] | undefined, name: string): boolean =>
    patterns?.some((pattern) => globMatcher(pattern)(name)) ?? true;
  return {
    objective: parseObjective(objective),
    functions,
    runtimes,
    speaksOf: (cell) =>
      fits(functions, cell.function) &&
      fits(runtimes, cell.runtime) &&
      (starts?.includes(cell.start) ?? true),
  };
}

/** What may stand on the left, as offered to whoever misspelt it. */
const metricNames = [
  'p50',
  'p90',
  'p95',
  'p99',
  'median',
  'mean',
  'error rate',
  'throughput',
  'cost',
] as const;

const examples =
  'Objectives are: p95 < 50ms, mean < 20 ms, error rate < 0.1%, throughput > 200/s, cost < $1 per million.';

/** A part of what was written, and where it begins, counted from 1. */
interface Part {
  readonly text: string;
  readonly at: number;
}

interface Parts {
  readonly written: string;
  readonly metric: Part;
  readonly comparison: Part;
  readonly limit: Part;
}

/**
 * An objective from its line. Latencies, error rate and cost have an upper limit (`<`, `<=`), throughput a lower one
 * (`>`, `>=`), and every limit is above 0.
 * @throws LumosError `invalid-input` with the place (characters are counted from 1) and what is expected there
 */
export function parseObjective(written: string): Objective {
  const parts = partsOf(written);
  const metric = parts.metric.text.toLowerCase().replace(/[\s_-]+/g, ' ');
  const text = written.trim().replace(/\s+/g, ' ');
  const share = shareOf(metric, parts);
  if (share !== undefined)
    return { metric: 'quantile', text, share, comparison: upper(parts), limitMs: timeOf(parts) };
  switch (metric) {
    case 'mean':
      return { metric: 'mean', text, comparison: upper(parts), limitMs: timeOf(parts) };
    case 'error rate':
      return { metric: 'error-rate', text, comparison: upper(parts), limit: percentOf(parts) };
    case 'throughput':
      return { metric: 'throughput', text, comparison: lower(parts), perSecond: rateOf(parts) };
    case 'cost':
      return { metric: 'cost', text, comparison: upper(parts), perMillion: priceOf(parts) };
    default:
      throw refusal(parts.written, parts.metric, 'a metric', `${didYouMean(metric, metricNames)}${examples}`);
  }
}

function partsOf(written: string): Parts {
  const found = /^(\s*)([^<>=]*?)(\s*)(<=|>=|<|>)(\s*)(.*?)\s*$/su.exec(written);
  if (found === null) {
    const sign = written.search(/[=≤≥]/u);
    const place = { text: written.slice(sign < 0 ? written.length : sign).trim(), at: at(written, sign) };
    throw refusal(written, place, '<, <=, > or >= between metric and limit');
  }
  const [, before = '', metric = '', gap = '', comparison = '', after = '', limit = ''] = found;
  const start = before.length + 1;
  const sign = start + metric.length + gap.length;
  return {
    written,
    metric: { text: metric, at: start },
    comparison: { text: comparison, at: sign },
    limit: { text: limit, at: sign + comparison.length + after.length },
  };
}

const at = (written: string, index: number): number => (index < 0 ? written.length : index) + 1;

function refusal(
  written: string,
  { text, at: place }: Part,
  expected: string,
  remedy = examples,
): LumosError {
  const found = text === '' ? 'nothing' : `"${text}"`;
  return invalidInput(`"${written}": at character ${place}: expected ${expected}, found ${found}`, remedy);
}

/** The share of a quantile's name, `p99.9` or `median`; undefined for every other metric. */
function shareOf(metric: string, { written, metric: part }: Parts): number | undefined {
  if (metric === 'median') return 0.5;
  const digits = /^p(\d+(?:\.\d+)?)$/.exec(metric)?.[1];
  if (digits === undefined) return undefined;
  const percent = Number(digits);
  if (!(percent > 0 && percent < 100)) throw refusal(written, part, 'a percentile above p0 and below p100');
  return Number((percent / 100).toPrecision(12));
}

function upper({ written, metric, comparison }: Parts): '<' | '<=' {
  const { text } = comparison;
  if (text === '<' || text === '<=') return text;
  throw refusal(written, comparison, `< or <= (${metric.text} has an upper limit)`);
}

function lower({ written, metric, comparison }: Parts): '>' | '>=' {
  const { text } = comparison;
  if (text === '>' || text === '>=') return text;
  throw refusal(written, comparison, `> or >= (${metric.text} has a lower limit)`);
}

const number = String.raw`(\d+(?:\.\d+)?|\.\d+)`;
const timeShape = new RegExp(String.raw`^${number}\s*(us|µs|μs|ms|s)$`, 'iu');
const percentShape = new RegExp(String.raw`^${number}\s*%$`, 'u');
const rateShape = new RegExp(String.raw`^${number}\s*(?:/\s*s|per\s+second)$`, 'iu');
const priceShape = new RegExp(
  String.raw`^\$\s*${number}\s+per\s+million(?:\s+(?:requests|invocations))?$`,
  'iu',
);

function matched({ written, limit }: Parts, shape: RegExp, expected: string): RegExpExecArray {
  const found = shape.exec(limit.text);
  if (found !== null && Number(found[1]) > 0) return found;
  throw refusal(written, limit, expected);
}

function timeOf(parts: Parts): Milliseconds {
  const [, value, unit = 'ms'] = matched(parts, timeShape, 'a time above 0, e.g. 50ms, 1.5 s or 300us');
  const factors: Readonly<Record<string, number>> = { ms: 1, s: 1000 };
  return milliseconds(Number(value) * (factors[unit.toLowerCase()] ?? 1e-3));
}

function percentOf(parts: Parts): number {
  const expected = 'a percentage above 0 and below 100, e.g. 0.1%';
  const percent = Number(matched(parts, percentShape, expected)[1]);
  if (percent >= 100) throw refusal(parts.written, parts.limit, expected);
  return percent / 100;
}

const rateOf = (parts: Parts): number => Number(matched(parts, rateShape, 'a rate above 0, e.g. 200/s')[1]);

const priceOf = (parts: Parts): number =>
  Number(matched(parts, priceShape, 'a price above 0, e.g. $1 per million')[1]);
