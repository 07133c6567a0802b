/** `lumos import hyperfine`: the file of `hyperfine --export-json`. Each run of a command is a row. */
import { readFileSync } from 'node:fs';
import { basename, extname } from 'node:path';
import { z } from 'zod';
import { invalidInput, messageOf } from '../../domain/errors.js';
import { CellSchema, OutcomeSchema, type Cell } from '../../domain/factors.js';
import { measurementSchemaId, type Measurement } from '../../domain/measurement.js';
import { bytes, milliseconds } from '../../domain/units.js';
import type { ValidityFinding } from '../../domain/validity.js';
import type { ImportedRows, ImportOptions } from '../imported-rows.js';

const ResultSchema = z.object({
  command: z.string().min(1),
  /** Seconds, one a run. */
  times: z.array(z.number().nonnegative()),
  /** One a run; null for a run that a signal ended. */
  exit_codes: z.array(z.number().nullable()).optional(),
  /** Peak resident bytes, one a run. */
  memory_usage_byte: z.array(z.number().nonnegative()).optional(),
  parameters: z.record(z.string(), z.coerce.string()).optional(),
  /** Of `lumos report --format hyperfine`: the failures, which have no time. */
  lumos: z.object({ failures: z.partialRecord(OutcomeSchema, z.number().int().positive()) }).optional(),
});
type Result = z.infer<typeof ResultSchema>;

const FileSchema = z.object({ results: z.array(ResultSchema) });

/**
 * The cell of a command. One that `lumos report` wrote has its factors as parameters. Any other: the command is the runtime, a new process
 * a run is a cold start, and hyperfine's own parameters are the payload; where a parameter stands in the command it is put back as its name, so
 * that one command at several parameters is one runtime.
 */
function cellOf({ command, parameters = {} }: Result, name: string, environment: string | undefined): Cell {
  const own = CellSchema.safeParse({ ...parameters, concurrency: Number(parameters['concurrency'] ?? 1) });
  if (own.success) return environment === undefined ? own.data : { ...own.data, environment };
  const given = Object.entries(parameters).sort(([a], [b]) => (a < b ? -1 : 1));
  const runtime = given.reduce(
    (text, [key, value]) => (value === '' ? text : text.replaceAll(value, `{${key}}`)),
    command,
  );
  const [only, ...others] = given;
  const payload =
    only === undefined
      ? 'none'
      : others.length === 0
        ? only[1]
        : given.map(([key, value]) => `${key}=${value}`).join(',');
  return {
    ...{ function: name, payload: payload === '' ? 'none' : payload, runtime, class: 'process' },
    ...{ environment: environment ?? 'imported', start: 'cold', concurrency: 1 },
  };
}

function* rowsOf(results: readonly Result[], name: string, environment?: string): Generator<Measurement> {
  let trial = 0;
  for (const result of results) {
    const cell = cellOf(result, name, environment);
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
}

const inBlocks: ValidityFinding = {
  id: 'not-interleaved',
  severity: 'serious',
  cells: [],
  text: 'hyperfine runs one command after the other, all runs of each in a row, and its file has no times of day.',
  advice:
    'Whatever drifts with time is in the ratios. Compare through several hyperfine files in turn, or with lumos run.',
};

/** @throws LumosError `invalid-input` for a file that is not hyperfine's */
export function importHyperfine(
  path: string,
  { environment, function: name }: ImportOptions & { readonly function?: string } = {},
): ImportedRows {
  const source = basename(path);
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw invalidInput(`${source}: no JSON (${messageOf(error)})`);
  }
  const parsed = FileSchema.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw invalidInput(
      `${source}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not the JSON of hyperfine'}`,
      'Name a file that hyperfine --export-json wrote, with a list of times for each command.',
    );
  }
  const { results } = parsed.data;
  const exported = results.every(({ lumos }) => lumos !== undefined);
  return {
    rows: rowsOf(results, name ?? basename(path, extname(path)), environment),
    facts: () => ({
      name: 'imported-hyperfine',
      description: 'imported from hyperfine',
      runtimes: [],
      probes: {
        latency:
          'hyperfine: from the start of the shell or process to its end, less the time of an empty shell',
      },
      findings: exported || results.length < 2 ? [] : [inBlocks],
    }),
  };
}
