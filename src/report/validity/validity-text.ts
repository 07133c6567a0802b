/** Findings of validity as lines for a terminal. */
import type { Colors } from '../../domain/terminal-text.js';
import type { Summary } from '../../domain/summary/summary.js';
import type { ValiditySeverity } from '../../domain/validity.js';
import { counted } from './check.js';
import { printable, wrapText } from '../wrap-text.js';

/** `2 serious, 3 warnings`; empty where nothing was found. */
export function validityCounts({ validity = [] }: Summary): string {
  const of = (severity: ValiditySeverity): number =>
    validity.filter((one) => one.severity === severity).length;
  const [serious, warnings, notices] = [of('serious'), of('warning'), of('notice')];
  return [
    ...(serious === 0 ? [] : [`${serious} serious`]),
    ...(warnings === 0 ? [] : [counted(warnings, 'warning')]),
    ...(notices === 0 ? [] : [counted(notices, 'notice')]),
  ].join(', ');
}

/** No line is longer than `width`; none where nothing was found. */
export function validityText(summary: Summary, width: number, colors: Colors): string[] {
  const { validity = [] } = summary;
  if (validity.length === 0) return [];
  const paint = { serious: colors.red, warning: colors.yellow, notice: colors.dim };
  return [
    colors.bold(`Validity: ${validityCounts(summary)}`),
    ...validity.flatMap(({ id, severity, text, advice }) => [
      '',
      paint[severity](`${severity}: ${id}`),
      ...wrapText(printable(text), width - 4).map((line) => `    ${line}`),
      ...wrapText(printable(advice), width - 4).map((line) => colors.dim(`    ${line}`)),
    ]),
    '',
  ];
}
