/** A run by a trace: what stands in for its functions, then the trace on one runtime after another. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { invalidInput } from '../../../domain/errors.js';
import type { Experiment } from '../../../domain/experiment.js';
import { cellKey, type Cell } from '../../../domain/factors.js';
import type { FunctionDefinition } from '../../../domain/function-manifest.js';
import { loadOf } from '../../../domain/load.js';
import type { RunManifest, TraceRecord } from '../../../domain/run-manifest.js';
import type { Runtime } from '../../../domain/runtime.js';
import { fromMebibytes } from '../../../domain/units.js';
import { appendLevels } from '../../../records/level-store.js';
import { RowWriter } from '../../../records/row-store.js';
import type { Bench } from '../../bench.js';
import { Interrupted, type TrialOptions } from '../../trial-runner.js';
import { possibleUses } from '../../possible-uses.js';
import type { Selection } from '../../selection.js';
import { keptLevels } from '../kept-levels.js';
import type { LoadRun } from '../measure-levels.js';
import { measureStandIns } from './measure-stand-ins.js';
import {
  commonStandIns,
  declaredStandIns,
  planReplays,
  recordOfTrace,
  type PlannedReplay,
} from './replay-plan.js';
import type { Replay } from './replay.js';
import { runReplay, type ReadyPart } from './run-replay.js';

export interface TraceRun extends LoadRun {
  readonly selection: Selection;
}

/** @throws LumosError `invalid-input` where the trace was not read, or is not the one that the run began with */
export function checkTrace(
  experiment: Experiment,
  before: RunManifest | undefined,
  replay: Replay | undefined,
): void {
  if (loadOf(experiment)?.trace !== undefined && replay === undefined)
    throw invalidInput('a load by a trace needs what readReplay gave of it');
  if (before?.trace === undefined || before.trace.digest === replay?.digest) return;
  throw invalidInput(
    `${before.trace.file} has other arrivals than when this run began`,
    'Start a new run: figures of two traces do not belong in one.',
  );
}

/**
 * The mapping of the run: that of the manifest it is resumed from, that of the declared durations, or one of durations
 * that are measured now. @throws LumosError `invalid-input` where nothing can stand in
 */
export async function traceOfRun(
  run: TraceRun,
  replay: Replay,
  cells: readonly Cell[],
  bench: Bench,
  how: {
    readonly before: RunManifest | undefined;
    readonly native: Runtime | undefined;
    readonly options: TrialOptions;
  },
): Promise<TraceRecord> {
  if (how.before?.trace !== undefined) return how.before.trace;
  const common = commonStandIns(run.experiment, cells);
  const mapping = loadOf(run.experiment)?.mapping;
  if (mapping !== undefined) return recordOfTrace(replay, declaredStandIns(mapping, common), 'declared');
  if (how.native === undefined)
    throw invalidInput('without the runtime native nobody knows what functions take', 'Give load.mapping.');
  run.onEvent({ type: 'step', text: 'measuring how long each function takes (native, warm)' });
  const { native, options } = how;
  const { experiment, selection } = run;
  const wanted = common.map(({ function: name, payload }) => {
    const definition = definitionOf(run, name);
    const [use = {}] = possibleUses(experiment, definition, native, selection.gives, 'warm');
    return { definition, payload, use };
  });
  return recordOfTrace(replay, await measureStandIns(wanted, bench, native, options), 'measured');
}

/**
 * Replays the trace on whatever runtime has no record of it yet. Records of a replay are written together when it is
 * over: one that was interrupted is measured anew. @throws Interrupted
 */
export async function measureTrace(
  run: TraceRun,
  replay: Replay,
  trace: TraceRecord,
  cells: readonly Cell[],
  bench: Bench,
): Promise<void> {
  const { directory, onEvent } = run;
  const planned = planReplays(run.experiment, cells, trace);
  const done = new Set<PlannedReplay>();
  await keptLevels(run, (levels) => {
    const known = new Map(levels.map((level) => [partKey(level.index, level), level]));
    return planned.flatMap((replay) => {
      const own = replay.parts.flatMap(({ index, cell }) => known.get(partKey(index, cell)) ?? []);
      // A replay of which a record is missing or cannot be read is measured anew, with all its functions.
      if (own.length < replay.parts.length) return [];
      done.add(replay);
      return own;
    });
  });
  const open = planned.filter((replay) => !done.has(replay));
  const alreadyDone = planned.length - open.length;
  onEvent({ type: 'started', trials: planned.length, alreadyDone, unit: 'levels' });
  const writer = RowWriter.open(directory.measurementsPath, directory.calls);
  try {
    for (const [count, one] of open.entries()) {
      const [first] = one.parts;
      if (first !== undefined) onEvent({ type: 'trial', cell: { ...first.cell, function: replay.file } });
      await replayOne(run, replay, one, bench, writer);
      onEvent({ type: 'trial-done', done: alreadyDone + count + 1, trials: planned.length });
      await nextTurn();
    }
  } finally {
    writer.close();
  }
}

const partKey = (index: number, cell: Cell): string => JSON.stringify([index, cellKey(cell)]);

/** Nothing for a replay of which a function could not be made ready: its cells stay empty, and the run says why. */
async function replayOne(
  run: TraceRun,
  replay: Replay,
  planned: PlannedReplay,
  bench: Bench,
  writer: RowWriter,
): Promise<void> {
  const { experiment, directory, clock, signal, onEvent } = run;
  const load = loadOf(experiment);
  if (signal.aborted) throw new Interrupted('interrupted');
  const parts = planned.parts.flatMap((part): ReadyPart[] => {
    const ready = bench.preparedFor(part.cell);
    if ('why' in ready) return [];
    return [{ ...part, ...ready, payload: bench.payload(definitionOf(run, part.cell.function), part.cell) }];
  });
  if (load === undefined || parts.length < planned.parts.length) return;
  const { endedBy, records, rows } = await runReplay(planned, parts, replay, {
    ...{ load, clock, signal, seed: experiment.seed, timeLimitMs: experiment.timeLimitMs },
    pinning: run.pinning,
    maximumResponseBytes: fromMebibytes(experiment.limits.responseMiB),
  });
  if (endedBy === 'signal') throw new Interrupted('interrupted');
  // The records first: rows without one would be there twice after a resume.
  appendLevels(directory.levelsPath, records);
  for (const row of rows) writer.append(row);
  for (const { function: name, runtime, reasons } of records)
    for (const [kind, reason] of Object.entries(reasons))
      onEvent({ type: 'step', text: `${name} on ${runtime}: ${kind}: ${reason}` });
}

function definitionOf({ selection }: TraceRun, name: string): FunctionDefinition {
  const found = selection.functions.find(({ definition }) => definition.manifest.name === name);
  if (found === undefined) throw new Error(`the plan names ${name}, which was not selected`);
  return found.definition;
}
