/** How large a run may be: a plan beyond that is refused before anything of it is made. */
import { invalidInput } from '../domain/errors.js';
import type { Experiment } from '../domain/experiment.js';
import { loadOf } from '../domain/load.js';

/** The plan and its rows are held in memory, by the run and by its report: a million take some gigabytes. */
export const mostInvocations = 1_000_000;
export const mostCells = 100_000;
export const mostLevels = 100_000;

const grouped = (value: number): string => value.toLocaleString('en').replaceAll(',', ' ');

/** @param cells how many there are, or at least so many @throws LumosError `invalid-input` */
export function checkCellCount(cells: number): void {
  if (cells <= mostCells) return;
  throw invalidInput(
    `The experiment has ${grouped(cells)} cells (combinations of its factors), above the bound of ${grouped(mostCells)}: the plan is held in memory.`,
    'Name fewer functions, payloads, runtimes, environments, clients or rates, or split it into several runs.',
  );
}

/** @param samples measured invocations of all cells @throws LumosError `invalid-input` */
export function checkPlanSize(experiment: Experiment, cells: number, samples: number): void {
  checkCellCount(cells);
  const load = loadOf(experiment);
  if (load !== undefined) {
    if (cells * load.rounds <= mostLevels) return;
    throw invalidInput(
      `The load has ${grouped(cells * load.rounds)} levels (${grouped(cells)} cells, each ${load.rounds} times), above the bound of ${grouped(mostLevels)}.`,
      'Name fewer clients or rates, or lower load.rounds (--rounds).',
    );
  }
  if (samples <= mostInvocations) return;
  throw invalidInput(
    `The plan has ${grouped(samples)} measured invocations in ${grouped(cells)} cells, above the bound of ${grouped(mostInvocations)}: its rows are held in memory for the report.`,
    'Lower the repetitions (--repetitions), or split it into several runs.',
  );
}
