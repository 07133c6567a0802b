/** "Up to X": is there a cell with such an effect? */
import type { Claim } from '../../domain/summary/claim.js';
import { geometricMean, meanOfMedians, type MeanEstimate } from '../../stats/drawn-interval.js';
import type { Interval } from '../../stats/median-interval.js';
import { seededRandom } from '../../stats/random.js';
import { largestEffect, logarithmic, plain } from '../../stats/simultaneous.js';
import type { ClaimDefinition } from './claim-definitions.js';
import { cellsText, claimedText, figureText, measuredText, pointText } from './claim-text.js';
import { insideShares, measured, type CellEffect, type MeasuredEffect } from './effects.js';
import { beyondText, existenceVerdict } from './verdict.js';

/** How the effect a claim speaks of comes from what was measured in the cells, and is said. */
export interface EffectView {
  /** `ratio`: candidate over baseline. `reduction`: 1 less that. `share`: of the candidate's own time. */
  readonly kind: 'ratio' | 'reduction' | 'share';
}

/** A reduction grows as its ratio falls: ratios are turned around, so that the largest is the largest effect. */
function inView(one: MeasuredEffect, { kind }: EffectView): MeasuredEffect {
  if (kind !== 'reduction') return one;
  const { value, ci95, degreesOfFreedom } = one.effect;
  return { ...one, effect: { value: 1 / value, ci95: [1 / ci95[1], 1 / ci95[0]], degreesOfFreedom } };
}

const reductionOf = (turned: number): number => 1 - 1 / turned;

/** Ratios and shares stand as they are; a ratio that was turned around becomes a reduction. */
const shown = (value: number, { kind }: EffectView): number =>
  kind === 'reduction' ? reductionOf(value) : value;

const shownInterval = ([low, high]: Interval, view: EffectView): Interval => [
  shown(low, view),
  shown(high, view),
];

export interface Largest {
  readonly value: number;
  readonly ci95: Interval;
  readonly cell: MeasuredEffect;
  readonly smallest: { readonly value: number; readonly cell: MeasuredEffect };
  /** Cells whose own figure reaches the claimed range. */
  readonly reaching: number;
  readonly cells: number;
  readonly mean: MeanEstimate;
}

/** The largest effect of some cells with an interval each, and what else there is to say of them. */
export function largestOf(
  effects: readonly CellEffect[],
  claimed: Claim['claimed'],
  view: EffectView,
  seed: number,
): Largest | undefined {
  const cells = measured(effects).map((one) => inView(one, view));
  const share = view.kind === 'share';
  const largest = largestEffect(
    cells.map(({ effect }) => effect),
    share ? plain : logarithmic,
  );
  const cell = largest === undefined ? undefined : cells[largest.index];
  if (largest === undefined || cell === undefined) return undefined;
  const values = cells.map(({ effect }) => shown(effect.value, view));
  const least = Math.min(...values);
  const ci95 = shownInterval(largest.ci95, view);
  return {
    value: shown(largest.value, view),
    ci95: share ? insideShares(ci95) : ci95,
    cell,
    smallest: { value: least, cell: cells[values.indexOf(least)] ?? cell },
    reaching: values.filter((value) => value >= claimed[0]).length,
    cells: cells.length,
    mean: meanOf(cells, view, seed),
  };
}

function meanOf(cells: readonly MeasuredEffect[], view: EffectView, seed: number): MeanEstimate {
  const random = seededRandom(seed, JSON.stringify(['claim', 'mean', view.kind]));
  if (view.kind === 'share') {
    const { value, ci95 } = meanOfMedians(
      cells.map(({ candidate }) => candidate),
      random,
    );
    return { value, ci95: ci95 === undefined ? undefined : insideShares(ci95) };
  }
  const pairs = cells.flatMap(({ candidate, baseline }) =>
    baseline === undefined ? [] : [{ candidate, baseline }],
  );
  const mean = geometricMean(pairs, random);
  if (view.kind === 'ratio') return mean;
  // 1 - ratio: the ends change places.
  return {
    value: 1 - mean.value,
    ci95: mean.ci95 === undefined ? undefined : [1 - mean.ci95[1], 1 - mean.ci95[0]],
  };
}

/** What was found in some cells, in a sentence without its subject. */
export function findings(largest: Largest, { claimed, unit }: ClaimDefinition, view: EffectView): string {
  const { smallest, cell, mean, reaching, cells } = largest;
  const figure = (value: number): string => figureText(value, unit);
  const kindOfMean =
    view.kind === 'share' ? 'mean' : view.kind === 'reduction' ? 'by the geometric mean' : 'geometric mean';
  return (
    `${String(reaching)} of ${cellsText(cells)} ${reaching === 1 ? 'reaches' : 'reach'} ${claimedText(claimed[0], unit)}; ` +
    `smallest ${figure(smallest.value)} (${pointText(smallest.cell.point)}), ` +
    `largest ${figure(largest.value)} (${pointText(cell.point)}), ${kindOfMean} ${measuredText(mean, unit)}`
  );
}

/** Cells that were measured, but not often enough for an interval. */
export function withoutInterval(effects: readonly CellEffect[]): string {
  const count = effects.length - measured(effects).length;
  return count === 0
    ? ''
    : ` ${cellsText(count)} more ${count === 1 ? 'has' : 'have'} too few samples for an interval.`;
}

/** The dots of the claim's chart, in the figure that the claim speaks of. */
export const pointsOf = (effects: readonly CellEffect[], { kind }: EffectView): Claim['points'] =>
  effects.map(({ point }) =>
    kind === 'reduction'
      ? {
          ...point,
          value: 1 - point.value,
          ...(point.ci95 === undefined ? {} : { ci95: [1 - point.ci95[1], 1 - point.ci95[0]] as Interval }),
        }
      : point,
  );

/** A claim that no cell answers, and why. */
export const unanswered = (
  definition: ClaimDefinition,
  why: string,
  points: Claim['points'] = [],
): Claim => ({
  ...definition,
  cells: 0,
  verdict: 'unanswered',
  why,
  points,
});

/**
 * Puts "up to X" to the test: the largest effect over all cells at once. `none` says why there may be no cell, `found`
 * what was found, where that is not told of all cells together.
 */
export function testExistence(
  definition: ClaimDefinition,
  effects: readonly CellEffect[],
  view: EffectView,
  options: { readonly seed: number; readonly none: string; readonly found?: string },
): Claim {
  const { claimed, unit } = definition;
  const points = pointsOf(effects, view);
  const largest = largestOf(effects, claimed, view, options.seed);
  if (largest === undefined)
    return unanswered(definition, effects.length === 0 ? options.none : tooFew(effects), points);
  const beyond = beyondText(largest.ci95, largest.value, claimed);
  return {
    ...definition,
    measured: largest.value,
    ci95: largest.ci95,
    cells: largest.cells,
    verdict: existenceVerdict(largest.ci95, claimed),
    why:
      `${options.found ?? findings(largest, definition, view)}.` +
      (beyond === '' ? '' : ` ${figureText(largest.value, unit)} is ${beyond}.`) +
      withoutInterval(effects),
    points,
  };
}

const tooFew = (effects: readonly CellEffect[]): string =>
  `${cellsText(effects.length)}, but none with enough samples for an interval.`;
