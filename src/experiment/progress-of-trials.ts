/** Which of a plan's invocations a run directory already has. */
import type { Measurement } from '../domain/measurement.js';
import type { Trial } from './plan.js';

export class TrialProgress {
  private readonly rows = new Map<number, number>();
  private readonly ended = new Set<number>();

  /** Takes one row of the directory into account. */
  add(row: Measurement): void {
    this.rows.set(row.trial, Math.max(this.rows.get(row.trial) ?? 0, row.invocation + 1));
    // A trial ends with its first failure: its sandbox is not asked again, so neither is it when the run is resumed.
    if (row.outcome !== 'ok') this.ended.add(row.trial);
  }

  /** The first invocation of `trial` that has no row; `undefined` when the trial is done. */
  next(trial: Trial): number | undefined {
    const served = this.rows.get(trial.index) ?? 0;
    return this.ended.has(trial.index) || served >= trial.invocations ? undefined : served;
  }
}
