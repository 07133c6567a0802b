/** How many trials an experiment plans for a cell, and how many invocations each of them has. */
import type { Experiment } from './experiment.js';
import type { Cell } from './factors.js';

type Sizing = Pick<Experiment, 'exceptions' | 'repetitions' | 'warm'>;

/** Samples the cell is to have: those of the first exception that fits it, else of the experiment. */
export function repetitionsOf(
  { exceptions, repetitions }: Pick<Sizing, 'exceptions' | 'repetitions'>,
  cell: Cell,
): Experiment['repetitions'] {
  const fits = (names: readonly string[] | undefined, name: string): boolean => names?.includes(name) ?? true;
  const exception = exceptions.find(
    ({ functions, runtimes, payloads }) =>
      fits(functions, cell.function) && fits(runtimes, cell.runtime) && fits(payloads, cell.payload),
  );
  return {
    cold: exception?.repetitions.cold ?? repetitions.cold,
    warm: exception?.repetitions.warm ?? repetitions.warm,
  };
}

/**
 * Measured invocations of each trial of a cell. Warm samples come from several sandboxes: what one sandbox was dealt
 * (where its memory lies, say) is in all of its samples, and only others can show how much that matters.
 */
export function trialSizes(experiment: Sizing, cell: Cell): number[] {
  const { warm } = experiment;
  const repetitions = repetitionsOf(experiment, cell);
  if (cell.start !== 'warm') return Array.from({ length: repetitions.cold }, () => 1);
  const count = Math.max(
    Math.ceil(repetitions.warm / warm.invocationsPerSandbox),
    Math.min(repetitions.warm, warm.sandboxes),
  );
  return Array.from(
    { length: count },
    (_, i) => Math.floor(((i + 1) * repetitions.warm) / count) - Math.floor((i * repetitions.warm) / count),
  );
}
