/** A row from named fields, as CSV and Parquet have them. */
import { closest } from 'fastest-levenshtein';
import { z } from 'zod';
import { invalidInput } from '../../domain/errors.js';
import { MeasurementSchema, measurementSchemaId, type Measurement } from '../../domain/measurement.js';

const { properties = {} } = z.toJSONSchema(MeasurementSchema, { unrepresentable: 'any' });

/** What a field of a row holds, by its name. */
const types = new Map(
  Object.entries(properties).map(([name, keyword]) => [
    name,
    typeof keyword === 'object' ? (keyword.type ?? 'string') : 'string',
  ]),
);

/** The names of all fields of a row, in the order of its schema. */
export const fieldNames: readonly string[] = [...types.keys()];

/** Fields without which a row says nothing. */
export const neededFields = ['function', 'runtime', 'class'] as const;

/** @throws LumosError `invalid-input` for a name that no row has, or one of `neededFields` that is missing */
export function checkFieldNames(names: readonly string[], source: string): void {
  const unknown = names.find((name) => !types.has(name));
  if (unknown !== undefined)
    throw invalidInput(
      `${source}: a row has no field "${unknown}"`,
      `Did you mean "${closest(unknown, [...fieldNames])}"? The fields are those of schema/measurement.schema.json.`,
    );
  const missing = neededFields.find((name) => !names.includes(name));
  if (missing !== undefined)
    throw invalidInput(
      `${source}: the column ${missing} is missing`,
      `A row needs at least ${neededFields.join(', ')}, and latencyMs where it was answered.`,
    );
}

/** Text as the field's type; whatever does not fit stays text, for the schema to refuse. */
function valueOf(name: string, text: string): unknown {
  const type = types.get(name);
  if (type === 'number' || type === 'integer')
    return text.trim() === '' || Number.isNaN(Number(text)) ? text : Number(text);
  if (type === 'boolean' && (text === 'true' || text === 'false')) return text === 'true';
  return text;
}

export interface RowPlace {
  /** The file, for messages. */
  readonly source: string;
  /** The line or row in it, from 1. */
  readonly number: number;
  readonly environment: string | undefined;
}

/**
 * The row that these fields are, absent ones filled in: `outcome` ok where there is a latency, `start` warm, `payload` none, `environment`
 * imported, `concurrency` 1, each row a trial of its own, or an
 * invocation of its own where it names a trial. Empty text and null are absent.
 * @throws LumosError `invalid-input` that names the place and the field that does not fit
 */
export function rowOfFields(fields: Readonly<Record<string, unknown>>, place: RowPlace): Measurement {
  const given = Object.entries(fields).flatMap(([name, value]): [string, unknown][] => {
    if (value === null || value === undefined || value === '') return [];
    if (typeof value === 'bigint') return [[name, Number(value)]];
    return [[name, typeof value === 'string' ? valueOf(name, value) : value]];
  });
  const own = Object.fromEntries(given);
  if (own['outcome'] === undefined && own['latencyMs'] === undefined)
    throw invalidInput(
      `${place.source}:${place.number}: neither a latencyMs nor an outcome`,
      'A row is an answer with its latency, or a failure with its outcome, e.g. timeout.',
    );
  const parsed = MeasurementSchema.safeParse({
    schema: measurementSchemaId,
    // Rows of one trial that no column numbers are invocations of their own.
    ...{ trial: place.number - 1, invocation: own['trial'] === undefined ? 0 : place.number - 1, round: 0 },
    ...{ payload: 'none', environment: 'imported', start: 'warm', concurrency: 1, outcome: 'ok' },
    ...own,
    ...(place.environment === undefined ? {} : { environment: place.environment }),
  });
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw invalidInput(
    `${place.source}:${place.number}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'no row'}`,
  );
}
