/** `lumos import k6`: the JSON lines of `k6 run --out json=FILE`. Each request is a row. */
import { createReadStream } from 'node:fs';
import { basename, extname } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { invalidInput } from '../../domain/errors.js';
import {
  CellSchema,
  OutcomeSchema,
  type Cell,
  type Outcome,
  type RuntimeClass,
} from '../../domain/factors.js';
import { measurementSchemaId, type Measurement } from '../../domain/measurement.js';
import { milliseconds } from '../../domain/units.js';
import type { ImportedRows, ImportOptions } from '../imported-rows.js';

const PointSchema = z.object({
  type: z.literal('Point'),
  metric: z.string(),
  data: z.object({
    time: z.string(),
    value: z.number(),
    tags: z.record(z.string(), z.coerce.string()).nullish(),
  }),
});
type Point = z.infer<typeof PointSchema>;
type Tags = Readonly<Record<string, string>>;

export interface K6Options extends ImportOptions {
  /** What the requests were for, where no tag says. */
  readonly function?: string;
  /** What served them, where no tag says. */
  readonly runtime?: string;
  readonly class?: RuntimeClass;
}

/** Lines with their numbers, as objects. A summary has no lines of this kind. */
async function* pointsOf(path: string): AsyncGenerator<Point> {
  const source = basename(path);
  let number = 0;
  for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
    number += 1;
    if (line.trim() === '') continue;
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      throw invalidInput(
        `${source}:${number}: no JSON line of k6`,
        'Name the file of k6 run --out json=FILE. A summary (--summary-export) has quantiles and no requests: no row can be made of it.',
      );
    }
    if (typeof value === 'object' && value !== null && 'metrics' in value)
      throw invalidInput(
        `${source} is a summary of k6: it has quantiles and no requests, so no row can be made of it`,
        'Run k6 with --out json=FILE and import that file.',
      );
    const parsed = PointSchema.safeParse(value);
    if (parsed.success) yield parsed.data;
  }
}

/** The most virtual users at once; 1 where the file does not say. */
async function mostUsers(path: string): Promise<number> {
  let most = 1;
  for await (const { metric, data } of pointsOf(path))
    if (metric === 'vus') most = Math.max(most, Math.round(data.value));
  return most;
}

/** A URL without credentials and query, which may be secrets; a name that is no URL as it is. */
export function nameOfTarget(text: string): string {
  try {
    const { host, pathname } = new URL(text);
    return `${host}${pathname}`;
  } catch {
    return text.split('?')[0] ?? text;
  }
}

/** k6's code for a request that took longer than it may. */
const timeoutCode = '1050';

/** k6 says of each request whether its answer was expected; without that, a status from 200 to 399 is. */
export function outcomeOf({ expected_response: expected, status, error_code: code, outcome }: Tags): Outcome {
  const own = OutcomeSchema.safeParse(outcome);
  if (own.success) return own.data;
  const number = Number(status ?? 200);
  const good = expected === undefined ? number >= 200 && number < 400 : expected === 'true';
  if (good) return 'ok';
  if (code === timeoutCode || number === 504 || number === 408) return 'timeout';
  return number === 0 || number === 429 || number === 503
    ? 'rejected'
    : number >= 500
      ? 'crashed'
      : 'wrong-output';
}

function cellOf(tags: Tags, users: number, options: K6Options, source: string): Cell {
  const own = CellSchema.safeParse({ ...tags, concurrency: Number(tags['concurrency'] ?? users) });
  const { environment } = options;
  if (own.success) return environment === undefined ? own.data : { ...own.data, environment };
  const target = tags['name'] ?? tags['url'];
  return {
    function: options.function ?? tags['function'] ?? (target === undefined ? source : nameOfTarget(target)),
    payload: tags['payload'] ?? 'none',
    runtime: options.runtime ?? tags['runtime'] ?? 'k6-target',
    class: options.class ?? 'container',
    environment: environment ?? 'imported',
    start: 'warm',
    concurrency: users,
  };
}

async function* rowsOfK6(path: string, options: K6Options): AsyncGenerator<Measurement> {
  const users = await mostUsers(path);
  const source = basename(path, extname(path));
  let trial = 0;
  for await (const { metric, data } of pointsOf(path)) {
    if (metric !== 'http_req_duration') continue;
    const tags = data.tags ?? {};
    const outcome = outcomeOf(tags);
    // k6 stamps a request when it ended.
    const started = new Date(Date.parse(data.time) - data.value);
    yield {
      ...cellOf(tags, users, options, source),
      ...{ schema: measurementSchemaId, trial: trial++, invocation: 0, round: 0 },
      ...(Number.isNaN(started.getTime()) ? {} : { startedAt: started.toISOString() }),
      outcome,
      ...(outcome === 'ok'
        ? { latencyMs: milliseconds(data.value) }
        : {
            reason: `status ${tags['status'] ?? 'unknown'}${tags['error_code'] === undefined ? '' : `, k6 error ${tags['error_code']}`}`,
          }),
    };
  }
}

/** Any number of lines, in constant memory; the file is read twice. */
export const importK6 = (path: string, options: K6Options = {}): ImportedRows => ({
  rows: rowsOfK6(path, options),
  facts: () => ({
    name: 'imported-k6',
    description: 'imported from k6',
    runtimes: [],
    probes: {
      latency:
        'k6 http_req_duration: sending, waiting and receiving, on a connection that stands: not the connecting, not the wait for a virtual user',
    },
    findings: [],
  }),
});
