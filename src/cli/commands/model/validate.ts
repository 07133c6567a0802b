/** `lumos model validate`. */
import { counted } from '../../../domain/counted.js';
import { fitCells, fitModel } from '../../../model/fit/fit-model.js';
import type { Fitted } from '../../../model/fit/left-out.js';
import { errorsByStart } from '../../../model/validate/by-start.js';
import { validateModel, type Validation } from '../../../model/validate/validate-model.js';
import { invalidInput } from '../../../domain/errors.js';
import { exitCodes, type ExitCode } from '../../exit-codes.js';
import {
  checkOutput,
  checkStandardOutputIsFree,
  goesToStandardOutput,
  writeTo,
  type NamedOutput,
} from '../../named-output.js';
import { note, print, printJson, tableWidth } from '../../output.js';
import { packageVersion } from '../../package-root.js';
import { calibrationSvg } from './calibration-plot.js';
import { readModelFile, readModelRuns } from './model-input.js';
import { validationMarkdown, validationText } from './validation-text.js';

export interface ValidateOptions {
  readonly model?: string;
  readonly plot?: string;
  /** Write the plot over whatever file is there. */
  readonly force?: boolean;
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
  const plot = plotOutput(directories, options);
  if (plot !== undefined) checkOutput(plot);
  const fitted = await fittedFrom(directories, options);
  note(`leaving ${counted(fitted.cells.length, 'cell')} out in turn ...`);
  const validation = validateModel(fitted);
  if (plot !== undefined) {
    await writeTo(plot, calibrationSvg(validation.schemes));
    if (!goesToStandardOutput(plot)) note(`wrote ${plot.path}`);
  }
  if (options.json === true) printJson(jsonOf(validation));
  else {
    const say = plot !== undefined && goesToStandardOutput(plot) ? note : print;
    say(options.md === true ? validationMarkdown(validation) : validationText(validation, tableWidth()));
  }
  return exitCodes.done;
}

/** @throws LumosError `invalid-input` where plot and table would both go to standard output */
function plotOutput(
  directories: readonly string[],
  { plot, json, model, force }: ValidateOptions,
): NamedOutput | undefined {
  if (plot === undefined) return undefined;
  const output: NamedOutput = {
    ...{ option: '--plot', path: plot, format: 'plot', force, runs: directories },
    inputs: model === undefined ? [] : [model],
  };
  checkStandardOutputIsFree(output, json);
  return output;
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
