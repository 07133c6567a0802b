/** What a behaviour of the conformance suite is, and what can come of it. */
import type { Runtime } from '../domain/runtime.js';
import type { Transport } from '../domain/factors.js';
import type { Subject } from './subject.js';

export const groups = ['payloads', 'starts', 'figures', 'bad days', 'traces'] as const;
export type Group = (typeof groups)[number];

/** One thing that every runtime has to do, whatever it is made of. */
export interface Behaviour {
  /** A sentence that is true of a runtime that has it. Unique in the suite. */
  readonly name: string;
  readonly group: Group;
  /** Where it is asked of some runtimes only: those that have what it is about. */
  readonly appliesTo?: (runtime: Runtime, transport: Transport) => boolean;
  /** Resolves if the runtime has it. @throws ExpectationError, Skipped, or whatever went wrong */
  run(subject: Subject): Promise<void>;
}

/** What came of one behaviour on one runtime. */
export type Verdict =
  | { readonly state: 'passed' }
  | { readonly state: 'failed'; readonly why: string; readonly cause: unknown }
  | { readonly state: 'skipped'; readonly reason: string };

/** A behaviour cannot be asked of a runtime on this machine. Its message is the reason. */
export class Skipped extends Error {
  override readonly name = 'Skipped';
}
