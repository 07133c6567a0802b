/** Which levels are measured, in which order. */
import type { Experiment } from '../../domain/experiment.js';
import { cellKey, type Cell } from '../../domain/factors.js';
import { arrivalsOfLoad, loadOf, longestSeconds, warmUpOf, type Load } from '../../domain/load.js';
import { milliseconds } from '../../domain/units.js';
import { seededRandom, shuffle } from '../../stats/random.js';
import { boundsOf, checkLoad } from '../../user-plane/load/bounds.js';
import type { LoadShape } from '../../user-plane/load/shapes.js';

export interface PlannedLevel {
  /** Its place in the plan, from 0. */
  readonly index: number;
  readonly round: number;
  readonly cell: Cell;
  readonly shape: LoadShape;
  /** Requests a second, where it is one number. */
  readonly rate?: number;
}

/**
 * Every level once a round, in an order drawn from the seed: what drifts while the run goes on meets all alike.
 * @throws LumosError `invalid-input` for one that is beyond the load's bounds
 */
export function planLevels(experiment: Experiment, cells: readonly Cell[]): PlannedLevel[] {
  const load = loadOf(experiment);
  if (load === undefined) return [];
  const random = seededRandom(experiment.seed, 'levels');
  const levels: PlannedLevel[] = [];
  for (let round = 0; round < load.rounds; round += 1) {
    for (const cell of shuffle([...cells], random)) {
      const rate = rateOf(load, cell);
      const shape = shapeOf(load, cell);
      checkLoad(shape, limitsOf(load), boundsOf(load));
      levels.push({ index: levels.length, round, cell, shape, ...(rate === undefined ? {} : { rate }) });
    }
  }
  return levels;
}

export const limitsOf = (load: Load): Parameters<typeof checkLoad>[1] => ({
  timeMs: milliseconds((warmUpOf(load) + longestSeconds(load)) * 1000),
  ...(load.count === undefined ? {} : { count: load.count }),
});

/** Cells that differ in nothing but the number of clients: one has a knee. */
export const ladderKey = (cell: Cell): string => cellKey({ ...cell, concurrency: 1 });

const rateOf = (load: Load, { arrivals }: Cell): number | undefined =>
  arrivalsOfLoad(load).find((named) => named?.label === arrivals)?.rate;

function shapeOf(load: Load, cell: Cell): LoadShape {
  const rate = rateOf(load, cell);
  if (rate !== undefined) return { kind: 'open', arrivals: { kind: load.arrivals, perSecond: rate } };
  const { ramp, burst } = load;
  if (ramp !== undefined) {
    const { fromPerSecond, toPerSecond, overSeconds } = ramp;
    const overMs = milliseconds(overSeconds * 1000);
    return { kind: 'open', arrivals: { kind: 'ramp', fromPerSecond, toPerSecond, overMs } };
  }
  if (burst !== undefined) {
    const { perSecond, burstPerSecond, everySeconds, burstSeconds } = burst;
    const [everyMs, burstMs] = [milliseconds(everySeconds * 1000), milliseconds(burstSeconds * 1000)];
    return { kind: 'open', arrivals: { kind: 'burst', perSecond, burstPerSecond, everyMs, burstMs } };
  }
  return { kind: 'closed', clients: cell.concurrency };
}
