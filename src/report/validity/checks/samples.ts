/** Whether there are samples enough for what is asked, and all of them. */
import { failedRequests } from '../../../domain/level.js';
import { scopedObjective } from '../../../domain/slo.js';
import { cellKey, type Cell } from '../../../domain/factors.js';
import type { CellSummary } from '../../../domain/summary/cell-summary.js';
import type { Summary } from '../../../domain/summary/summary.js';
import { loadOf } from '../../../domain/load.js';
import type { ValidityFinding } from '../../../domain/validity.js';
import { fewestForInterval } from '../../../stats/median-interval.js';
import { fewestForQuantile } from '../../../stats/quantile-interval.js';
import { concerned, counted, someOf, cellText, type CheckedRun } from '../check.js';

const low = (values: readonly number[]): string => {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return least === most ? String(least) : `${least} to ${most}`;
};

/** Cells with fewer samples than something asked for takes. */
interface TooFew {
  readonly text: string;
  readonly cells: readonly CellSummary[];
  /** How many samples in a cell would do. */
  readonly needed: number;
}

/** Too few for an interval of the median, or for the quantiles that objectives name: one finding, with the number that does for all. */
export function checkSampleSizes({ summary, manifest }: CheckedRun): ValidityFinding[] {
  const median = lackingForMedian(summary);
  const objectives = lackingForObjectives(summary, manifest, median?.cells ?? []);
  const lacking = [median, objectives].filter((one) => one !== undefined);
  if (lacking.length === 0) return [];
  const few = [...new Set(lacking.flatMap(({ cells }) => cells))];
  const most = Math.max(...lacking.map(({ needed }) => needed));
  return [
    {
      id: 'small-sample',
      severity: 'warning',
      cells: few.map(concerned),
      text: lacking.map(({ text }) => text).join(' '),
      advice: adviceFor(most, few, manifest),
    },
  ];
}

const sizesText = (cells: readonly CellSummary[]): string =>
  `${counted(cells.length, 'cell has', 'cells have')} n = ${low(cells.map(({ n }) => n))}`;

function lackingForMedian({ cells }: Summary): TooFew | undefined {
  const few = cells.filter(({ n }) => n > 0 && n < fewestForInterval);
  if (few.length === 0) return undefined;
  return {
    text: `${sizesText(few)}: no 95 % interval of the median (it takes ${fewestForInterval}), and a p90 and p99 that are the largest sample or just below it.`,
    cells: few,
    needed: fewestForInterval,
  };
}

/** Cells with too few samples for their objectives about quantiles. @param told cells of which n is told already */
function lackingForObjectives(
  { cells, objectives = [] }: Summary,
  { experiment }: CheckedRun['manifest'],
  told: readonly CellSummary[],
): TooFew | undefined {
  const known = new Map(
    objectives.map((result) => [`${result.objective} ${cellKey(result)}`, result.samplesNeeded]),
  );
  const lacking = experiment.slo.map(scopedObjective).flatMap(({ objective, speaksOf }) => {
    if (objective.metric !== 'quantile') return [];
    const takes = fewestForQuantile(objective.share);
    return cells
      .filter((cell) => speaksOf(cell) && cell.n > 0)
      .map((cell) => ({
        ...{ cell, takes, text: `${objective.text} takes ${takes} samples` },
        needed: known.get(`${objective.text} ${cellKey(cell)}`) ?? takes,
      }))
      .filter(({ cell, needed }) => cell.n < needed);
  });
  if (lacking.length === 0) return undefined;
  const few = [...new Set(lacking.map(({ cell }) => cell))];
  const untold = few.filter((cell) => !told.includes(cell));
  const counts = lacking.some(({ cell, takes }) => cell.n >= takes) ? ', which counts for fewer' : '';
  const takes = lacking.map(({ text }) => text);
  return {
    text: `To be surely met, ${someOf([...new Set(takes)])} in a cell, independent of each other${untold.length === 0 ? '' : `; ${sizesText(untold)}${counts}`}.`,
    cells: few,
    needed: Math.max(...lacking.map(({ needed }) => needed)),
  };
}

/** What an import or a load has in place of repetitions is not for Lumos to say, or a matter of time. */
function adviceFor(
  most: number,
  cells: readonly CellSummary[],
  { imported, experiment }: CheckedRun['manifest'],
): string {
  if (imported !== undefined) return `Measure again with ${most} samples or more in each cell.`;
  if (experiment.load !== undefined || cells.some(({ concurrency }) => concurrency > 1))
    return `Measure longer (--duration), until a level has ${most} responses or more.`;
  return `Repeat with --repetitions ${most} or more.`;
}

