/** The levels of a load run, one after another, and the search for each knee. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '../../domain/clock.js';
import type { Experiment } from '../../domain/experiment.js';
import { cellKey, type Cell } from '../../domain/factors.js';
import type { FunctionDefinition } from '../../domain/function-manifest.js';
import type { LevelRecord } from '../../domain/level.js';
import { isOpen, loadOf, type Load } from '../../domain/load.js';
import type { Pinning } from '../../domain/run-manifest.js';
import { fromMebibytes } from '../../domain/units.js';
import { appendLevels } from '../../records/level-store.js';
import { RowWriter } from '../../records/row-store.js';
import type { RunDirectory } from '../../records/run-directory.js';
import { seededRandom } from '../../stats/random.js';
import { measuredLevel, type MeasuredLevel } from '../../stats/round-spread.js';
import type { Bench } from '../bench.js';
import type { OnEvent } from '../run-events.js';
import { Interrupted } from '../trial-runner.js';
import { keptLevels } from './kept-levels.js';
import { ladderKey, planLevels, type PlannedLevel } from './level-plan.js';
import { runLevel, type LevelSettings } from './run-level.js';
import { searchKnee } from './search-knee.js';

export interface LoadRun {
  readonly experiment: Experiment;
  readonly directory: RunDirectory;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onEvent: OnEvent;
  readonly pinning?: Pinning | undefined;
  readonly selection: { readonly functions: readonly { readonly definition: FunctionDefinition }[] };
}

/**
 * Measures whatever level has no record yet. A level's record is written when it is over: one that was interrupted is
 * measured anew, and rows that it may have are removed first. @throws Interrupted
 */
export async function measureLevels(run: LoadRun, cells: readonly Cell[], bench: Bench): Promise<void> {
  const load = loadOf(run.experiment);
  if (load === undefined) return;
  const { directory, onEvent } = run;
  const planned = planLevels(run.experiment, cells);
  const ladders = new Set(cells.map(ladderKey));
  const isPlanned = (record: LevelRecord): boolean => {
    const level = planned[record.index];
    // The search of a knee adds levels behind those of the plan.
    if (level === undefined) return load.refinements > 0 && ladders.has(ladderKey(record));
    return cellKey(level.cell) === cellKey(record);
  };
  const done = await keptLevels(run, (levels) => levels.filter(isPlanned));
  const isDone = new Set(done.map(({ index }) => index));
  const open = planned.filter(({ index }) => !isDone.has(index));
  onEvent({
    ...{ type: 'started', trials: planned.length, unit: 'levels' },
    alreadyDone: planned.length - open.length,
  });
  const writer = RowWriter.open(directory.measurementsPath, directory.calls);
  const measure = async (level: PlannedLevel): Promise<LevelRecord | undefined> => {
    onEvent({ type: 'trial', cell: level.cell });
    const record = await measureOne(run, load, bench, level, writer);
    if (record !== undefined) done.push(record);
    await nextTurn();
    return record;
  };
  try {
    for (const [count, level] of open.entries()) {
      await measure(level);
      const soFar = planned.length - open.length + count + 1;
      onEvent({ type: 'trial-done', done: soFar, trials: planned.length });
    }
    if (load.refinements > 0 && !isOpen(load)) {
      for (const ladder of laddersOf(cells))
        await refine({ run, load, planned: planned.length, done, measure }, ladder);
    }
  } finally {
    writer.close();
  }
}

const laddersOf = (cells: readonly Cell[]): Cell[] => [
  ...new Map(cells.map((cell) => [ladderKey(cell), cell])).values(),
];

interface KneeSearch {
  readonly run: LoadRun;
  readonly load: Load;
  /** How many levels the plan has: those of the search are numbered behind them. */
  readonly planned: number;
  readonly done: readonly LevelRecord[];
  readonly measure: (level: PlannedLevel) => Promise<LevelRecord | undefined>;
}

/** Measures around the knee: levels that are there already are taken as they are. */
async function refine({ run, load, planned, done, measure }: KneeSearch, ladder: Cell): Promise<void> {
  const { experiment, onEvent } = run;
  const ours = (): LevelRecord[] => done.filter((record) => ladderKey(record) === ladderKey(ladder));
  // Where nothing was answered there is nothing to search.
  if (!ours().some(({ succeeded }) => succeeded > 0)) return;
  onEvent({ type: 'step', text: `searching the knee of ${ladder.function} on ${ladder.runtime}` });
  await searchKnee(
    async (concurrency): Promise<MeasuredLevel> => {
      const cell = { ...ladder, concurrency };
      const known = (): LevelRecord[] => ours().filter((record) => cellKey(record) === cellKey(cell));
      for (let round = known().length; round < load.rounds; round += 1) {
        const index = 1 + Math.max(planned - 1, ...done.map((record) => record.index));
        const shape = { kind: 'closed', clients: concurrency } as const;
        if ((await measure({ index, round, cell, shape })) === undefined) break;
      }
      return measuredLevel(
        concurrency,
        known().map(({ blockThroughputs }) => blockThroughputs),
      );
    },
    {
      most: Math.max(...experiment.concurrency),
      refinements: load.refinements,
      ladder: [...new Set(experiment.concurrency)].sort((a, b) => a - b),
      random: seededRandom(experiment.seed, `knee ${ladderKey(ladder)}`),
    },
  );
}

/** Undefined for a level whose function could not be made ready: its cell then stays empty, and the run says why. */
async function measureOne(
  run: LoadRun,
  load: Load,
  bench: Bench,
  level: PlannedLevel,
  writer: RowWriter,
): Promise<LevelRecord | undefined> {
  const { cell } = level;
  const { experiment, directory, clock, signal, onEvent } = run;
  if (signal.aborted) throw new Interrupted('interrupted');
  const ready = bench.preparedFor(cell);
  if ('why' in ready) return undefined;
  const settings: LevelSettings = {
    ...{ load, clock, signal, pinning: run.pinning },
    seed: experiment.seed,
    timeLimitMs: experiment.timeLimitMs,
    maximumResponseBytes: fromMebibytes(experiment.limits.responseMiB),
  };
  const payload = bench.payload(definitionOf(run, cell.function), cell);
  const { record, rows } = await bench.within(cell, () => runLevel(level, ready.prepared, payload, settings));
  if (record.endedBy === 'signal') throw new Interrupted('interrupted');
  // The record first: rows without one would be there twice after a resume.
  const takeOut = appendLevels(directory.levelsPath, [record], directory.calls);
  try {
    writer.appendTogether(rows);
  } catch (error) {
    takeOut();
    throw error;
  }
  for (const [kind, reason] of Object.entries(record.reasons)) {
    onEvent({ type: 'step', text: `${cell.function} on ${cell.runtime}: ${kind}: ${reason}` });
  }
  return record;
}

function definitionOf({ selection }: LoadRun, name: string): FunctionDefinition {
  const found = selection.functions.find(({ definition }) => definition.manifest.name === name);
  if (found === undefined) throw new Error(`the plan names ${name}, which was not selected`);
  return found.definition;
}
