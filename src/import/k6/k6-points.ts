/** The points of k6, from the JSON lines of `--out json=FILE` or the table of `--out csv=FILE`. */
import { z } from 'zod';
import { invalidInput } from '../../domain/errors.js';
import { plainIssue } from '../../domain/plain-issue.js';
import { decimalOf } from '../../domain/strict-number.js';
import { sourceName, textLines, type TextEnd, type TextLines } from '../../files/text-source.js';
import { recordsOfCsv, type CsvSource } from '../rows/csv-records.js';
import { badRecord, type SourceLosses } from '../source-losses.js';

export interface K6Point {
  readonly metric: string;
  readonly value: number;
  /** In milliseconds since 1970: when the request ended. */
  readonly endedAt: number;
  /** The same as the source has it: to the nanosecond, or only to the second. */
  readonly time: string;
  readonly tags: Readonly<Record<string, string>>;
  /** File and line, for messages. */
  readonly place: string;
}

/** The metrics that are read; points of others are passed over unread. */
export const durationMetric = 'http_req_duration';
export const usersMetric = 'vus';
const isRead = (metric: string): boolean => metric === durationMetric || metric === usersMetric;

const LineSchema = z.union([
  z.object({
    type: z.literal('Point'),
    metric: z.string(),
    data: z.object({
      time: z.string(),
      value: z.number().nonnegative(),
      tags: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]).transform(String)).nullish(),
    }),
  }),
  z.object({ type: z.literal('Metric') }),
]);

const useOut = 'Run k6 with --out json=FILE and import that file.';

const noRequests = (source: string): Error =>
  invalidInput(
    `${source} is a summary of k6: it has quantiles and no requests, so no row can be made of it`,
    useOut,
  );

/** Reads `path` once. @throws LumosError `invalid-input` for a file that is not of k6, and for a bad line */
export async function* pointsOf(path: string, losses: SourceLosses): AsyncGenerator<K6Point> {
  const source = sourceName(path);
  const end: TextEnd = { isCut: false };
  const batches = textLines(path, end);
  let isFirst = true;
  for await (const { lines, firstNumber, isEnded } of batches) {
    for (const [i, line] of lines.entries()) {
      if (line.trim() === '') continue;
      const place = `${source}:${firstNumber + i}`;
      if (isFirst && isHeadOfCsv(line)) {
        yield* csvPoints({ lines: lines.slice(i), firstNumber: firstNumber + i, isEnded }, batches, {
          source,
          losses,
          end,
        });
        if (end.isCut) losses.endCut(`what follows in ${source}`);
        return;
      }
      const isLast = !isEnded && i === lines.length - 1;
      const value = jsonOf(line);
      if (value === undefined && isLast && !isFirst) losses.endCut(place);
      else {
        const point = readLine(value, { line, place, source, isFirst }, losses);
        if (point !== undefined) yield point;
      }
      isFirst = false;
    }
  }
  if (end.isCut) losses.endCut(`what follows in ${source}`);
}

