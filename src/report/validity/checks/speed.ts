/** Whether the machine was as fast at one time of the run as at another. */
import type { ValidityFinding } from '../../../domain/validity.js';
import { moments } from '../../../stats/moments.js';
import { median } from '../../../stats/quantiles.js';
import { sortSamples } from '../../../stats/sorted-samples.js';
import { formatShare } from '../../format-quantity.js';
import { cellText, concerned, counted, someOf, type CheckedRun } from '../check.js';
import type { CellFacts } from '../run-facts.js';

/** Below this, in milliseconds, a CPU time is as much of what stands around the work as of the work. */
const leastCpuMs = 5;

/** So many cells, that it is the machine and not one function whose work differs. */
const fewestCells = 5;

/** The standard deviation of the CPU time of a cell's sandboxes, as a share of it; undefined where that says nothing. */
function spreadOf({ cell, trials }: CellFacts): number | undefined {
  if (cell.start !== 'warm' || cell.concurrency !== 1 || cell.arrivals !== undefined) return undefined;
  const means = [...trials.values()].flatMap(({ cpu }) => (cpu === undefined ? [] : [cpu.sumMs / cpu.n]));
  if (means.length < 2) return undefined;
  const { mean, sd = 0 } = moments(sortSamples(means));
  return mean < leastCpuMs ? undefined : sd / mean;
}

/**
 * The same warm work in another sandbox takes the same CPU time, wherever it waits: what is above the margin of verdicts in most
 * cells is the machine, whose clock or caches its neighbours share. No time need have been stolen for that.
 */
export function checkSpeed({ facts, summary }: CheckedRun): ValidityFinding[] {
  const spreads = facts.cells().flatMap((of) => {
    const spread = spreadOf(of);
    return spread === undefined ? [] : [{ cell: of.cell, spread }];
  });
  if (spreads.length < fewestCells) return [];
  const usual = median(sortSamples(spreads.map(({ spread }) => spread)));
  if (usual <= summary.margin) return [];
  const most = spreads.sort((a, b) => b.spread - a.spread);
  return [
    {
      id: 'unsteady-speed',
      severity: 'warning',
      cells: most.filter(({ spread }) => spread > summary.margin).map(({ cell }) => concerned(cell)),
      text:
        `The same work took another CPU time in other sandboxes: their standard deviation is ${formatShare(usual)} of it, in the median of ` +
        `${counted(spreads.length, 'warm cell')}, and verdicts are about ${formatShare(summary.margin)}. ` +
        `${someOf(most.map(({ cell, spread }) => `${cellText(cell)}: ${formatShare(spread)}`))}.`,
      advice:
        'The machine was not equally fast all the time: something else on it or beside it shares its clock or its caches. Measure again when that is quiet, ' +
        'or in more rounds; do not set these figures beside those of another hour.',
    },
  ];
}
