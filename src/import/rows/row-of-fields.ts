/** A row from named fields, as CSV and Parquet have them. */
import { z } from 'zod';
import { didYouMean } from '../../domain/did-you-mean.js';
import { invalidInput } from '../../domain/errors.js';
import { cellKey } from '../../domain/factors.js';
import { MeasurementSchema, measurementSchemaId, type Measurement } from '../../domain/measurement.js';
import { plainIssue } from '../../domain/plain-issue.js';
import { decimalOf } from '../../domain/strict-number.js';
import type { ValidityFinding } from '../../domain/validity.js';
import type { ImportOptions } from '../imported-rows.js';
import { badRecord, mended } from '../source-losses.js';
import { WholeCopies } from '../whole-copies.js';

const { properties = {} } = z.toJSONSchema(MeasurementSchema, { unrepresentable: 'any' });

/** What a field of a row holds, by its name. */
const types = new Map(
  Object.entries(properties).map(([name, keyword]) => [
    name,
    typeof keyword === 'object' ? (keyword.type ?? 'string') : 'string',
  ]),
);

/** Whether a field holds a number. */
export const isNumber = (name: string): boolean => ['number', 'integer'].includes(String(types.get(name)));

/** The names of all fields of a row, in the order of its schema. */
export const fieldNames: readonly string[] = [...types.keys()];

/** Fields without which a row says nothing. */
export const neededFields = ['function', 'runtime', 'class'] as const;

/**
 * Checks the names of the columns, but those of `passedOver`.
 * @throws LumosError `invalid-input` for a name that no row has, or one of `neededFields` that is missing
 */
function checkFieldNames(names: readonly string[], place: string, passedOver: ReadonlySet<string>): void {
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined)
    throw invalidInput(`${place}: the column ${twice} occurs twice`, 'Remove or rename one of them.');
  const unknown = names.find((name) => !types.has(name) && !passedOver.has(name));
  if (unknown !== undefined) {
    const separator = [';', '\t', '|'].find((one) => names.length === 1 && unknown.includes(one));
    if (separator !== undefined)
      throw invalidInput(
        `${place}: the columns are separated by ${separator === '\t' ? 'tabs' : `"${separator}"`}`,
        'Write commas between the columns, and points in the numbers.',
      );
    const pool = /^[\w.-]+$/u.test(unknown) ? `--pool ${unknown}` : '--pool and its name';
    throw invalidInput(
      `${place}: a row has no field "${unknown}"`,
      `${didYouMean(unknown, [...fieldNames])}The fields are those of schema/measurement.schema.json. With ${pool} the column is not read.`,
    );
  }
  const missing = neededFields.find((name) => !names.includes(name));
  if (missing !== undefined)
    throw invalidInput(
      `${place}: the column ${missing} is missing`,
      `A row needs at least ${neededFields.join(', ')}, and latencyMs where it was answered.`,
    );
}

/** The value of a field, of the type that the field has. */
function valueOf(name: string, value: unknown, place: string): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (typeof value !== 'string') return value;
  // The names of the columns are trimmed too: " native" is no other runtime than "native".
  const type = types.get(name);
  if (type === 'string') return value.trim() === '' ? undefined : value.trim();
  if (isNumber(name)) {
    const number = decimalOf(value);
    if (number === undefined) throw badRecord(place, `${name}: "${value}" is no decimal number`);
    return number;
  }
  if (type !== 'boolean') return value;
  if (value !== 'true' && value !== 'false')
    throw badRecord(place, `${name}: "${value}" is neither true nor false`);
  return value === 'true';
}

/** The error for a row that its schema refuses. */
function misfit(error: z.ZodError, own: Readonly<Record<string, unknown>>, place: string): Error {
  const [issue] = error.issues;
  const name = issue?.path.join('.') ?? '';
  const given = own[name];
  const meant =
    issue?.code === 'invalid_value' && typeof given === 'string'
      ? didYouMean(given, issue.values.map(String))
      : '';
  return badRecord(place, `${name}: ${issue?.message ?? 'no row'}`, `${meant}${mended}`);
}

/** Makes rows of named fields, one after another. */
export class RowReader {
  private readonly passedOver: ReadonlySet<string>;
  /** How many invocations each trial of a cell has so far, where no column says. */
  private readonly invocations = new Map<string, number>();
  private names: ReadonlySet<string> = new Set();
  /** The records' own environment, where the user gave another. */
  private ownEnvironment = '';
  private count = 0;
  private readonly copies = new WholeCopies();

  /** @param source the file, for messages */
  constructor(
    private readonly source: string,
    private readonly options: ImportOptions,
  ) {
    this.passedOver = new Set(options.pool);
  }

