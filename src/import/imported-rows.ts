/** What an importer gives: rows of elsewhere, and what is known of how they came about. */
import type { RuntimeClass } from '../domain/factors.js';
import type { LatencySum } from '../domain/latency-sum.js';
import type { Measurement } from '../domain/measurement.js';
import type { RunManifest, RuntimeRecord } from '../domain/run-manifest.js';
import type { ValidityFinding } from '../domain/validity.js';

/** Known once the rows have been read to their end. */
export interface ImportFacts {
  /** The experiment's name in the run directory. */
  readonly name: string;
  readonly description: string;
  /** The runtimes of the rows that the format tells more of than its rows do. */
  readonly runtimes: readonly RuntimeRecord[];
  /** What the others are compared against, where it is not for the rows to say. */
  readonly baseline?: string;
  /** Where the figures are from. */
  readonly probes: Readonly<Record<string, string>>;
  /** What the rows do not show. */
  readonly findings: readonly ValidityFinding[];
  /** The functions' ladders, where labels are sizes. */
  readonly functions?: RunManifest['functions'];
  readonly latencySums?: readonly LatencySum[];
}

export interface ImportedRows {
  readonly rows: Iterable<Measurement> | AsyncIterable<Measurement>;
  /** Called when the rows have been read to their end. */
  readonly facts: () => ImportFacts;
}

/** What a person may say of an import. */
export interface ImportOptions {
  /** The cells' environment, in place of the format's own. */
  readonly environment?: string;
  /** What the requests were for, where no field says. */
  readonly function?: string;
  /** What served them, where no field says. */
  readonly runtime?: string;
  readonly class?: RuntimeClass;
  /** Fields that records are not told apart by. */
  readonly pool?: readonly string[];
  /** Leaves out records that cannot be read, and counts them; else the first of them is refused. */
  readonly skipBadRows?: boolean;
  /** Refuses a source that ends within a record; else that record is left out, and it is said. */
  readonly strict?: boolean;
}
