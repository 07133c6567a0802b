/** The flat row: the one contract between measuring and everything after it. */
import { z } from 'zod';
import { CellSchema, OutcomeSchema } from './factors.js';
import { BytesSchema, MillisecondsSchema } from './units.js';

export const measurementSchemaId = 'lumos/measurement@1';

const optionalMs = MillisecondsSchema.optional();
const optionalBytes = BytesSchema.optional();

/**
 * One invocation. A figure that could not be measured is absent, never 0. What each figure includes is said in
 * docs/method.md.
 */
export const MeasurementSchema = CellSchema.extend({
  schema: z.literal(measurementSchemaId),
  /** The planned trial this invocation belongs to. Unique in a run directory. */
  trial: z.number().int().nonnegative(),
  /** Which of the trial's measured invocations this is, from 0. `trial` and `invocation` name a row. */
  invocation: z.number().int().nonnegative(),
  /**
   * The sandbox that served it, by a number unique in the run directory. A trial has one; a trial that was interrupted
   * and resumed has one more. Rows of elsewhere may not know it: then a trial counts as one sandbox.
   */
  sandbox: z.number().int().nonnegative().optional(),
  /** The block of the interleaved plan in which the trial ran, from 0. */
  round: z.number().int().nonnegative(),
  /**
   * When the request was sent or the sandbox asked for: wall clock, ISO 8601 in UTC. Absent in imported rows that do not say;
   * some say when their block of requests began, and no more.
   */
  startedAt: z.string().min(1).optional(),
  outcome: OutcomeSchema,
  /** Why it failed, in the words of whoever said so. Absent when `outcome` is `ok`. */
  reason: z.string().optional(),
  /** Of a load: when it was due, of which `late` are the milliseconds until it was sent. Latency counts from there. */
  lateMs: optionalMs,
  /** Of a load: from its arrival at the platform until an instance took it, an instance's start included. */
  queuedMs: optionalMs,
  /** Of a load: whether an instance was started for it; absent of one that no instance took. */
  cold: z.boolean().optional(),
  /** Of a load: which of the level's instances served it, from 0. */
  instance: z.number().int().nonnegative().optional(),
  /** Of a trace: which of its functions was invoked. */
  traceFunction: z.string().optional(),
  /** The machine of a cluster that served it, by its name there; absent where there is one machine, or nobody said. */
  node: z.string().min(1).optional(),
  /** What stood when it was served, where one function is deployed several times in a run. */
  deployment: z.string().min(1).optional(),
  /** Absent in imported rows that do not say; Lumos' own have it. */
  payloadBytes: optionalBytes,
  responseBytes: optionalBytes,
  /** How many invocations this instance had served when it answered, this one included, by its own count. */
  sequence: z.number().int().positive().optional(),
  latencyMs: optionalMs,
  launchMs: optionalMs,
  deserializeMs: optionalMs,
  fetchMs: optionalMs,
  computeMs: optionalMs,
  storeMs: optionalMs,
  serializeMs: optionalMs,
  /** `latencyMs` less `launchMs` and the function's phases. */
  transportMs: optionalMs,
  /** Requests to the storage of which the function awaited the answer, by its own count; absent without storage. */
  storageRoundTrips: z.number().int().nonnegative().optional(),
  /** Bytes of the objects the function fetched and stored, by its own count. */
  fetchedBytes: optionalBytes,
  storedBytes: optionalBytes,
  /** Access through the host: the time its client took for the function's objects, within `fetchMs` and `storeMs`. */
  hostFetchMs: optionalMs,
  hostStoreMs: optionalMs,
  /** What the service itself counted during the invocation; absent where it cannot be asked. */
  serviceRequests: z.number().int().nonnegative().optional(),
  serviceReceivedBytes: optionalBytes,
  serviceSentBytes: optionalBytes,
  /** CPU time of the sandbox in both modes; present even where the two modes cannot be told apart. */
  cpuMs: optionalMs,
  cpuUserMs: optionalMs,
  cpuSystemMs: optionalMs,
  /** The sandbox's highest memory charge so far; the manifest's `probes.memory` says by which counter. */
  peakMemoryBytes: optionalBytes,
  /** Highest resident set of the sandbox's processes so far, shared pages included. */
  peakResidentBytes: optionalBytes,
  readBytes: optionalBytes,
  writtenBytes: optionalBytes,
});
export type Measurement = z.infer<typeof MeasurementSchema>;
