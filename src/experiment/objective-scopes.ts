/** The functions and runtimes that objectives name, checked before anything runs. */
import { didYouMean } from '../domain/did-you-mean.js';
import { invalidInput } from '../domain/errors.js';
import type { Experiment } from '../domain/experiment.js';
import { globMatcher } from '../domain/glob.js';
import { scopedObjective } from '../domain/slo.js';

/**
 * Every name and glob must fit something that there is, though not something that this run measures: an option may have
 * left it out. An objective that a misspelt name keeps from every cell would never be missed.
 * @throws LumosError `invalid-input` with the nearest name
 */
export function checkObjectiveScopes(
  { slo }: Pick<Experiment, 'slo'>,
  functions: readonly string[],
  runtimes: readonly string[],
): void {
  for (const [index, entry] of slo.entries()) {
    const scoped = scopedObjective(entry);
    requireKnown(`slo.${index}.functions`, 'function', scoped.functions, functions);
    requireKnown(`slo.${index}.runtimes`, 'runtime', scoped.runtimes, runtimes);
  }
}

function requireKnown(
  where: string,
  what: string,
  patterns: readonly string[] = [],
  known: readonly string[],
): void {
  for (const pattern of patterns) {
    if (known.some(globMatcher(pattern))) continue;
    throw invalidInput(
      `${where}: there is no ${what} "${pattern}"`,
      `${didYouMean(pattern, known)}There are: ${known.join(', ')}.`,
    );
  }
}
