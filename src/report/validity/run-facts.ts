/** What the checks of validity look at: where and when the rows of each cell came about, at a few dozen bytes a trial. */
import { cellKey, CellSchema, type Cell } from '../../domain/factors.js';
import type { Measurement } from '../../domain/measurement.js';
import { milliseconds, type Milliseconds } from '../../domain/units.js';

export interface TrialFacts {
  readonly trial: number;
  /** Milliseconds since 1970; undefined where no row says. */
  startedAt: number | undefined;
  /** CPU time of its good answers, and how many say it; undefined where none does. */
  cpu: { n: number; sumMs: Milliseconds } | undefined;
}

export interface CellFacts {
  readonly cell: Cell;
  rows: number;
  failures: number;
  readonly trials: Map<number, TrialFacts>;
  /** How many rows each machine served; empty where no row says. */
  readonly nodes: Map<string, number>;
  /** When the first and the last row of each deployment began; empty where no row says. */
  readonly deployments: Map<string, [number, number]>;
}

/** Takes a run's rows one at a time, in any order. */
export class RunFacts {
  private readonly byKey = new Map<string, CellFacts>();

  add(row: Measurement): void {
    const key = cellKey(row);
    let facts = this.byKey.get(key);
    if (facts === undefined) {
      facts = {
        ...{ cell: CellSchema.parse(row), rows: 0, failures: 0 },
        ...{ trials: new Map(), nodes: new Map(), deployments: new Map() },
      };
      this.byKey.set(key, facts);
    }
    facts.rows += 1;
    if (row.outcome !== 'ok') facts.failures += 1;
    const at = timeOf(row);
    addTrial(facts.trials, row, at);
    if (row.node !== undefined) facts.nodes.set(row.node, (facts.nodes.get(row.node) ?? 0) + 1);
    if (row.deployment !== undefined && at !== undefined) {
      const [first, last] = facts.deployments.get(row.deployment) ?? [at, at];
      facts.deployments.set(row.deployment, [Math.min(first, at), Math.max(last, at)]);
    }
  }

  /** Every cell that has a row. */
  cells(): readonly CellFacts[] {
    return [...this.byKey.values()];
  }
}

function addTrial(trials: Map<number, TrialFacts>, row: Measurement, at: number | undefined): void {
  let trial = trials.get(row.trial);
  if (trial === undefined) {
    trial = { trial: row.trial, startedAt: at, cpu: undefined };
    trials.set(row.trial, trial);
  } else if (at !== undefined && (trial.startedAt === undefined || at < trial.startedAt)) {
    trial.startedAt = at;
  }
  if (row.outcome !== 'ok' || row.cpuMs === undefined) return;
  trial.cpu ??= { n: 0, sumMs: milliseconds(0) };
  trial.cpu.n += 1;
  trial.cpu.sumMs = milliseconds(trial.cpu.sumMs + row.cpuMs);
}

function timeOf({ startedAt }: Measurement): number | undefined {
  const at = startedAt === undefined ? Number.NaN : Date.parse(startedAt);
  return Number.isNaN(at) ? undefined : at;
}

/** The machine that served most of a cell; undefined where no row says. */
export const usualNode = ({ nodes }: CellFacts): string | undefined =>
  [...nodes].sort(([, a], [, b]) => b - a)[0]?.[0];

/** When a cell's trials began, in the order of time; those of which nobody knows are left out. */
export const timesOf = ({ trials }: CellFacts): number[] =>
  [...trials.values()].flatMap(({ startedAt }) => startedAt ?? []).sort((a, b) => a - b);
