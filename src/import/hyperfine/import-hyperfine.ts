/** `lumos import hyperfine`: the file of `hyperfine --export-json`. Each run of a command is a row. */
import { extname } from 'node:path';
import { z } from 'zod';
import { invalidInput, messageOf } from '../../domain/errors.js';
import { CellSchema, OutcomeSchema, type Cell } from '../../domain/factors.js';
import { measurementSchemaId, type Measurement } from '../../domain/measurement.js';
import { plainIssue } from '../../domain/plain-issue.js';
import { decimalOf } from '../../domain/strict-number.js';
import { bytes, milliseconds } from '../../domain/units.js';
import { explaining } from '../../files/explain.js';
import type { ValidityFinding } from '../../domain/validity.js';
import { readDocument, sourceName } from '../../files/text-source.js';
import type { ImportedRows, ImportOptions } from '../imported-rows.js';
import { badRecord, SourceLosses } from '../source-losses.js';
import { ToldApart, type Fields, type ImportedRecord } from '../told-apart.js';
import { templatesOf, type Template } from './command-templates.js';

const failureCount = z.number().int().positive().max(10_000_000);

const ResultSchema = z.looseObject({
  command: z.string().min(1),
  /** Seconds, one a run. */
  times: z.array(z.number().nonnegative().max(1e12)),
  /** One a run; null for a run that a signal ended. */
  exit_codes: z.array(z.number().nullable()).optional(),
  /** Peak resident bytes, one a run. */
  memory_usage_byte: z.array(z.number().nonnegative().max(Number.MAX_SAFE_INTEGER)).optional(),
  parameters: z
    .record(z.string(), z.union([z.string(), z.number(), z.boolean()]).transform(String))
    .optional(),
  /** Of `lumos report --format hyperfine`: the failures, which have no time. */
  lumos: z.object({ failures: z.partialRecord(OutcomeSchema, failureCount) }).optional(),
});
type Result = z.infer<typeof ResultSchema>;

const FileSchema = z.object({ results: z.array(z.unknown()) });

/** What a result says besides what identifies it: the figures of its runs. All else tells it from others. */
const figures = new Set([
  ...['times', 'exit_codes', 'memory_usage_byte', 'lumos', 'command', 'parameters'],
  ...['mean', 'stddev', 'median', 'user', 'system', 'min', 'max'],
]);

/** Counts results that nothing in the file tells apart. */
const seriesField = 'result';

interface CellOfResult {
  readonly cell: Cell;
  /** Parameters that the cell does not say. */
  readonly others: Fields;
}

/** The cell that `lumos report` wrote as parameters; undefined for a result of any other origin. */
function ownCellOf({ parameters = {} }: Result): CellOfResult | undefined {
  const { concurrency, emulated, ...rest } = parameters;
  const own = CellSchema.safeParse({
    ...rest,
    concurrency: concurrency === undefined ? 1 : decimalOf(concurrency),
    ...(emulated === undefined ? {} : { emulated: emulated === 'true' }),
  });
  if (!own.success) return undefined;
  const others = Object.entries(parameters).filter(([name]) => !Object.hasOwn(CellSchema.shape, name));
  return { cell: own.data, others: Object.fromEntries(others) };
}

/**
 * The cell of any other command: the command is the runtime, a new process a run is a cold start, and hyperfine's own parameters are the
 * payload; where a parameter stands in the command it is put back as its name, so that one command at several parameters is one runtime.
 */
function cellOf({ command, parameters }: Template, name: string): CellOfResult {
  const [only, ...others] = parameters;
  const several = parameters.map(([key, value]) => `${key}=${value}`).join(',');
  const payload = others.length === 0 ? (only?.[1] ?? 'none') : several;
  return {
    cell: {
      ...{ function: name, payload: payload === '' ? 'none' : payload, runtime: command, class: 'process' },
      ...{ environment: 'imported', start: 'cold', concurrency: 1 },
    },
    others: {},
  };
}

/** What else a result says of how it was measured: no version of hyperfine does yet, but a script may have added it. */
const conditionsOf = (result: Result): Fields =>
  Object.fromEntries(
    Object.entries(result)
      .filter(([name]) => !figures.has(name))
      .map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]),
  );

interface Series {
  readonly result: Result;
  readonly cell: Cell;
  readonly fields: Fields;
}

/** The results with their cells; those that nothing tells apart are numbered in the order of the file. */
function seriesOf(results: readonly Result[], name: string, environment: string | undefined): Series[] {
  const foreign = results.map((result) => (ownCellOf(result) === undefined ? result : undefined));
  const templates = templatesOf(
    foreign.flatMap((result) =>
      result === undefined ? [] : [{ command: result.command, parameters: result.parameters ?? {} }],
    ),
  );
  const seen = new Map<string, number>();
  let next = 0;
  return results.map((result): Series => {
    const { cell, others } =
      ownCellOf(result) ?? cellOf(templates[next++] ?? { command: '', parameters: [] }, name);
    const own = { ...others, ...conditionsOf(result) };
    const fields = environment === undefined ? own : { ...own, environment: cell.environment };
    const placed = environment === undefined ? cell : { ...cell, environment };
    const key = JSON.stringify([placed, Object.entries(fields).sort()]);
    const number = (seen.get(key) ?? 0) + 1;
    seen.set(key, number);
    return { result, cell: placed, fields: { ...fields, [seriesField]: String(number) } };
  });
}

