/** The records of a run that belong to it: the one way in which everything that makes figures reads a run directory. */
import type { LevelRecord } from '../domain/level.js';
import type { Measurement } from '../domain/measurement.js';
import type { RunManifest } from '../domain/run-manifest.js';
import { isThere } from '../files/input.js';
import { readLevels } from './level-store.js';
import { whyLevelUnplanned, whyRowUnplanned } from './planned.js';
import { RecordProblems } from './record-problems.js';
import { readRows } from './row-store.js';
import type { RunDirectory } from './run-directory.js';

export interface RunRecords {
  readonly manifest: RunManifest;
  /** The levels of a load; empty for single invocations. */
  readonly levels: readonly LevelRecord[];
  /** One after another; none for a run that was stopped before its first row. */
  readonly rows: AsyncIterable<Measurement> | Iterable<Measurement>;
}

/**
 * @param problems takes what is left out: records that cannot be read, that are there twice, or that the plan does not have
 * @throws LumosError `invalid-input` for what is no run directory, and for the first such record where reading is strict
 */
export async function readRun(directory: RunDirectory, problems = new RecordProblems()): Promise<RunRecords> {
  const { measurementsPath, levelsPath } = directory;
  const manifest = directory.readManifest();
  const levels = await readLevels(levelsPath, problems, whyLevelUnplanned(manifest));
  const rows = isThere(measurementsPath)
    ? readRows(measurementsPath, problems, whyRowUnplanned(manifest, levels))
    : [];
  return { manifest, levels, rows };
}
