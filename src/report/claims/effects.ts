/** The cells that a claim compares, and the effect in each. */
import { conditionsKey, environmentName, type RuntimeClass } from '../../domain/factors.js';
import type { ClaimPoint } from '../../domain/summary/claim.js';
import type { Effect } from '../../stats/simultaneous.js';
import type { Interval } from '../../stats/median-interval.js';
import { seededRandom } from '../../stats/random.js';
import { estimateSandboxMedian, ratioOf, type DrawableMedian } from '../../stats/sandbox-median.js';
import { storageText } from '../cell-groups.js';
import type { CellColumns } from '../summarize/accumulate.js';
import type { Sampled } from './io-time.js';

/** An effect of one cell. `effect` is absent where its samples are too few for an interval. */
export interface CellEffect {
  readonly point: ClaimPoint;
  readonly effect: Effect | undefined;
  /** What it was computed from; a share has no baseline. */
  readonly candidate: DrawableMedian;
  readonly baseline: DrawableMedian | undefined;
}

/** Which cells of a run a claim is about. */
export interface CellFilter {
  readonly class: RuntimeClass;
  readonly wanted: (columns: CellColumns) => boolean;
}

/** Reads a cell's figure; undefined where it was not measured. */
export type Reading = (columns: CellColumns) => Sampled | undefined;

function medianOf(reading: Reading, columns: CellColumns | undefined): DrawableMedian | undefined {
  const sampled = columns === undefined ? undefined : reading(columns);
  return sampled === undefined ? undefined : estimateSandboxMedian(sampled.values, sampled.sandboxes);
}

const placeOf = ({ cell }: CellColumns): Pick<ClaimPoint, 'function' | 'payload' | 'where'> => {
  const place = cell.environment === 'local' ? '' : `on ${environmentName(cell)}`;
  const where = [storageText(cell), place].filter((text) => text !== '').join(', ');
  return { function: cell.function, payload: cell.payload, ...(where === '' ? {} : { where }) };
};

const cellsOf = (run: readonly CellColumns[], filter: CellFilter): CellColumns[] =>
  run.filter((columns) => columns.cell.class === filter.class && filter.wanted(columns));

/** Candidate over baseline, in every cell of the filter whose counterpart on the runtime `baseline` has samples too. */
export function ratioEffects(
  run: readonly CellColumns[],
  filter: CellFilter,
  baseline: string,
  reading: Reading,
  seed: number,
): CellEffect[] {
  const counterparts = new Map(
    run
      .filter(({ cell }) => cell.runtime === baseline)
      .map((columns) => [conditionsKey(columns.cell), columns]),
  );
  return cellsOf(run, filter).flatMap((columns): CellEffect[] => {
    const { cell } = columns;
    const counterpart = counterparts.get(conditionsKey(cell));
    const ours = medianOf(reading, columns);
    const theirs = medianOf(reading, counterpart);
    if (ours === undefined || theirs === undefined || !(ours.median > 0 && theirs.median > 0)) return [];
    const label = JSON.stringify(['claim', cell.runtime, conditionsKey(cell)]);
    const { value: ratio, ci95 } = ratioOf(ours, theirs, seededRandom(seed, label));
    return [
      {
        point: {
          ...placeOf(columns),
          candidate: cell.runtime,
          class: cell.class,
          baseline,
          value: ratio,
          ...(ci95 === undefined ? {} : { ci95 }),
        },
        // A ratio's interval from 0 on has no logarithm to be widened on: it says nothing.
        effect:
          ci95 === undefined || !(ci95[0] > 0)
            ? undefined
            : {
                value: ratio,
                ci95,
                degreesOfFreedom: Math.min(ours.degreesOfFreedom, theirs.degreesOfFreedom),
              },
        candidate: ours,
        baseline: theirs,
      },
    ];
  });
}

/** A share is no more than the whole, whatever its interval's method thinks. */
export const insideShares = ([low, high]: Interval): Interval => [Math.max(0, low), Math.min(1, high)];

/** A share of the cell's own time, in every cell of the filter. */
export function shareEffects(
  run: readonly CellColumns[],
  filter: CellFilter,
  reading: Reading,
): CellEffect[] {
  return cellsOf(run, filter).flatMap((columns): CellEffect[] => {
    const share = medianOf(reading, columns);
    if (share === undefined) return [];
    const { median: value, degreesOfFreedom } = share;
    const ci95 = share.ci95 === undefined ? undefined : insideShares(share.ci95);
    return [
      {
        point: {
          ...placeOf(columns),
          candidate: columns.cell.runtime,
          class: columns.cell.class,
          value,
          ...(ci95 === undefined ? {} : { ci95 }),
        },
        effect: ci95 === undefined ? undefined : { value, ci95, degreesOfFreedom },
        candidate: share,
        baseline: undefined,
      },
    ];
  });
}

/** An effect with its interval, both known. */
export type MeasuredEffect = CellEffect & { readonly effect: Effect };

export const measured = (effects: readonly CellEffect[]): MeasuredEffect[] =>
  effects.filter((one): one is MeasuredEffect => one.effect !== undefined);
