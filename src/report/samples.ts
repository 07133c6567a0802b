/** The points of a distribution: each cell's latencies, all of them up to a limit, a fair sample beyond it. */
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';
import { cellKey, CellSchema, type Cell } from '../domain/factors.js';
import type { Measurement } from '../domain/measurement.js';
import type { Milliseconds } from '../domain/units.js';

/** The latencies of one cell's `ok` rows that a figure draws. */
export interface CellSamples {
  readonly cell: Cell;
  /** In the order of the rows, which is the order of time. */
  readonly latencyMs: readonly Milliseconds[];
  /** How many `ok` rows with a latency the cell has. More than `latencyMs.length`: those are a uniform sample of them. */
  readonly seen: number;
}

export const isSampled = (samples: CellSamples): boolean => samples.seen > samples.latencyMs.length;

/** Points a cell keeps unless told otherwise: more than a figure can show apart. */
export const defaultSamplesPerCell = 400;

interface Reservoir {
  readonly cell: Cell;
  readonly random: RandomGenerator;
  readonly kept: { position: number; latency: Milliseconds }[];
  seen: number;
}

/** FNV-1a, 32 bits: gives each cell a stream of its own, so one cell's sample does not depend on another's rows. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) value = Math.imul(value ^ byte, 0x01000193);
  return value >>> 0;
}

/** Algorithm R of Vitter, "Random sampling with a reservoir", ACM TOMS 11(1), 1985: every row is kept equally likely. */
function offer(reservoir: Reservoir, latency: Milliseconds, limit: number): void {
  const entry = { position: reservoir.seen, latency };
  reservoir.seen += 1;
  if (reservoir.kept.length < limit) {
    reservoir.kept.push(entry);
    return;
  }
  const slot = uniformInt(reservoir.random, 0, reservoir.seen - 1);
  if (slot < limit) reservoir.kept[slot] = entry;
}

/**
 * Reads rows once and keeps, for each cell, the latencies of its `ok` rows: all of them up to `limitPerCell`, beyond it
 * a uniform sample without replacement that is the same for the same rows, limit and seed. Memory is bounded by cells
 * times limit. Cells come in the order of their first row; a cell without an `ok` row with a latency has none.
 * @throws RangeError when `limitPerCell` is not a positive whole number.
 */
export async function collectSamples(
  rows: AsyncIterable<Measurement> | Iterable<Measurement>,
  limitPerCell: number = defaultSamplesPerCell,
  seed = 1,
): Promise<CellSamples[]> {
  if (!Number.isInteger(limitPerCell) || limitPerCell < 1) {
    throw new RangeError(`limitPerCell must be a positive whole number, not ${limitPerCell}`);
  }
  const reservoirs = new Map<string, Reservoir>();
  for await (const row of rows) {
    if (row.outcome !== 'ok' || row.latencyMs === undefined) continue;
    const key = cellKey(row);
    let reservoir = reservoirs.get(key);
    if (reservoir === undefined) {
      reservoir = {
        cell: CellSchema.parse(row),
        random: xoroshiro128plus(hash(key) ^ seed),
        kept: [],
        seen: 0,
      };
      reservoirs.set(key, reservoir);
    }
    offer(reservoir, row.latencyMs, limitPerCell);
  }
  return [...reservoirs.values()].map(({ cell, kept, seen }) => ({
    cell,
    latencyMs: kept.sort((a, b) => a.position - b.position).map((entry) => entry.latency),
    seen,
  }));
}
