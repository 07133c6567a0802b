/** Whether every line of the run's files is a record of its plan, and every record is there once. */
import { basename } from 'node:path';
import type { ValidityFinding } from '../../../domain/validity.js';
import type { FileProblems } from '../../../records/record-problems.js';
import { counted, someOf, type CheckedRun } from '../check.js';

/** From this share of unreadable lines on, what is left is a selection. */
const seriousShare = 0.05;

/** How many lines the finding names. */
const mostNamed = 3;

/** The lines that were named, by the file's name alone, and how many more there are. */
function named(file: FileProblems, lines: readonly string[], count: number): string {
  const texts = lines.slice(0, mostNamed).map((text) => text.replace(file.path, basename(file.path)));
  const rest = count - texts.length;
  return `${someOf(texts)}${rest > 0 ? `; and ${rest} more` : ''}`;
}

/** Lines that are no record: they are in no figure. */
export function checkUnreadable({ problems = [] }: CheckedRun): ValidityFinding[] {
  return problems
    .filter(({ unreadable }) => unreadable > 0)
    .map((file): ValidityFinding => {
      const { path, record, read, unreadable } = file;
      const lines = read + unreadable;
      return {
        id: 'unreadable-records',
        severity: unreadable / lines >= seriousShare ? 'serious' : 'warning',
        cells: [],
        text: `${unreadable} of the ${counted(lines, 'line')} of ${basename(path)} ${unreadable === 1 ? 'is' : 'are'} no ${record} that can be read, and in no figure: ${named(file, file.firstUnreadable, unreadable)}.`,
        advice:
          'Find out what wrote or damaged the lines. lumos run --resume measures the trials again that they belonged to; --strict refuses such a run.',
      };
    });
}

/** Records that are there several times: each counts once. */
export function checkRepeated({ problems = [] }: CheckedRun): ValidityFinding[] {
  return problems
    .filter(({ repeated }) => repeated > 0)
    .map((file): ValidityFinding => {
      const { path, record, read, repeated } = file;
      return {
        id: 'repeated-records',
        severity: 'warning',
        cells: [],
        text: `${repeated} of the ${counted(read, record)} of ${basename(path)} ${repeated === 1 ? 'repeats' : 'repeat'} the name of another one, and each name counts once: ${named(file, file.firstRepeated, repeated)}.`,
        advice:
          'A row is named by its cell, trial and invocation. If the repeated ones are measurements of their own, give them numbers of their own; else remove them.',
      };
    });
}

/** Rows and levels that nothing in the plan stands for: they are in no figure. */
export function checkUnplanned({ problems = [] }: CheckedRun): ValidityFinding[] {
  return problems
    .filter(({ unplanned }) => unplanned > 0)
    .map((file): ValidityFinding => {
      const { path, record, read, unplanned } = file;
      return {
        id: 'unplanned-records',
        severity: unplanned / read >= seriousShare ? 'serious' : 'warning',
        cells: [],
        text: `${unplanned} of the ${counted(read, record)} of ${basename(path)} ${unplanned === 1 ? 'is' : 'are'} of no trial or level of this run, and in no figure: ${named(file, file.firstUnplanned, unplanned)}.`,
        advice:
          'Find out what changed the files of the run. lumos run --resume removes such rows and measures again what is missing; --strict refuses such a run.',
      };
    });
}
