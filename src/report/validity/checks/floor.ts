/** Whether what every request costs hides what differs. */
import { conditionsKey } from '../../../domain/factors.js';
import type { CellSummary, Comparison } from '../../../domain/summary/cell-summary.js';
import type { Summary } from '../../../domain/summary/summary.js';
import { milliseconds, type Milliseconds } from '../../../domain/units.js';
import type { ConcernedCells, ValidityFinding } from '../../../domain/validity.js';
import { formatDuration } from '../../format-quantity.js';
import { counted, someOf, type CheckedRun } from '../check.js';

/** Cells this close to the smallest median are on the floor with it, as a factor. */
const near = 1.25;

/** Functions and cells that must lie there, so that it is a floor and not one quick function. */
const [fewestFunctions, fewestCells] = [2, 4];

/** The share of the baseline's latency from which on a floor counts as hiding the rest. */
const hidingShare = 0.5;

/** The function that the floor is measured with: of its own latency, the floor is no disturbance. */
const floorFunction = 'hello-world';

/** The smallest warm median, where enough others are as small; undefined where nothing looks like a floor. */
function estimatedFloor({ cells }: Summary): Milliseconds | undefined {
  const warm = cells.flatMap(({ start, latencyMs, function: name }) =>
    start === 'warm' && latencyMs !== undefined ? [{ name, p50: latencyMs.p50 }] : [],
  );
  const least = Math.min(...warm.map(({ p50 }) => p50));
  const there = warm.filter(({ p50 }) => p50 <= near * least);
  const isFloor =
    there.length >= fewestCells && new Set(there.map(({ name }) => name)).size >= fewestFunctions;
  return isFloor ? milliseconds(least) : undefined;
}

interface Hidden {
  readonly comparison: Comparison;
  readonly share: number;
}

export function checkFloor({ summary, manifest }: CheckedRun): ValidityFinding[] {
  const measured = manifest.floor;
  const estimated = measured === undefined ? estimatedFloor(summary) : undefined;
  const floorOf = (start: Comparison['start']): Milliseconds | undefined =>
    start === 'warm'
      ? (measured?.warmP50Ms ?? estimated)
      : start === 'cold'
        ? measured?.coldP50Ms
        : undefined;
  const byConditions = new Map<string, CellSummary[]>();
  for (const cell of summary.cells) {
    const own = byConditions.get(conditionsKey(cell)) ?? [];
    byConditions.set(conditionsKey(cell), [...own, cell]);
  }
  const hidden = summary.comparisons.flatMap((comparison): Hidden[] => {
    const floor = floorOf(comparison.start);
    const baseline = byConditions
      .get(conditionsKey(comparison))
      ?.find((cell) => cell.runtime === comparison.baseline && cell.options === comparison.baselineOptions);
    if (comparison.metric !== 'latencyMs' || floor === undefined || baseline?.latencyMs === undefined)
      return [];
    if (measured !== undefined && comparison.function === floorFunction) return [];
    const share = floor / baseline.latencyMs.p50;
    return share > hidingShare ? [{ comparison, share }] : [];
  });
  return hidden.length === 0 ? [] : [finding(hidden, summary, { measured: measured !== undefined, floorOf })];
}

function finding(
  hidden: readonly Hidden[],
  { comparisons }: Summary,
  from: {
    readonly measured: boolean;
    readonly floorOf: (start: Comparison['start']) => Milliseconds | undefined;
  },
): ValidityFinding {
  const starts = [...new Set(hidden.map(({ comparison }) => comparison.start))];
  const of = comparisons.filter(
    ({ metric, start }) => metric === 'latencyMs' && starts.includes(start),
  ).length;
  const floors = starts.map((start) => {
    const floor = from.floorOf(start);
    return `${floor === undefined ? '?' : formatDuration(floor)} ${start}`;
  });
  const names = hidden.map(({ comparison }) => `${comparison.function} ${comparison.payload}`);
  return {
    id: 'floor',
    severity: from.measured ? 'notice' : 'warning',
    cells: hidden.map(({ comparison }): ConcernedCells => {
      const { function: name, payload, start, candidate } = comparison;
      return { function: name, payload, runtime: candidate, start };
    }),
    text:
      `In ${hidden.length} of ${counted(of, 'comparison')} more than half of the baseline's latency is what every request costs ` +
      `(${floors.join(', ')}${from.measured ? '' : ', estimated from the smallest medians'}): ratios there are squeezed towards 1. ` +
      `${someOf([...new Set(names)])}.`,
    advice:
      'Read these ratios as bounds of how the functions themselves differ, or compare at larger payloads, where the floor is a small part.',
  };
}
