/** From factors to trials: which sandboxes are launched, in which order. */
import type { Environment } from '../domain/environment.js';
import type { Experiment } from '../domain/experiment.js';
import { cellKey, type Cell, type Start } from '../domain/factors.js';
import { arrivalsOfLoad, loadOf } from '../domain/load.js';
import type { FunctionDefinition } from '../domain/function-manifest.js';
import type { Runtime } from '../domain/runtime.js';
import { repetitionsOf, trialSizes } from '../domain/trial-sizes.js';
import { seededRandom, shuffle } from '../stats/random.js';
import { checkCellCount, checkPlanSize } from './plan-bounds.js';
import { possibleUses, type Gives, type PossibleUse } from './possible-uses.js';

/** One sandbox, launched once, and the measured invocations it is to serve. */
export interface Trial {
  /** Its place in the plan, from 0; the same plan gives the same trials. */
  readonly index: number;
  readonly round: number;
  readonly cell: Cell;
  readonly invocations: number;
  /** Resumed trials only: the invocations that have a row and are not made again. */
  readonly measured?: ReadonlySet<number>;
}

export interface Plan {
  readonly cells: readonly Cell[];
  readonly trials: readonly Trial[];
}

/** Payload labels of each function, in the order of its ladder. */
export interface SelectedFunction {
  readonly definition: FunctionDefinition;
  readonly payloads: readonly string[];
}

/** Every combination of the factors that is possible, functions outermost. */
export function cellsOf(
  experiment: Experiment,
  functions: readonly SelectedFunction[],
  runtimes: readonly Runtime[],
  gives: Gives,
  environments: readonly Pick<Environment, 'name' | 'emulated'>[] = [{ name: 'local', emulated: false }],
): Cell[] {
  const loads = loadsOf(experiment);
  const payloadCount = functions.reduce((sum, { payloads }) => sum + payloads.length, 0);
  const starts = loadOf(experiment) === undefined ? experiment.starts.length : 1;
  checkCellCount(payloadCount * starts * runtimes.length * environments.length * loads.length);
  const places = environments.map(({ name, emulated }) => ({
    environment: name,
    ...(emulated ? { emulated } : {}),
  }));
  return functions.flatMap(({ definition, payloads }) => {
    const usesOf = remembered((runtime: Runtime, start: Start) =>
      possibleUses(experiment, definition, runtime, gives, start),
    );
    return payloads.flatMap((payload) =>
      // The instances of a load stay between its requests.
      (loadOf(experiment) === undefined ? experiment.starts : ['warm' as const]).flatMap((start) =>
        runtimes.flatMap((runtime) =>
          usesOf(runtime, start).flatMap((use) =>
            places.flatMap((place) =>
              loads.map((load) => ({
                function: definition.manifest.name,
                payload,
                runtime: runtime.id,
                class: runtime.class,
                ...place,
                start,
                ...load,
                ...use,
              })),
            ),
          ),
        ),
      ),
    );
  });
}

/** The same for every payload. */
function remembered(
  find: (runtime: Runtime, start: Start) => PossibleUse[],
): (runtime: Runtime, start: Start) => PossibleUse[] {
  const found = new Map<string, PossibleUse[]>();
  return (runtime, start) => {
    const key = JSON.stringify([runtime.id, start]);
    const uses = found.get(key) ?? find(runtime, start);
    found.set(key, uses);
    return uses;
  };
}

/** Clients, and schedules where there are: the factors of a cell that make it a level of a load. */
function loadsOf(experiment: Experiment): Pick<Cell, 'concurrency' | 'arrivals'>[] {
  const load = loadOf(experiment);
  const schedules = load === undefined ? [undefined] : arrivalsOfLoad(load);
  return experiment.concurrency.flatMap((concurrency) =>
    schedules.map((arrivals) => ({
      concurrency,
      ...(arrivals === undefined ? {} : { arrivals: arrivals.label }),
    })),
  );
}

/**
 * A randomized block design: each round holds at most one trial of every cell, in an order drawn from the seed, so
 * that whatever drifts while the run goes on (heat, neighbours, caches) meets all runtimes alike. A cell with fewer
 * trials than there are rounds has them spread evenly over the run.
 * @throws LumosError `invalid-input` for a plan beyond the bounds, before it is made
 */
export function makePlan(experiment: Experiment, cells: readonly Cell[]): Plan {
  checkPlanSize(experiment, cells.length, samplesOf(experiment, cells));
  if (loadOf(experiment) !== undefined) return { cells, trials: [] };
  const sizes = new Map(cells.map((cell) => [cellKey(cell), trialSizes(experiment, cell)]));
  const rounds = Math.max(0, ...[...sizes.values()].map((trials) => trials.length));
  const random = seededRandom(experiment.seed, 'plan');
  const trials: Trial[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const block = cells.flatMap((cell) => {
      const own = sizes.get(cellKey(cell)) ?? [];
      // At most one of a cell is in a round: there are as many rounds as the cell with the most trials has.
      const i = Math.ceil((round * own.length) / rounds);
      const invocations = own[i];
      return invocations !== undefined && roundOf(i, own.length, rounds) === round
        ? [{ cell, invocations }]
        : [];
    });
    for (const trial of shuffle(block, random)) trials.push({ index: trials.length, round, ...trial });
  }
  return { cells, trials };
}

const samplesOf = (experiment: Experiment, cells: readonly Cell[]): number =>
  cells.reduce((sum, cell) => {
    const { cold, warm } = repetitionsOf(experiment, cell);
    return sum + (cell.start === 'warm' ? warm : cold);
  }, 0);

/** The round of the `i`-th of `count` trials when they are spread evenly over `rounds`. */
const roundOf = (i: number, count: number, rounds: number): number => Math.floor((i * rounds) / count);
