/** A run's objectives, each held against every cell that it speaks of. */
import { CellSchema } from '../../domain/factors.js';
import type { RunManifest } from '../../domain/run-manifest.js';
import { scopedObjective, type Objective } from '../../domain/slo.js';
import type { CellSummary } from '../../domain/summary/cell-summary.js';
import { LoadCells } from '../levels/load-cells.js';
import type { ObjectiveResult } from '../../domain/summary/objective-result.js';
import { formatCount } from '../format-quantity.js';
import type { RunAccumulator } from '../summarize/accumulate.js';
import { estimateFor, type JudgedCell, type ObjectiveEstimate, type Prices } from './estimates.js';
import { judge } from './judge.js';

/** In the order of the experiment's objectives, and of the summary's cells. */
export function objectivesOf(
  run: RunAccumulator,
  cells: readonly CellSummary[],
  { experiment }: Pick<RunManifest, 'experiment'>,
  load = new LoadCells(),
): ObjectiveResult[] {
  const prices: Prices = { cost: experiment.cost, memoryMiB: experiment.limits.memoryMiB };
  return experiment.slo
    .map(scopedObjective)
    .flatMap((scoped) =>
      cells
        .filter((cell) => scoped.speaksOf(cell))
        .map((cell) =>
          resultOf(scoped.objective, { cell, columns: run.get(cell), load: load.get(cell) }, prices),
        ),
    );
}

function resultOf(objective: Objective, judged: JudgedCell, prices: Prices): ObjectiveResult {
  const estimate = estimateFor(objective, judged, prices);
  const { unit, limit, measured, ci95, samplesNeeded } = estimate;
  const verdict = judge(ci95, objective.comparison, limit);
  return {
    ...CellSchema.parse(judged.cell),
    objective: objective.text,
    metric: objective.metric,
    unit,
    limit,
    ...(measured === undefined ? {} : { measured }),
    ...(ci95 === undefined ? {} : { ci95: [ci95[0], ci95[1]] }),
    verdict,
    why: whyOf(verdict, estimate),
    ...(verdict !== 'unsure' || samplesNeeded === undefined ? {} : { samplesNeeded }),
  };
}

function whyOf(verdict: ObjectiveResult['verdict'], estimate: ObjectiveEstimate): string {
  const { basis, lacking = 'the limit lies within the interval' } = estimate;
  switch (verdict) {
    case 'met':
      return `${basis}: the whole interval keeps to it`;
    case 'missed':
      return `${basis}: the whole interval breaks it`;
    case 'unsure':
      return `${basis}: ${lacking}${remedyOf(estimate)}`;
  }
}

/** The number of samples stands in what is lacking already, unless samples of one sandbox count for less. */
function remedyOf({ beyondRepetition, samplesNeeded, lacking = '' }: ObjectiveEstimate): string {
  if (beyondRepetition === true) return '';
  return samplesNeeded === undefined || lacking.includes(`${formatCount(samplesNeeded)} independent`)
    ? '; more repetitions may tell'
    : `; about ${formatCount(samplesNeeded)} repetitions may tell`;
}
