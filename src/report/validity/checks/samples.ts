/** Whether there are samples enough for what is asked, and all of them. */
import { scopedObjective } from '../../../domain/slo.js';
import { cellKey, type Cell } from '../../../domain/factors.js';
import { loadOf } from '../../../domain/load.js';
import type { ValidityFinding } from '../../../domain/validity.js';
import { fewestForInterval } from '../../../stats/median-interval.js';
import { fewestForUpperEnd } from '../../../stats/quantile-interval.js';
import { concerned, counted, someOf, cellText, type CheckedRun } from '../check.js';

const low = (values: readonly number[]): string => {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return least === most ? String(least) : `${least} to ${most}`;
};

/** Too few for an interval of the median, or for the quantile that an objective names. */
export function checkSampleSizes({ summary, manifest }: CheckedRun): ValidityFinding[] {
  const findings: ValidityFinding[] = [];
  const few = summary.cells.filter(({ n }) => n > 0 && n < fewestForInterval);
  if (few.length > 0) {
    findings.push({
      id: 'small-sample',
      severity: 'warning',
      cells: few.map(concerned),
      text: `${counted(few.length, 'cell has', 'cells have')} n = ${low(few.map(({ n }) => n))}: no 95 % interval of the median (it takes ${fewestForInterval}), and no p90 (10) or p99 (100) that is more than the largest sample.`,
      advice: `Repeat until n is at least ${fewestForInterval} for the median, 10 for the p90 and 100 for the p99; until then go by the range.`,
    });
  }
  const lacking = lackingForObjectives(summary, manifest);
  if (lacking !== undefined) findings.push(lacking);
  return findings;
}

/** The most independent samples that an objective about a quantile takes for an interval with both ends. */
const samplesFor = (share: number): number =>
  share <= 0.5 ? fewestForInterval : Math.max(fewestForInterval, fewestForUpperEnd(share));

/** Cells with too few samples for their objectives about quantiles: one finding, whatever the number of objectives. */
function lackingForObjectives(
  { cells }: CheckedRun['summary'],
  manifest: CheckedRun['manifest'],
): ValidityFinding | undefined {
  const lacking = manifest.experiment.slo.map(scopedObjective).flatMap(({ objective, speaksOf }) => {
    if (objective.metric !== 'quantile') return [];
    const needed = samplesFor(objective.share);
    const own = cells.filter((cell) => speaksOf(cell) && cell.n > 0 && cell.n < needed);
    return own.length === 0 ? [] : [{ text: objective.text, needed, own }];
  });
  if (lacking.length === 0) return undefined;
  const few = [...new Set(lacking.flatMap(({ own }) => own))];
  const most = Math.max(...lacking.map(({ needed }) => needed));
  const takes = lacking.map(({ text, needed }) => `${text} takes ${needed} samples`);
  return {
    id: 'small-sample',
    severity: 'warning',
    cells: few.map(concerned),
    text: `To be surely met, ${someOf([...new Set(takes)])} in a cell, independent of each other; ${counted(few.length, 'cell has', 'cells have')} n = ${low(few.map(({ n }) => n))}.`,
    advice: `Repeat with --repetitions ${most} or more; samples of one warm sandbox count for fewer.`,
  };
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
      failures: Object.values(level.errors).reduce((sum, n) => sum + n, 0),
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
    const lost = levels.filter(({ sent, succeeded, errors }) => {
      const failed = Object.values(errors).reduce((sum, n) => sum + n, 0);
      return succeeded + failed < sent;
    });
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