/** k6 writes `metric_name` first; a tool in between may have put the columns into another order. */
function isHeadOfCsv(line: string): boolean {
  const names = line.split(',').map((name) => name.trim().replace(/^"(.*)"$/u, '$1'));
  return names.includes('metric_name') && names.includes('metric_value');
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

interface Line {
  readonly line: string;
  readonly place: string;
  readonly source: string;
  readonly isFirst: boolean;
}

function readLine(
  value: unknown,
  { place, source, isFirst }: Line,
  losses: SourceLosses,
): K6Point | undefined {
  if (value === undefined && isFirst)
    throw invalidInput(
      `${place}: no JSON line of k6`,
      `Name the file of k6 run --out json=FILE. A summary (--summary-export) has quantiles and no requests: no row can be made of it.`,
    );
  if (typeof value === 'object' && value !== null && 'metrics' in value) throw noRequests(source);
  if (isOtherMetric(value)) return undefined;
  const parsed = LineSchema.safeParse(value);
  if (!parsed.success) {
    losses.skip(badRecord(place, value === undefined ? 'no JSON' : reasonOf(value)));
    return undefined;
  }
  if (parsed.data.type === 'Metric') return undefined;
  const { metric, data } = parsed.data;
  const endedAt = Date.parse(data.time);
  if (Number.isNaN(endedAt)) {
    losses.skip(badRecord(place, `time: "${data.time}" is no time`));
    return undefined;
  }
  return { metric, value: data.value, endedAt, time: data.time, tags: data.tags ?? {}, place };
}

const isOtherMetric = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  'type' in value &&
  value.type === 'Point' &&
  'metric' in value &&
  typeof value.metric === 'string' &&
  !isRead(value.metric);

function reasonOf(value: unknown): string {
  const isPoint = typeof value === 'object' && value !== null && 'type' in value && value.type === 'Point';
  if (!isPoint) return 'neither a Metric nor a Point of k6';
  const parsed = LineSchema.options[0].safeParse(value, { error: plainIssue });
  const [issue] = parsed.success ? [] : parsed.error.issues;
  return `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'no point'}`;
}

/** Columns of the table that are measured. */
const figures: ReadonlySet<string> = new Set(['timestamp', 'metric_value']);

/** Columns of the table that are tags under another name, or none. */
const notTags = new Set(['metric_name', 'timestamp', 'metric_value', 'extra_tags', 'metadata']);

async function* csvPoints(
  first: TextLines,
  rest: AsyncIterable<TextLines>,
  { source, losses, end }: Pick<CsvSource, 'source' | 'losses' | 'end'>,
): AsyncGenerator<K6Point> {
  async function* text(): AsyncGenerator<Buffer> {
    for (let { lines, isEnded } = first; ;) {
      yield Buffer.from(`${lines.join('\n')}${isEnded ? '\n' : ''}`);
      const next: IteratorResult<TextLines> = await iterator.next();
      if (next.done === true) return;
      ({ lines, isEnded } = next.value);
    }
  }
  const iterator = rest[Symbol.asyncIterator]();
  const { firstNumber } = first;
  const isFigure = (name: string): boolean => figures.has(name);
  let given = 0;
  const records = recordsOfCsv(text(), { source, firstNumber, losses, end, isFigure });
  for await (const { fields, number, isOpen = false } of records) {
    given += 1;
    const metric = fields['metric_name'] ?? '';
    if (!isRead(metric)) continue;
    const place = `${source}:${number}`;
    try {
      yield { ...pointOfCsv(fields, place), metric, place };
    } catch (error) {
      losses.lose(error, { place, isOpen: isOpen && given > 1 });
    }
  }
}

function pointOfCsv(
  fields: Readonly<Record<string, string>>,
  place: string,
): Pick<K6Point, 'value' | 'endedAt' | 'time' | 'tags'> {
  const text = fields['metric_value'] ?? '';
  const value = decimalOf(text);
  if (value === undefined || value < 0)
    throw badRecord(place, `metric_value: "${text}" is no decimal number`);
  const time = fields['timestamp'] ?? '';
  const endedAt = timeOf(time);
  if (endedAt === undefined) throw badRecord(place, `timestamp: "${time}" is no time`);
  const own = Object.entries(fields).filter(([name, tag]) => !notTags.has(name) && tag !== '');
  return {
    value,
    endedAt,
    time,
    tags: { ...extraTags(fields['extra_tags'] ?? ''), ...Object.fromEntries(own) },
  };
}

const extraTags = (text: string): Record<string, string> =>
  Object.fromEntries(
    text
      .split('&')
      .filter((pair) => pair !== '')
      .map((pair): [string, string] => {
        const at = pair.indexOf('=');
        return at === -1 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)];
      }),
  );

/** k6 writes seconds, or what K6_CSV_TIME_FORMAT says: milliseconds, microseconds, nanoseconds, RFC 3339. */
function timeOf(text: string): number | undefined {
  const count = decimalOf(text);
  if (count === undefined) {
    const time = /^\d{4}-/u.test(text) ? Date.parse(text) : NaN;
    return Number.isNaN(time) ? undefined : time;
  }
  // Each unit is a thousand of the one before: the digits of a time of this century tell which it is.
  const scale = [1e11, 1e14, 1e17].findIndex((bound) => count < bound);
  return count * ([1e3, 1, 1e-3][scale] ?? 1e-6);
}
