/** What is replayed on what, in which order. */
import { invalidInput } from '../../../domain/errors.js';
import type { Experiment } from '../../../domain/experiment.js';
import type { Cell } from '../../../domain/factors.js';
import type { StandIn } from '../../../domain/load.js';
import type { TraceRecord } from '../../../domain/run-manifest.js';
import { bytes } from '../../../domain/units.js';
import { seededRandom, shuffle } from '../../../stats/random.js';
import { mapFunctions, type StandInCandidate } from './map-functions.js';
import { lengthOf, type Replay } from './replay.js';

/** One replay of the whole trace on one runtime. */
export interface PlannedReplay {
  /** Its place in the plan, from 0. */
  readonly index: number;
  readonly round: number;
  /** The functions that serve, each with the places of the trace's functions that it stands in for. */
  readonly parts: readonly ReplayPart[];
}

export interface ReplayPart {
  /** Of its record and rows, unique in the run directory. */
  readonly index: number;
  readonly cell: Cell;
  readonly functions: readonly number[];
}

/** What all cells of one replay have in common. */
const runtimeKey = ({ runtime, options, transport, language }: Cell, byLanguage: boolean): string =>
  JSON.stringify([runtime, options, transport, byLanguage ? language : undefined]);

const standInKey = (one: { readonly function: string; readonly payload: string }): string =>
  JSON.stringify([one.function, one.payload]);

/**
 * The functions and payloads of the plan that every runtime of it has: on others the arrivals would not be the same.
 * @throws LumosError `invalid-input` where there is none
 */
export function commonStandIns(experiment: Experiment, cells: readonly Cell[]): Cell[] {
  const runtimes = groupsOf(experiment, cells);
  const [first = []] = runtimes;
  const common = first.filter((cell) =>
    runtimes.every((others) => others.some((other) => standInKey(other) === standInKey(cell))),
  );
  if (common.length === 0)
    throw invalidInput(
      'no function of this experiment can run on all of its runtimes, and a trace needs one',
    );
  return [...new Map(common.map((cell) => [standInKey(cell), cell])).values()];
}

function groupsOf({ languages = [] }: Experiment, cells: readonly Cell[]): Cell[][] {
  const groups = new Map<string, Cell[]>();
  for (const cell of cells) {
    const key = runtimeKey(cell, languages.length > 1);
    groups.set(key, [...(groups.get(key) ?? []), cell]);
  }
  return [...groups.values()];
}

/**
 * The experiment with what of its mapping the cells of this run can serve; undefined mapping where that is nothing, and
 * durations are measured. For a mapping that was written for other functions than the command line chose.
 */
export function withServableMapping(experiment: Experiment, cells: readonly Cell[]): Experiment {
  const { load } = experiment;
  if (load?.mapping === undefined) return experiment;
  const common = commonStandIns(experiment, cells);
  const mapping = load.mapping.filter((one) => common.some((cell) => standInKey(cell) === standInKey(one)));
  return { ...experiment, load: { ...load, mapping: mapping.length === 0 ? undefined : mapping } };
}

/** @throws LumosError `invalid-input` for a function or payload that is not among `common` */
export function declaredStandIns(mapping: readonly StandIn[], common: readonly Cell[]): StandInCandidate[] {
  return mapping.map(({ memoryMiB, durationMs, ...names }) => {
    if (!common.some((cell) => standInKey(cell) === standInKey(names)))
      throw invalidInput(
        `load.mapping: ${names.function} ${names.payload} is not among what every runtime of this experiment runs`,
        `There is: ${common.map((cell) => `${cell.function} ${cell.payload}`).join(', ')}.`,
      );
    return {
      ...names,
      durationMs,
      ...(memoryMiB === undefined ? {} : { memoryBytes: bytes(Math.round(memoryMiB * 2 ** 20)) }),
    };
  });
}

/** Maps the trace's functions, for the run's manifest. */
export function recordOfTrace(
  replay: Replay,
  candidates: readonly StandInCandidate[],
  origin: TraceRecord['standIns'][number]['origin'],
): TraceRecord {
  const places = mapFunctions(replay.functions, candidates);
  return {
    file: replay.file,
    digest: replay.digest,
    invocations: replay.offsets.length,
    leftOut: replay.leftOut,
    badRows: replay.badRowCount,
    lengthMs: lengthOf(replay),
    standIns: candidates.map((candidate) => ({ ...candidate, origin })),
    mapping: replay.functions.map(({ name, invocations, typicalDurationMs, meanMemoryBytes }, index) => {
      const { function: ours, payload } = candidates[places[index] ?? 0] as StandInCandidate;
      return {
        ...{ name, invocations },
        ...(typicalDurationMs === undefined ? {} : { durationMs: typicalDurationMs }),
        ...(meanMemoryBytes === undefined ? {} : { memoryBytes: meanMemoryBytes }),
        ...{ function: ours, payload },
      };
    }),
  };
}

/** The cells that serve for a function of the trace. */
export const cellsInUse = <C extends Cell>(cells: readonly C[], { mapping }: TraceRecord): C[] =>
  cells.filter((cell) => mapping.some((one) => standInKey(one) === standInKey(cell)));

/** Every runtime once a round, in an order drawn from the seed: what drifts while the run goes on meets all alike. */
export function planReplays(
  experiment: Experiment,
  cells: readonly Cell[],
  { mapping }: TraceRecord,
): PlannedReplay[] {
  const runtimes = groupsOf(experiment, cells).map((group) =>
    // One use of a function is enough, where a runtime has several.
    [...new Map(group.map((cell) => [standInKey(cell), cell])).values()],
  );
  const random = seededRandom(experiment.seed, 'replays');
  const replays: PlannedReplay[] = [];
  let parts = 0;
  for (let round = 0; round < (experiment.load?.rounds ?? 1); round += 1)
    for (const group of shuffle(runtimes, random))
      replays.push({
        ...{ index: replays.length, round },
        parts: group.map((cell) => ({
          ...{ index: parts++, cell },
          functions: mapping.flatMap((one, place) => (standInKey(one) === standInKey(cell) ? [place] : [])),
        })),
      });
  return replays;
}
