/** What a trace of a platform says of one invocation, whatever its file's format. */
import type { Bytes, Milliseconds } from './units.js';

export interface TraceInvocation {
  /** From the trace's first arrival until the request arrived. Invocations of a trace come in this order. */
  readonly atMs: Milliseconds;
  /** The trace's own name of the function (an anonymised hash, mostly). */
  readonly function: string;
  /** How long the function ran there, without its start; absent where the trace does not say. */
  readonly durationMs?: Milliseconds;
  /** What the function's instance had of memory there; absent where the trace does not say. */
  readonly memoryBytes?: Bytes;
}
