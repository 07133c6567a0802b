/** Which of a plan's invocations a run directory already has. */
import type { Measurement } from '../domain/measurement.js';
import type { Trial } from './plan.js';
import { endsTrial } from './trial-runner.js';

/** A trial that lacks rows, and the first of its invocations that has none. */
export interface OpenTrial {
  readonly trial: Trial;
  readonly from: number;
}

export class TrialProgress {
  /** The invocations of each trial that have a row; one that has two counts once. */
  private readonly measured = new Map<number, Set<number>>();
  /** The first invocation of each trial whose failure ended it. */
  private readonly endedAt = new Map<number, number>();

  /** Takes one row of the directory into account. */
  add(row: Measurement): void {
    const { trial, invocation } = row;
    const known = this.measured.get(trial) ?? new Set();
    known.add(invocation);
    this.measured.set(trial, known);
    // A sandbox that failed is not asked again, so neither is it when the run is resumed.
    if (endsTrial(row)) this.endedAt.set(trial, Math.min(this.endedAt.get(trial) ?? Infinity, invocation));
  }

  /** What is left to do of `trial`; `undefined` when every invocation that was to be made has a row. */
  open(trial: Trial): OpenTrial | undefined {
    const known = this.measured.get(trial.index) ?? new Set();
    const invocations = Math.min(trial.invocations, this.endedAt.get(trial.index) ?? Infinity);
    for (let from = 0; from < invocations; from += 1) {
      if (!known.has(from)) return { trial: { ...trial, invocations, measured: known }, from };
    }
    return undefined;
  }
}