/** From this share of failures on, the samples are called a selection. */
const selectionShare = 0.05;

interface CellCounts {
  readonly cell: Cell;
  readonly rows: number;
  readonly failures: number;
}

/** Of a load over all its requests, of which rows are a sample; levels that are not valid have a finding of their own. */
function countsOf(facts: CheckedRun['facts'], { levels = [] }: CheckedRun['summary']): readonly CellCounts[] {
  if (levels.length === 0) return facts.cells();
  return levels
    .filter(({ valid }) => valid)
    .map((level) => ({
      cell: level,
      rows: level.sent,
      failures: failedRequests(level),
    }));
}

/** Failures that make the samples a selection. */
export function checkSurvivors({ facts, summary }: CheckedRun): ValidityFinding[] {
  const selected = countsOf(facts, summary).filter(
    ({ rows, failures }) => failures > 0 && failures < rows && failures / rows >= selectionShare,
  );
  if (selected.length === 0) return [];
  const texts = selected.map(
    ({ cell, rows, failures }) => `${cellText(cell)}: ${failures} of ${rows} failed`,
  );
  return [
    {
      id: 'survivors',
      severity: 'warning',
      cells: selected.map(({ cell }) => concerned(cell)),
      text: `In ${counted(selected.length, 'cell')} a twentieth or more of the invocations failed, and the figures are of the rest: ${someOf(texts)}.`,
      advice:
        'Find out why they failed (reason in the rows): a runtime that fails where it would be slow looks fast.',
    },
  ];
}

/** Requests of the plan, or of a level, that have neither an answer nor a failure. */
export function checkDropped({ facts, manifest, levels }: CheckedRun): ValidityFinding[] {
  const advice = 'Look into logs/ for what became of them, and measure again.';
  if (loadOf(manifest.experiment) !== undefined || levels.length > 0) {
    const lost = levels.filter((level) => level.succeeded + failedRequests(level) < level.sent);
    const unanswered: ValidityFinding = {
      id: 'failures-dropped',
      severity: 'serious',
      cells: lost.map(concerned),
      text: `${counted(lost.length, 'level')} of the load sent more requests than it has answers and failures.`,
      advice,
    };
    return [...(lost.length === 0 ? [] : [unanswered]), ...missingLevels(manifest, levels, advice)];
  }
  if (manifest.state !== 'complete' || manifest.imported !== undefined) return [];
  const seen = facts.cells().reduce((sum, { trials }) => sum + trials.size, 0);
  if (seen >= manifest.trials) return [];
  return [
    {
      id: 'failures-dropped',
      severity: 'serious',
      cells: [],
      text: `The run says that it is complete, and ${manifest.trials - seen} of its ${counted(manifest.trials, 'trial')} have no row, not even a failure.`,
      advice,
    },
  ];
}

/** Levels of the plan without a record, in a run that calls itself complete. */
function missingLevels(
  manifest: CheckedRun['manifest'],
  levels: CheckedRun['levels'],
  advice: string,
): ValidityFinding[] {
  const { cells, state, imported } = manifest;
  const load = loadOf(manifest.experiment);
  if (load === undefined || state !== 'complete' || imported !== undefined) return [];
  const keyOf = load.trace === undefined ? cellKey : servedKey;
  const rounds = new Map<string, Set<number>>();
  for (const level of levels)
    rounds.set(keyOf(level), (rounds.get(keyOf(level)) ?? new Set()).add(level.round));
  const planned = [...new Map(cells.map((cell) => [keyOf(cell), cell])).values()];
  const lacking = planned
    .map((cell) => ({ cell, count: load.rounds - (rounds.get(keyOf(cell))?.size ?? 0) }))
    .filter(({ count }) => count > 0);
  if (lacking.length === 0) return [];
  const count = lacking.reduce((sum, one) => sum + one.count, 0);
  return [
    {
      id: 'failures-dropped',
      severity: 'serious',
      cells: lacking.map(({ cell }) => concerned(cell)),
      text: `The run says that it is complete, and ${count} of its ${counted(planned.length * load.rounds, 'level')} have no record, not even of a failure.`,
      advice,
    },
  ];
}

/** A replay serves a function of a trace by one use of it, where a runtime has several. */
const servedKey = ({ function: name, payload, runtime, options, transport, language }: Cell): string =>
  JSON.stringify([name, payload, runtime, options, transport, language]);
