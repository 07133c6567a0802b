/** Whether the levels of a load measured their target. */
import type { ValidityFinding } from '../../../domain/validity.js';
import type { Summary } from '../../../domain/summary/summary.js';
import { concerned, counted, groupBy, someOf, type CheckedRun } from '../check.js';

/** Figures in a reason differ from level to level; the reason is the same. */
const withoutFigures = (why: string): string => why.replaceAll(/\d+(?:\.\d+)?/g, '#');

/** `3 of 4 levels are not valid: REASON (2); REASON (1)`; undefined where all are valid. */
export function invalidLevelsText({ levels = [] }: Pick<Summary, 'levels'>): string | undefined {
  const invalid = levels.filter(({ valid }) => !valid);
  if (invalid.length === 0) return undefined;
  const reasons = groupBy(
    invalid.flatMap(({ why }) => why.split('; ')),
    withoutFigures,
  )
    .sort((a, b) => b.length - a.length)
    .map((alike) => `${alike[0] ?? ''} (${alike.length})`);
  const all = counted(levels.length, 'level');
  return `${invalid.length} of ${all} ${invalid.length === 1 ? 'is' : 'are'} not valid: ${someOf(reasons)}`;
}

/** Levels that are not valid have no figure in any answer, verdict or export: how many, and why. */
export function checkInvalidLevels({ summary }: CheckedRun): ValidityFinding[] {
  const { levels = [] } = summary;
  const text = invalidLevelsText(summary);
  if (text === undefined) return [];
  const invalid = levels.filter(({ valid }) => !valid);
  return [
    {
      id: 'invalid-levels',
      severity: invalid.length * 2 >= levels.length ? 'serious' : 'warning',
      cells: invalid.map(concerned),
      text: `${text}. They measured the generator or the machine, not the function, and are in no answer, comparison, objective, knee or model.`,
      advice:
        'Measure again with fewer clients or a lower rate, with --pin, or on a machine with more and quieter CPUs.',
    },
  ];
}
