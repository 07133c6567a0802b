/** Which rows of a file have been seen, by what names a row: its cell, its trial and its invocation. */
import { cellKey } from '../domain/factors.js';
import type { Measurement } from '../domain/measurement.js';

/**
 * Takes rows one at a time, at a few dozen bytes a row. Lumos numbers trials through a whole run; rows of elsewhere may
 * number them in each cell, so that the cell belongs to the name.
 */
export class RowNames {
  /** By cell and trial: the one invocation there is, or all of them. */
  private readonly cells = new Map<string, Map<number, number | Set<number>>>();

  /** Takes the name of `row`; false if an earlier row has it. */
  add(row: Measurement): boolean {
    const key = cellKey(row);
    let trials = this.cells.get(key);
    if (trials === undefined) {
      trials = new Map<number, number | Set<number>>();
      this.cells.set(key, trials);
    }
    const seen = trials.get(row.trial);
    if (seen === undefined) {
      trials.set(row.trial, row.invocation);
      return true;
    }
    if (typeof seen === 'number') {
      if (seen === row.invocation) return false;
      trials.set(row.trial, new Set([seen, row.invocation]));
      return true;
    }
    if (seen.has(row.invocation)) return false;
    seen.add(row.invocation);
    return true;
  }
}
