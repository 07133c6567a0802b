/** A measured cell as the model sees it: its factors, its sizes, and the medians of the parts of its latency. */
import { z } from 'zod';
import { CellSchema, type Cell } from '../../domain/factors.js';
import { BytesSchema, MillisecondsSchema } from '../../domain/units.js';

/**
 * What a latency is composed of. `launch`: the sandbox asked for until it is ready. `boundary`: request and answer across
 * the boundary, whatever the function does not account for. `data`: objects fetched and stored. `serialization`: reading
 * the payload and writing the answer. `compute`: the function's own work. `whole`: all of it, where rows tell no parts.
 */
export const componentIds = ['launch', 'boundary', 'data', 'serialization', 'compute', 'whole'] as const;
export const ComponentIdSchema = z.enum(componentIds);
export type ComponentId = z.infer<typeof ComponentIdSchema>;

/**
 * What an invocation takes besides its latency. `memory`: the sandbox's peak, in bytes. `cpu`: the sandbox's CPU time, known
 * as a share of the latency.
 */
export const resourceIds = ['memory', 'cpu'] as const;
export const ResourceIdSchema = z.enum(resourceIds);
export type ResourceId = z.infer<typeof ResourceIdSchema>;

/** Whatever is fitted to cells. */
export type TargetId = ComponentId | ResourceId;

/** The quantiles of latency that the model knows. */
export const modelQuantiles = ['p50', 'p90', 'p95', 'p99'] as const;
export type ModelQuantile = (typeof modelQuantiles)[number];

/** Their shares of 1. */
export const quantileShares: Readonly<Record<ModelQuantile, number>> = {
  p50: 0.5,
  p90: 0.9,
  p95: 0.95,
  p99: 0.99,
};

export const ModelCellSchema = z.object({
  cell: CellSchema,
  /** Ids of the runs its rows are from. */
  runs: z.array(z.string()).min(1),
  /** The function's size parameter at this payload, in `sizeUnit`. */
  size: z.number().positive(),
  /** `bytes`: of its data. `steps`: its own parameter, e.g. the order of a matrix. */
  sizeUnit: z.enum(['bytes', 'steps']),
  payloadBytes: BytesSchema,
  responseBytes: BytesSchema,
  /** Bytes of the objects; 0 for a function that has none. */
  fetchedBytes: BytesSchema,
  storedBytes: BytesSchema,
  /** Requests to the storage whose answer was awaited; 0 for a function that has none. */
  roundTrips: z.number().nonnegative(),
  /** The binary or module; absent where the run does not say. */
  artifactBytes: BytesSchema.optional(),
  /** Compressed bytes a node would pull; absent where the run does not say. */
  imageBytes: BytesSchema.optional(),
  /** Invocations with a verified answer, which are the samples; and all others. */
  n: z.number().int().positive(),
  failed: z.number().int().nonnegative(),
  /** How many sandboxes they are from; absent where the rows do not say. */
  sandboxes: z.number().int().positive().optional(),
  /** Of the latency; a quantile that n is too small for is absent. */
  latencyMs: z.object({
    p50: MillisecondsSchema,
    p90: MillisecondsSchema.optional(),
    p95: MillisecondsSchema.optional(),
    p99: MillisecondsSchema.optional(),
  }),
  /** Median of each part that was measured; of `data`, what the environment's declared network does not account for. */
  componentsMs: z.partialRecord(ComponentIdSchema, MillisecondsSchema),
  /** Standard error of the logarithm of a part's median, from sandbox to sandbox; absent for fewer than three. */
  componentErrors: z.partialRecord(ComponentIdSchema, z.number().nonnegative()).optional(),
  /** Of the latency: what the declared network to the storage accounts for; absent where none is declared. */
  dataLinkMs: MillisecondsSchema.optional(),
  /** Standard error of the logarithm of the median latency, from sandbox to sandbox; absent for fewer than three. */
  medianError: z.number().nonnegative().optional(),
  peakMemoryBytes: BytesSchema.optional(),
  cpuMs: MillisecondsSchema.optional(),
});
export type ModelCell = z.infer<typeof ModelCellSchema>;

/** What serves: the runtime with its options and the way in, where they are not the usual ones. */
export const systemOf = (cell: Pick<Cell, 'runtime' | 'options' | 'transport'>): string =>
  cell.runtime +
  (cell.options === undefined ? '' : `(${cell.options})`) +
  (cell.transport === 'http' ? '/http' : '');

/** What is computed: the function, in its language where that is not Rust. */
export const workOf = (cell: Pick<Cell, 'function' | 'language'>): string =>
  cell.function + (cell.language === undefined || cell.language === 'rust' ? '' : ` in ${cell.language}`);

/** How objects are reached, empty without any. */
export const accessOf = (cell: Pick<Cell, 'storage' | 'access' | 'connection'>): string =>
  [cell.storage, cell.access, cell.connection].filter((part) => part !== undefined).join('/');

/** Whether machine code of the host runs, or Wasm: what a function is compiled to. */
export const codeOf = (cell: Pick<Cell, 'class'>): 'native' | 'wasm' =>
  cell.class === 'process' || cell.class === 'container' ? 'native' : 'wasm';
