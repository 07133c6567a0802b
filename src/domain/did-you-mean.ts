/** The nearest valid name for a wrong one, where one is near enough to be what was meant. */
import { distance } from 'fastest-levenshtein';

/** A shorter beginning fits too many names. */
const shortestBeginning = 3;

/**
 * The name among `known` that `asked` is a slip of: it differs in case, in at most a third of its letters (one in a word
 * of up to four letters, two in one of up to eight), in the order of its letters, or `asked` is its beginning. `undefined`
 * where none is that near.
 */
export function nearestName(asked: string, known: readonly string[]): string | undefined {
  const wanted = asked.slice(0, 200).toLowerCase();
  let nearest: string | undefined;
  let least = Infinity;
  for (const name of known) {
    const steps = distance(wanted, name.slice(0, 200).toLowerCase());
    if (steps >= least) continue;
    least = steps;
    nearest = name;
  }
  if (least <= allowedSteps(wanted.length)) return nearest;
  if (nearest !== undefined && isTransposed(wanted, nearest.toLowerCase(), least)) return nearest;
  if (wanted.length < shortestBeginning) return undefined;
  return known.find((name) => name.toLowerCase().startsWith(wanted));
}

function allowedSteps(length: number): number {
  if (length <= 4) return 1;
  return Math.max(2, Math.floor(length / 3));
}

/** Whether two letters changed places, which counts as two steps. */
const isTransposed = (one: string, other: string, steps: number): boolean =>
  steps === 2 && sortedLetters(one) === sortedLetters(other);

const sortedLetters = (word: string): string => Array.from(word).sort().join('');

/** `Did you mean "x"? `, with the space that separates it from what follows; empty where no name is near enough. */
export function didYouMean(asked: string, known: readonly string[]): string {
  const nearest = nearestName(asked, known);
  return nearest === undefined ? '' : `Did you mean "${nearest}"? `;
}