function* rowsOfSeries({ result, cell }: Series, firstTrial: number): Generator<Measurement> {
  let trial = firstTrial;
  const frame = (): Pick<Measurement, keyof Cell | 'schema' | 'trial' | 'invocation' | 'round'> => ({
    ...cell,
    ...{ schema: measurementSchemaId, trial: trial++, invocation: 0, round: 0 },
  });
  for (const [i, seconds] of result.times.entries()) {
    const code = result.exit_codes?.[i];
    const memory = result.memory_usage_byte?.[i];
    const peak = memory === undefined ? {} : { peakResidentBytes: bytes(Math.round(memory)) };
    yield code === undefined || code === 0
      ? { ...frame(), outcome: 'ok', latencyMs: milliseconds(seconds * 1000), ...peak }
      : {
          ...frame(),
          outcome: 'crashed',
          reason: code === null ? 'ended by a signal' : `exit code ${code}`,
          ...peak,
        };
  }
  for (const [outcome, count] of Object.entries(result.lumos?.failures ?? {}))
    for (let i = 0; i < count; i++)
      yield { ...frame(), outcome: OutcomeSchema.parse(outcome), reason: 'exported without its reason' };
}

function* recordsOf(series: readonly Series[]): Generator<ImportedRecord> {
  let trial = 0;
  for (const one of series)
    for (const row of rowsOfSeries(one, trial)) {
      trial += 1;
      yield { row, fields: one.fields };
    }
}

/** The runtime with what tells its results from others of its name. */
function namedCell(cell: Cell, differing: readonly (readonly [string, string])[]): Cell {
  const number = differing.find(([name]) => name === seriesField)?.[1];
  const others = differing
    .filter(([name]) => name !== seriesField)
    .map(([name, value]) => `${name}=${value}`);
  const told = others.length === 0 ? '' : ` [${others.join(', ')}]`;
  return { ...cell, runtime: `${cell.runtime}${told}${number === undefined ? '' : ` #${number}`}` };
}

const inBlocks: ValidityFinding = {
  id: 'not-interleaved',
  severity: 'serious',
  cells: [],
  text: 'hyperfine runs one command after the other, all runs of each in a row, and its file has no times of day.',
  advice:
    'Whatever drifts with time is in the ratios. Compare through several hyperfine files in turn, or with lumos run.',
};

function sameCommands(series: readonly Series[]): ValidityFinding[] {
  const repeated = series.filter(({ fields }) => fields[seriesField] !== '1');
  if (repeated.length === 0) return [];
  const commands = [...new Set(repeated.map(({ result }) => result.command))];
  const more = commands.length > 3 ? `, and ${commands.length - 3} more` : '';
  return [
    {
      id: 'same-name',
      severity: 'warning',
      cells: [],
      text: `The file has several results of one command: ${commands.slice(0, 3).join('; ')}${more}. It does not say what differed, e.g. --prepare or --setup. They are arms of their own, #1, #2 and so on in the order of the file.`,
      advice: 'Give each a name of its own with --command-name, or a parameter with --parameter-list.',
    },
  ];
}

function resultsOf(source: string, path: string, losses: SourceLosses): Result[] {
  const text = readDocument(path);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw invalidInput(
      `${source}: not JSON (${messageOf(error)})`,
      'Name a file that hyperfine --export-json wrote. A file that was cut cannot be read.',
    );
  }
  const file = explaining(source, () => FileSchema.safeParse(value, { error: plainIssue }));
  const remedy = 'Name a file that hyperfine --export-json wrote, with a list of times for each command.';
  if (!file.success) {
    const [issue] = file.error.issues;
    throw invalidInput(
      `${source}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not the JSON of hyperfine'}`,
      remedy,
    );
  }
  return file.data.results.flatMap((one, i): Result[] => {
    const parsed = ResultSchema.safeParse(one, { error: plainIssue });
    const [issue] = parsed.success ? [] : parsed.error.issues;
    const problem = parsed.success
      ? lengthProblem(parsed.data)
      : `${['', ...(issue?.path ?? [])].join('.')}: ${issue?.message ?? 'no result'}`;
    if (parsed.success && problem === undefined) return [parsed.data];
    losses.skip(badRecord(source, `results.${i}${problem ?? ''}`, remedy));
    return [];
  });
}

function lengthProblem({ times, exit_codes: codes, memory_usage_byte: memory }: Result): string | undefined {
  for (const [name, list] of Object.entries({ exit_codes: codes, memory_usage_byte: memory }))
    if (list !== undefined && list.length !== times.length)
      return `.${name}: ${list.length} entries, where there are ${times.length} times`;
  return undefined;
}

/** @throws LumosError `invalid-input` for a file that is not hyperfine's */
export function importHyperfine(path: string, options: ImportOptions = {}): ImportedRows {
  const source = sourceName(path);
  const losses = new SourceLosses(options);
  const results = resultsOf(source, path, losses);
  const name = source.replace(/\.gz$/u, '');
  const base = name.slice(0, name.length - extname(name).length) || name;
  const series = seriesOf(results, options.function ?? base, options.environment);
  const apart = new ToldApart({
    source,
    reported: seriesField,
    pool: new Set(options.pool),
    name: namedCell,
  });
  const exported = results.every(({ lumos }) => lumos !== undefined);
  return {
    rows: apart.rows(recordsOf(series)),
    facts: () => ({
      name: 'imported-hyperfine',
      description: 'imported from hyperfine',
      runtimes: [],
      probes: {
        latency:
          'hyperfine: from the start of the shell or process to its end, less the time of an empty shell',
      },
      findings: [
        ...(exported || results.length < 2 ? [] : [inBlocks]),
        ...(options.pool?.includes(seriesField) === true ? [] : sameCommands(series)),
        ...apart.findings(),
        ...losses.findings(),
      ],
    }),
  };
}
