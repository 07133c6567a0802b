/** `lumos model validate`. */
import { writeFileSync } from 'node:fs';
import { fitCells, fitModel } from '../../../model/fit/fit-model.js';
import type { Fitted } from '../../../model/fit/left-out.js';
import { errorsByStart } from '../../../model/validate/by-start.js';
import { validateModel, type Validation } from '../../../model/validate/validate-model.js';
import { invalidInput } from '../../../domain/errors.js';
import { exitCodes, type ExitCode } from '../../exit-codes.js';
import { note, print, printJson, tableWidth } from '../../output.js';
import { packageVersion } from '../../package-root.js';
import { calibrationSvg } from './calibration-plot.js';
import { readModelFile, readModelRuns } from './model-input.js';
import { validationMarkdown, validationText } from './validation-text.js';

export interface ValidateOptions {
  readonly model?: string;
  readonly plot?: string;
  readonly json?: boolean;
  /** The tables as Markdown, for a document. */
  readonly md?: boolean;
  readonly functionsPath: readonly string[];
  /** Refuse a run with a record that cannot be read, or that is there twice. */
  readonly strict?: boolean;
}

async function fittedFrom(directories: readonly string[], options: ValidateOptions): Promise<Fitted> {
  if (options.model === undefined)
    return fitModel(await readModelRuns(directories, options), packageVersion()).fitted;
  if (directories.length > 0)
    throw invalidInput('Name run directories or --model, not both', 'A model file has its own cells in it.');
  const { cells, shapes } = readModelFile(options.model);
  return fitCells(cells, shapes);
}

export async function validate(directories: readonly string[], options: ValidateOptions): Promise<ExitCode> {
  const fitted = await fittedFrom(directories, options);
  note(`leaving ${fitted.cells.length} cells out in turn ...`);
  const validation = validateModel(fitted);
  if (options.plot !== undefined) {
    writeFileSync(options.plot, calibrationSvg(validation.schemes));
    note(`wrote ${options.plot}`);
  }
  if (options.json === true) printJson(jsonOf(validation));
  else if (options.md === true) print(validationMarkdown(validation));
  else print(validationText(validation, tableWidth()));
  return exitCodes.done;
}

/** As in CONTRACT.md, and what else there is. */
function jsonOf({ schemes, unanswered, measurementError }: Validation): object {
  return {
    schemes: schemes.map(({ predictions, ...scheme }) => ({
      ...scheme,
      byStart: errorsByStart(predictions),
      predictions: predictions.map(({ cell, predictedMs, interval }) => ({
        ...cell.cell,
        measuredMs: cell.latencyMs.p50,
        ...(cell.medianError === undefined ? {} : { measurementError: cell.medianError }),
        predictedMs,
        ...(interval === undefined ? {} : { interval90: interval }),
      })),
    })),
    unanswered,
    ...(measurementError === undefined ? {} : { measurementError }),
  };
}
