/** The objectives as a table of text, for terminal, Markdown and page. */
import { conditionsKey, runtimeName } from '../../domain/factors.js';
import type { ObjectiveResult } from '../../domain/summary/objective-result.js';
import type { Summary } from '../../domain/summary/summary.js';
import { milliseconds } from '../../domain/units.js';
import { groupCells, groupExtras, payloadText } from '../cell-groups.js';
import {
  absent,
  asciiSigns,
  formatDuration,
  formatDurationInterval,
  formatSignificant,
  type Signs,
} from '../format-quantity.js';

export interface ObjectiveLine {
  readonly objective: string;
  /** The cell without its runtime: `hashing, small, 64 B, cold`. */
  readonly cell: string;
  readonly runtime: string;
  /** With its interval. */
  readonly measured: string;
  readonly verdict: ObjectiveResult['verdict'];
  readonly why: string;
}

export const objectivesReading =
  'met: the whole 95 % interval of the figure keeps to the objective; missed: the whole interval breaks it; unsure: ' +
  'neither, or there is no interval. Unsure is an answer, and neither of the other two.';

/** What is missed first, then what is unsure; within these in the order of objectives and cells. */
const order = ['missed', 'unsure', 'met'] as const;

/** One line for each objective and cell; none for a run whose experiment has none. */
export function objectiveLines(summary: Summary, signs: Signs = asciiSigns): ObjectiveLine[] {
  const { objectives = [] } = summary;
  if (objectives.length === 0) return [];
  const names = cellNames(summary);
  const lines = objectives.map((result) => ({
    objective: result.objective,
    cell: names.get(conditionsKey(result)) ?? `${result.function}, ${result.payload}, ${result.start}`,
    runtime: runtimeName(result),
    measured: measuredText(result, signs),
    verdict: result.verdict,
    why: result.why,
  }));
  return order.flatMap((verdict) => lines.filter((line) => line.verdict === verdict));
}

/** What the tables call a cell's conditions, by their key. */
export function cellNames(summary: Summary): ReadonlyMap<string, string> {
  const groups = groupCells(summary);
  return new Map(
    groups.map((group) => [
      group.key,
      [group.function, payloadText(group), group.start, ...groupExtras(group, groups)].join(', '),
    ]),
  );
}

/** "2 met, 1 missed, 1 unsure", without those that do not occur. */
export function objectiveCounts({ objectives = [] }: Summary): string {
  const counts = (['met', 'missed', 'unsure'] as const).map((verdict) => ({
    verdict,
    count: objectives.filter((one) => one.verdict === verdict).length,
  }));
  return counts
    .filter(({ count }) => count > 0)
    .map(({ verdict, count }) => `${count} ${verdict}`)
    .join(', ');
}

/** The figure with its interval, `12.3 ms [11.9, 12.8]`; an end that the samples do not set is `inf`. */
export function measuredText({ unit, measured, ci95 }: ObjectiveResult, signs: Signs = asciiSigns): string {
  if (measured === undefined) return absent;
  const ends = ci95 === undefined ? undefined : ([ci95[0], ci95[1] ?? Number.POSITIVE_INFINITY] as const);
  const plain = (of: (value: number) => string): string =>
    ends === undefined ? '' : ` [${of(ends[0])}, ${of(ends[1])}]`;
  switch (unit) {
    case 'ms': {
      const value = milliseconds(measured);
      if (ends === undefined) return formatDuration(value, signs);
      const interval = [milliseconds(ends[0]), milliseconds(ends[1])] as const;
      return `${formatDuration(value, signs)} ${formatDurationInterval(interval, value, signs)}`;
    }
    case 'share': {
      const percent = (share: number): string => formatSignificant(share * 100);
      return `${percent(measured)} %${plain(percent)}`;
    }
    case 'per-second':
      return `${formatSignificant(measured)} /s${plain(formatSignificant)}`;
    case 'per-million':
      return `$${formatSignificant(measured)}${plain(formatSignificant)}`;
  }
}
