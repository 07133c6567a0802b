/** The objectives as lines for a terminal. */
import type { Colors } from '../../domain/terminal-text.js';
import type { Summary } from '../../domain/summary/summary.js';
import { printable, wrapText } from '../wrap-text.js';
import { objectiveCounts, objectiveLines, objectivesReading, type ObjectiveLine } from './objective-lines.js';

/**
 * Each objective with its cells, what is missed first; what is missed or unsure with its reason. No line is longer than
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
      ...lines
        .filter((line) => line.objective === objective)
        .flatMap((line) => cellLines(line, width, colors)),
    ]),
    '',
    ...wrapText(objectivesReading, width).map((line) => colors.dim(line)),
    '',
  ];
}

function cellLines(line: ObjectiveLine, width: number, colors: Colors): string[] {
  const { cell, runtime, measured, verdict, why } = line;
  const paint = { met: colors.green, missed: colors.red, unsure: colors.yellow }[verdict];
  const [first = '', ...rest] = wrapText(
    printable(`${verdict.padEnd(6)} ${cell}, ${runtime}: ${measured}`),
    width - 2,
    4,
  );
  return [
    `  ${paint(verdict)}${first.slice(verdict.length)}`,
    ...rest.map((text) => `  ${text}`),
    ...(verdict === 'met' ? [] : wrapText(printable(why), width - 6).map((text) => `      ${text}`)),
  ];
}