  /** @throws LumosError `invalid-input` for names that are not those of rows */
  takeNames(names: readonly string[], place: string): void {
    this.names = new Set(names);
    const unused = [...this.passedOver].find((name) => !this.names.has(name));
    if (unused !== undefined)
      throw invalidInput(`--pool ${unused}: ${place} has no such column`, 'Leave the option out.');
    const known = [...this.passedOver].find((name) => types.has(name));
    if (known !== undefined)
      throw invalidInput(
        `--pool ${known}: this column is a field of a row`,
        'Remove the column from the file.',
      );
    checkFieldNames(names, place, this.passedOver);
  }

  /**
   * The row that these fields are, absent ones filled in: `outcome` ok where there is a latency, `start` warm, `payload` none,
   * `environment` imported, `concurrency` 1, each row a trial of its own. Empty text and null are absent.
   * @param number the line or row in the source, from 1
   * @param ownTrial the trial where no column says
   * @returns undefined for a copy of a row before it, which is counted
   * @throws LumosError `invalid-input` that names the place and the field that does not fit
   */
  rowOf(
    fields: Readonly<Record<string, unknown>>,
    number: number,
    ownTrial: number,
  ): Measurement | undefined {
    const place = `${this.source}:${number}`;
    const own: Record<string, unknown> = {};
    for (const [name, value] of Object.entries(fields)) {
      if (value === null || value === undefined || value === '' || this.passedOver.has(name)) continue;
      const typed = valueOf(name, value, place);
      if (typed !== undefined) own[name] = typed;
    }
    this.checkGiven(own, place);
    const whole = {
      schema: measurementSchemaId,
      ...{ trial: ownTrial, invocation: 0, round: 0 },
      ...{ payload: 'none', environment: 'imported', start: 'warm', concurrency: 1, outcome: 'ok' },
      ...own,
      ...(this.options.environment === undefined ? {} : { environment: this.options.environment }),
    };
    const parsed = MeasurementSchema.safeParse(whole, { error: plainIssue });
    if (!parsed.success) throw misfit(parsed.error, own, place);
    return this.isCopy(own, parsed.data) ? undefined : this.numbered(parsed.data);
  }

  /** Numbered records that are there twice are told from each other by name, and counted once by whoever reads the rows. */
  private isCopy(own: Readonly<Record<string, unknown>>, { startedAt, latencyMs }: Measurement): boolean {
    if (this.names.has('trial') && this.names.has('invocation')) return false;
    const record = JSON.stringify(Object.entries(own).sort(byName));
    return this.copies.add(record, { time: startedAt, latencyMs });
  }

  /** Known after the last record. */
  findings(): ValidityFinding[] {
    return this.copies.findings(this.source);
  }

  /** Called after the last record. @throws LumosError `invalid-input` for a source that was written twice */
  checkCopies(): void {
    this.copies.refuse(
      this.source,
      'Remove the copies. If they are measurements of their own, number them in columns named trial and invocation.',
    );
  }

  private checkGiven(own: Readonly<Record<string, unknown>>, place: string): void {
    if (own['outcome'] === undefined && own['latencyMs'] === undefined)
      throw badRecord(
        place,
        'neither a latencyMs nor an outcome',
        'A row is a response with its latency, or a failure with its outcome, e.g. timeout.',
      );
    if (own['outcome'] === 'ok' && own['latencyMs'] === undefined)
      throw badRecord(
        place,
        'outcome ok without a latencyMs',
        'A response has its latency. A row without one is a failure: give its outcome, e.g. timeout, or leave such rows out with --skip-bad-rows.',
      );
    for (const name of ['trial', 'invocation'])
      if (this.names.has(name) && own[name] === undefined)
        throw badRecord(place, `${name} is empty`, 'Number every record, or leave the column out.');
    if (this.options.environment === undefined) return;
    const environment = typeof own['environment'] === 'string' ? own['environment'] : 'none';
    if (this.count++ === 0) this.ownEnvironment = environment;
    else if (environment !== this.ownEnvironment)
      throw invalidInput(
        `${place}: with --environment ${this.options.environment}, records of different environments would be put together: ${this.ownEnvironment} and ${environment}`,
        'Leave --environment out, or import each environment from a file of its own.',
      );
  }

  /** Trial and invocation name a row. Records of one trial that do not number their invocations are numbered in their order. */
  private numbered(row: Measurement): Measurement {
    if (!this.names.has('trial') || this.names.has('invocation')) return row;
    const key = `${row.trial} ${cellKey(row)}`;
    const invocation = this.invocations.get(key) ?? 0;
    this.invocations.set(key, invocation + 1);
    return { ...row, invocation };
  }
}

const byName = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number => (a < b ? -1 : 1);
