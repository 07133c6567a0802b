/** `lumos compare`: two run directories side by side. */
import { markedColors } from '../../domain/terminal-text.js';
import { invalidInput } from '../../domain/errors.js';
import { RunDirectory } from '../../records/run-directory.js';
import { renderComparisonTable } from '../../report/compare.js';
import { compareRuns } from '../../report/summarize/compare-runs.js';
import { analyse } from '../analysis.js';
import { exitCodes, type ExitCode } from '../exit-codes.js';
import { print, printJson, tableWidth, wantsColour } from '../output.js';

export async function compare(
  basePath: string,
  candidatePath: string,
  options: { readonly json?: boolean; readonly margin?: number; readonly strict?: boolean },
): Promise<ExitCode> {
  const base = await analyse(new RunDirectory(basePath), options);
  const candidate = await analyse(new RunDirectory(candidatePath), options);
  const margin = options.margin ?? base.summary.margin;
  if (!(margin > 0 && margin <= 1))
    throw invalidInput('--margin: a share above 0 and up to 1 is expected', 'For 5 %: --margin 0.05');
  const compared = compareRuns(base.accumulated, candidate.accumulated, {
    margin,
    seed: base.manifest.seed,
    plannedCells: base.manifest.cells,
    load: { base: base.load, candidate: candidate.load },
  });
  if (options.json === true) printJson({ schema: 'lumos/comparison@1', margin, ...compared });
  else
    print(
      renderComparisonTable(compared, { margin, width: tableWidth(), color: markedColors(wantsColour()) }),
    );
  return exitCodes.done;
}
