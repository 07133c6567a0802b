/** Whether arms took turns, and whether the rows of one arm are of one campaign. */
import { CellSchema, runtimeName, type Cell } from '../../../domain/factors.js';
import type { ConcernedCells, ValidityFinding } from '../../../domain/validity.js';
import { labelRuns, type LabelRuns } from '../../../stats/label-runs.js';
import { counted, groupBy, keyWithout, someOf, spanText, type CheckedRun } from '../check.js';
import { timesOf, type CellFacts } from '../run-facts.js';

/** Deviations of a normal distribution: an order this blocky comes about by chance once in 30 000 runs. */
const surely = 4;

const hour = 3_600_000;

/** All factors but payload and runtime: within such a group, runtimes should take turns. */
const groupKey = ({ cell }: CellFacts): string => keyWithout(cell, 'payload', 'runtime', 'class', 'options');

interface Turns extends LabelRuns {
  readonly cell: Cell;
  /** How far apart the middles of the two farthest arms are, in milliseconds. */
  readonly apart: number;
}

const middle = (times: readonly number[]): number => times[Math.floor((times.length - 1) / 2)] as number;

/** The order in which the runtimes of one group took turns; undefined where there is only one, or no time is known. */
function turnsOf(group: readonly CellFacts[]): Turns | undefined {
  const trials = group
    .flatMap((facts) =>
      [...facts.trials.values()].flatMap(({ trial, startedAt }) =>
        startedAt === undefined ? [] : [{ trial, startedAt, runtime: runtimeName(facts.cell) }],
      ),
    )
    .sort((a, b) => a.startedAt - b.startedAt || a.trial - b.trial);
  const arms = groupBy(trials, ({ runtime }) => runtime).map((own) =>
    middle(own.map((one) => one.startedAt)),
  );
  const [first] = group;
  if (arms.length < 2 || first === undefined) return undefined;
  const runs = labelRuns(trials.map(({ runtime }) => runtime));
  return { ...runs, cell: first.cell, apart: Math.max(...arms) - Math.min(...arms) };
}

/**
 * Runtimes in blocks of time instead of in turns: fewer changes from one to another than a random order would have, over all
 * functions and starts together. Interleaved plans have at least as many as a random order.
 */
export function checkInterleaving({ facts }: CheckedRun): ValidityFinding[] {
  const groups = groupBy(facts.cells(), groupKey).flatMap((group) => turnsOf(group) ?? []);
  const sum = (of: (turns: Turns) => number): number => groups.reduce((total, turns) => total + of(turns), 0);
  const [runs, expected, variance] = [sum((t) => t.runs), sum((t) => t.expected), sum((t) => t.variance)];
  if (variance === 0 || runs >= expected - surely * Math.sqrt(variance)) return [];
  const blocky = groups.filter((turns) => turns.runs < turns.expected);
  const apart = Math.max(...blocky.map((turns) => turns.apart));
  return [
    {
      id: 'not-interleaved',
      severity: 'serious',
      cells: blocky.map(({ cell }): ConcernedCells => ({ function: cell.function, start: cell.start })),
      text:
        `Runtimes ran in blocks of time, one after the other, and not in turns: ${counted(blocky.length, 'combination')} of function ` +
        `and start have ${runs - groups.length} changes from one runtime to another where a random order has about ${Math.round(expected - groups.length)}. ` +
        `The middles of their arms are up to ${spanText(apart)} apart.`,
      advice:
        'Whatever drifts with time (heat, neighbours, deployments) is in the ratios and in no interval. Measure again with arms interleaved.',
    },
  ];
}

/** Rows of one function on one runtime at one start, payloads together. */
const armKey = ({ cell }: CellFacts): string => keyWithout(cell, 'payload');

interface Splice {
  readonly cells: ConcernedCells;
  readonly text: string;
  readonly span: number;
}

/** @param pause the longest time in which nothing at all was measured, which is told by itself */
function spliceOf(arm: readonly CellFacts[], runDuration: number, pause: number): Splice | undefined {
  const cell = CellSchema.parse(arm[0]?.cell);
  const cells = { function: cell.function, runtime: cell.runtime, start: cell.start };
  const name = `${cell.function}, ${cell.start}, on ${runtimeName(cell)}`;
  const deployments = new Set(arm.flatMap((facts) => [...facts.deployments.keys()]));
  const times = arm.flatMap(timesOf).sort((a, b) => a - b);
  if (deployments.size > 1) {
    const span = (times.at(-1) ?? 0) - (times[0] ?? 0);
    return { cells, span, text: `${name}: ${deployments.size} deployments over ${spanText(span)}` };
  }
  const gap = widestGap(times);
  if (deployments.size > 0 || gap - pause < hour || !isUnlikely(gap, runDuration, new Set(times).size))
    return undefined;
  return { cells, span: gap, text: `${name}: nothing for ${spanText(gap)} between its trials` };
}

const widestGap = (times: readonly number[]): number =>
  times.reduce((widest, at, i) => (i === 0 ? 0 : Math.max(widest, at - (times[i - 1] as number))), 0);

/** Whether trials that fall anywhere in the run leave such a gap less than once in 10 000 runs (by the union bound). */
const isUnlikely = (gap: number, duration: number, trials: number): boolean =>
  trials * (1 - gap / duration) ** trials < 1e-4;

/** Arms that are put together from several deployments, or from times far apart; and a run that stood still for hours. */
export function checkSplices({ facts, manifest }: CheckedRun): ValidityFinding[] {
  const cells = facts.cells();
  const times = cells.flatMap(timesOf).sort((a, b) => a - b);
  const duration = (times.at(-1) ?? 0) - (times[0] ?? 0);
  const pause = widestGap(times);
  const spliced = groupBy(cells, armKey).flatMap((arm) => spliceOf(arm, duration, pause) ?? []);
  return [...splicedArms(spliced), ...(pause > hour ? [pauseOf(manifest.resumed > 0, pause)] : [])];
}

function splicedArms(spliced: readonly Splice[]): ValidityFinding[] {
  if (spliced.length === 0) return [];
  const texts = spliced.map(({ text }) => text);
  const span = spanText(Math.max(...spliced.map((one) => one.span)));
  return [
    {
      id: 'spliced',
      severity: spliced.some((one) => one.span > hour) ? 'serious' : 'warning',
      cells: spliced.map((one) => one.cells),
      text: `${counted(spliced.length, 'arm is', 'arms are')} spliced from deployments or times up to ${span} apart: ${someOf(texts, 12)}.`,
      advice:
        'Payloads of such an arm are not comparable with each other beyond doubt: measure the arm in one campaign.',
    },
  ];
}

const pauseOf = (resumed: boolean, pause: number): ValidityFinding => ({
  id: 'spliced',
  severity: 'warning',
  cells: [],
  text: `${resumed ? 'The run was interrupted and taken up again' : 'The campaign stood still'}: nothing was measured for ${spanText(pause)}.`,
  advice: 'Where the machine may have changed meanwhile, measure again in one go.',
});
