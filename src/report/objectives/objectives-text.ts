/** The objectives as lines for a terminal. */
import type { Colors } from '../../domain/terminal-text.js';
import type { Summary } from '../../domain/summary/summary.js';
import { printable, wrapText } from '../wrap-text.js';
import { groupBy } from '../validity/check.js';
import { objectiveCounts, objectiveLines, objectivesReading, type ObjectiveLine } from './objective-lines.js';

/**
 * Each objective with its cells, what is missed first; below cells that are missed or unsure for one reason that reason. No line is longer than
 * `width`; none for a run without objectives.
 */
export function objectivesText(summary: Summary, width: number, colors: Colors): string[] {
  const lines = objectiveLines(summary);
  if (lines.length === 0) return [];
  const objectives = [...new Set((summary.objectives ?? []).map((one) => one.objective))];
  return [
    colors.bold(`Objectives: ${objectiveCounts(summary)}`),
    ...objectives.flatMap((objective) => [
      '',
      ...wrapText(printable(objective), width),
      ...groupBy(
        lines.filter((line) => line.objective === objective),
        ({ verdict, why }) => `${verdict} ${why}`,
      ).flatMap((same) => [
        ...same.flatMap((line) => cellLines(line, width, colors)),
        ...reasonLines(same, width),
      ]),
    ]),
    '',
    ...wrapText(objectivesReading, width).map((line) => colors.dim(line)),
    '',
  ];
}

function cellLines(line: ObjectiveLine, width: number, colors: Colors): string[] {
  const { cell, runtime, measured, verdict } = line;
  const paint = { met: colors.green, missed: colors.red, unsure: colors.yellow }[verdict];
  const [first = '', ...rest] = wrapText(
    printable(`${verdict.padEnd(6)} ${cell}, ${runtime}: ${measured}`),
    width - 2,
    4,
  );
  return [`  ${paint(verdict)}${first.slice(verdict.length)}`, ...rest.map((text) => `  ${text}`)];
}

/** The reason that cells have in common, once below them. */
function reasonLines([line]: readonly ObjectiveLine[], width: number): string[] {
  if (line === undefined || line.verdict === 'met') return [];
  return wrapText(printable(line.why), width - 6).map((text) => `      ${text}`);
}
