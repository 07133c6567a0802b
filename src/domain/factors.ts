/** The factors of the paper's performance model: workload x system x environment. A cell is one combination. */
import { z } from 'zod';

/** The paper's three classes and ours: what kind of sandbox a runtime gives a function. */
export const RuntimeClassSchema = z.enum([
  'container',
  'wasm-interpreted',
  'wasm-aot',
  'wasm-jit',
  'process',
]);
export type RuntimeClass = z.infer<typeof RuntimeClassSchema>;

/**
 * How an invocation finds its instance. `cold`: before the request no sandbox, process or container of this
 * function exists. `snapshot`: as cold, but what starts was restored from a snapshot taken before. `fresh`: a new instance
 * inside an engine that is up. `warm`: an instance that has served before.
 */
export const StartSchema = z.enum(['cold', 'snapshot', 'fresh', 'warm']);
export type Start = z.infer<typeof StartSchema>;

/** How a request reaches a function: on its standard streams, or over HTTP on the loopback. */
export const TransportSchema = z.enum(['stdio', 'http']);
export type Transport = z.infer<typeof TransportSchema>;

/** What a function is written in; `prebuilt`: unknown, its files were made by other means. */
export const LanguageSchema = z.enum(['rust', 'go', 'typescript', 'prebuilt']);
export type Language = z.infer<typeof LanguageSchema>;

/** What became of an invocation. Everything but `ok` is a failure, and a failure is a row, never a sample. */
export const OutcomeSchema = z.enum(['ok', 'timeout', 'crashed', 'wrong-output', 'not-cold', 'rejected']);
export type Outcome = z.infer<typeof OutcomeSchema>;

/** The function's own phases, in the order in which an invocation passes through them. */
export const functionPhases = ['deserialize', 'fetch', 'compute', 'store', 'serialize'] as const;
export type FunctionPhase = (typeof functionPhases)[number];

/** All phases of an invocation's latency: the launch, the function's own, and what is left. */
export const phases = ['launch', ...functionPhases, 'transport'] as const;
export type Phase = (typeof phases)[number];

/**
 * Where a function's objects lie: in the payload, in files, in Redis, in an S3 bucket.
 */
export const StorageSchema = z.enum(['inline', 'file', 'redis', 's3']);
export type Storage = z.infer<typeof StorageSchema>;

/**
 * Who reaches the storage. `direct`: the function opens the file or the connection itself. `host`: the function asks
 * its host, which does it with a client of its own.
 */
export const AccessSchema = z.enum(['direct', 'host']);
export type Access = z.infer<typeof AccessSchema>;

/** Whether a connection to the storage is kept from one invocation to the next. */
export const StorageConnectionSchema = z.enum(['reused', 'per-invocation']);
export type StorageConnection = z.infer<typeof StorageConnectionSchema>;

export const CellSchema = z.object({
  function: z.string().min(1),
  payload: z.string().min(1),
  runtime: z.string().min(1),
  class: RuntimeClassSchema,
  environment: z.string().min(1),
  /** Whether the environment was made by limits on another machine, and is not a machine of its own. Follows from its name. */
  emulated: z.literal(true).optional(),
  start: StartSchema,
  concurrency: z.number().int().positive(),
  /** Of an open load: its schedule in words, e.g. `poisson 50/s`. Absent where clients send, or nobody at once. */
  arrivals: z.string().min(1).optional(),
  /** Absent for a function that has no objects. */
  storage: StorageSchema.optional(),
  /** Absent where there is no storage to reach: without objects, and `inline`. */
  access: AccessSchema.optional(),
  /** Absent where there is no connection: besides Redis and S3. */
  connection: StorageConnectionSchema.optional(),
  /** Absent in rows of before there was another than `stdio`. */
  transport: TransportSchema.optional(),
  /** Absent in rows of before there was another than `rust`. */
  language: LanguageSchema.optional(),
  /** The runtime's options that are not its defaults, where an experiment varies them: `network=none,seccomp=unconfined`. */
  options: z.string().optional(),
});
/** One combination of factors, in the words of CONTRACT.md. */
export type Cell = z.infer<typeof CellSchema>;

export const ConditionsSchema = CellSchema.omit({ runtime: true, class: true, options: true });
/** All factors of a cell but its runtime and that runtime's options: cells with equal conditions are compared with each other. */
export type Conditions = z.infer<typeof ConditionsSchema>;

/** The conditions of a cell, and nothing else of it. */
export const conditionsOf = (cell: Conditions): Conditions => ConditionsSchema.parse(cell);

const factorsOf = (cell: Conditions): unknown[] => [
  cell.function,
  cell.payload,
  cell.environment,
  cell.start,
  cell.concurrency,
  cell.arrivals,
  cell.storage,
  cell.access,
  cell.connection,
  cell.transport ?? 'stdio',
  cell.language ?? 'rust',
];

/** A string that is equal for equal conditions and for no others. */
export const conditionsKey = (cell: Conditions): string => JSON.stringify(factorsOf(cell));

/** A cell's runtime for a reader: with its options, where they are not the defaults. */
export const runtimeName = ({ runtime, options }: Pick<Cell, 'runtime' | 'options'>): string =>
  options === undefined ? runtime : `${runtime} (${options})`;

/** A cell's environment for a reader: with a word where it is emulated. */
export const environmentName = ({ environment, emulated }: Pick<Cell, 'environment' | 'emulated'>): string =>
  emulated === true ? `${environment} (emulated)` : environment;

/** A string that is equal for equal cells and for no others. */
export const cellKey = (cell: Cell): string =>
  JSON.stringify([cell.runtime, cell.options, ...factorsOf(cell)]);
