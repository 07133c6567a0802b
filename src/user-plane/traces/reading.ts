/** What every reader of a trace is handed. */
import type { OnBadRow } from './bad-rows.js';
import type { TraceOrigin } from './trace-origin.js';

export interface Reading {
  readonly onBadRow: OnBadRow;
  /** Told what a person should know of how the trace was read, in a sentence. */
  readonly onNote: (note: string) => void;
  readonly origin: TraceOrigin;
}
