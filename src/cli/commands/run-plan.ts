/** `lumos run --dry-run`: what would be measured. */
import type { Experiment } from '../../domain/experiment.js';
import type { Cell } from '../../domain/factors.js';
import { loadOf } from '../../domain/load.js';
import { counted } from '../../domain/counted.js';
import { exitCodes, type ExitCode } from '../exit-codes.js';
import { print, printJson } from '../output.js';

/** Says the plan in place of measuring it: nothing that this machine lacks is asked for. */
export function sayPlan(
  experiment: Experiment,
  cells: readonly Cell[],
  trials: number,
  { json }: { readonly json?: boolean },
): ExitCode {
  if (json === true) {
    printJson({ experiment, cells, trials });
    return exitCodes.done;
  }
  const named = (of: (cell: Cell) => string): string => [...new Set(cells.map(of))].join(', ');
  const amount = loadOf(experiment) === undefined ? `, ${counted(trials, 'trial')}` : ', under load';
  print(
    [
      `${experiment.name}: ${counted(cells.length, 'cell')}${amount}; nothing is measured (--dry-run)`,
      `functions: ${named((cell) => `${cell.function} (${cell.payload})`)}`,
      `runtimes:  ${named((cell) => cell.runtime)}`,
      `starts:    ${named((cell) => cell.start)}`,
    ].join('\n'),
  );
  return exitCodes.done;
}
