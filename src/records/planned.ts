/** Which records belong to a run: a row or level that its plan does not have is in no figure. */
import { cellKey, runtimeName, type Cell } from '../domain/factors.js';
import type { LevelRecord } from '../domain/level.js';
import { loadOf } from '../domain/load.js';
import type { Measurement } from '../domain/measurement.js';
import type { RunManifest } from '../domain/run-manifest.js';
import { trialSizes } from '../domain/trial-sizes.js';

/** Says why a record is none of the run's; undefined for one that is. */
export type WhyUnplanned<T> = (record: T) => string | undefined;

type Planned = Pick<RunManifest, 'cells' | 'experiment' | 'trials' | 'imported'>;

/** A trial of the plan, at its place in it. */
export interface PlannedTrial {
  readonly cell: Cell;
  readonly invocations: number;
}

/** Any record belongs: to a run that was imported, which has no plan. */
const anyBelongs = (): undefined => undefined;

const cellText = (cell: Cell): string =>
  `${cell.function} ${cell.payload}, ${cell.start}, on ${runtimeName(cell)}`;

const notPlanned = (cell: Cell): string => `the plan does not have ${cellText(cell)}`;

/** For a run as its manifest holds it. The search of a knee adds levels, for numbers of clients that it chooses. */
export function whyLevelUnplanned({ cells, experiment, imported }: Planned): WhyUnplanned<LevelRecord> {
  const load = loadOf(experiment);
  if (imported !== undefined || load === undefined) return anyBelongs;
  const searches = load.refinements > 0;
  const keyOf = (cell: Cell): string => cellKey(searches ? { ...cell, concurrency: 1 } : cell);
  const keys = new Set(cells.map(keyOf));
  const levels = searches ? Infinity : cells.length * load.rounds;
  return (level) => {
    if (!keys.has(keyOf(level))) return notPlanned(level);
    if (level.index < levels) return undefined;
    return `the plan has no level ${level.index}: they are numbered 0 to ${levels - 1}`;
  };
}

/**
 * For a run as its manifest holds it. Rows of a load belong to a level with a record, which alone says whether they are valid.
 * @param levels the run's records of levels
 */
export function whyRowUnplanned(
  manifest: Planned,
  levels: readonly LevelRecord[],
): WhyUnplanned<Measurement> {
  if (manifest.imported !== undefined) return anyBelongs;
  if (levels.length > 0 || loadOf(manifest.experiment) !== undefined) return whyWithoutLevel(levels);
  const invocations = new Map(
    manifest.cells.map((cell) => [cellKey(cell), Math.max(0, ...trialSizes(manifest.experiment, cell))]),
  );
  return (row) => {
    const most = invocations.get(cellKey(row));
    if (most === undefined) return notPlanned(row);
    return whyOutside(row, manifest.trials, most);
  };
}

/** For a run whose trials are known one by one: a row has the cell of its trial. */
export const whyNoRowOf =
  (trials: readonly PlannedTrial[]): WhyUnplanned<Measurement> =>
  (row) => {
    const trial = trials[row.trial];
    const outside = whyOutside(row, trials.length, trial?.invocations ?? 0);
    if (outside !== undefined || trial === undefined || cellKey(trial.cell) === cellKey(row)) return outside;
    return `trial ${row.trial} is of ${cellText(trial.cell)}, not of ${cellText(row)}`;
  };

function whyOutside(row: Measurement, trials: number, invocations: number): string | undefined {
  if (row.trial >= trials) return `the plan has no trial ${row.trial}: they are numbered 0 to ${trials - 1}`;
  if (row.invocation < invocations) return undefined;
  return `no trial of ${cellText(row)} has an invocation ${row.invocation}: they are numbered 0 to ${invocations - 1}`;
}

/** For a load: its rows are those of `levels`. */
export function whyWithoutLevel(levels: readonly LevelRecord[]): WhyUnplanned<Measurement> {
  const cells = new Map<number, Set<string>>();
  for (const level of levels) {
    const own = cells.get(level.index);
    if (own === undefined) cells.set(level.index, new Set([cellKey(level)]));
    else own.add(cellKey(level));
  }
  return (row) =>
    cells.get(row.trial)?.has(cellKey(row)) === true
      ? undefined
      : `the level ${row.trial} of ${cellText(row)} has no record`;
}
