/** `lumos model validate`. */
import { writeFileSync } from 'node:fs';
import { fitCells, fitModel } from '../../../model/fit/fit-model.js';
import type { Fitted } from '../../../model/fit/left-out.js';
import { errorsByStart } from '../../../model/validate/by-start.js';
import { validateModel, type SchemeResult, type Validation } from '../../../model/validate/validate-model.js';
import { formatShare } from '../../../report/format-quantity.js';
import { invalidInput } from '../../../domain/errors.js';
import { exitCodes, type ExitCode } from '../../exit-codes.js';
import { renderFitted } from '../../fitted-table.js';
import { note, print, printJson, tableWidth } from '../../output.js';
import { packageVersion } from '../../package-root.js';
import { calibrationSvg } from './calibration-plot.js';
import { readModelFile, readModelRuns } from './model-input.js';

export interface ValidateOptions {
  readonly model?: string;
  readonly plot?: string;
  readonly json?: boolean;
  /** The table as Markdown, for a document. */
  readonly md?: boolean;
  readonly functionsPath: readonly string[];
}

async function fittedFrom(directories: readonly string[], options: ValidateOptions): Promise<Fitted> {
  if (options.model === undefined)
    return fitModel(await readModelRuns(directories, options.functionsPath), packageVersion()).fitted;
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
  else if (options.md === true) print(markdownOf(validation));
  else print(validationText(validation));
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
        predictedMs,
        ...(interval === undefined ? {} : { interval90: interval }),
      })),
    })),
    unanswered,
    ...(measurementError === undefined ? {} : { measurementError }),
  };
}

const share = (value: number | undefined): string => (value === undefined ? '-' : formatShare(value));

const baselineNames = (schemes: readonly SchemeResult[]): string[] => [
  ...new Set(schemes.flatMap(({ baselines }) => Object.keys(baselines))),
];

const headOf = (names: readonly string[]): string[] => [
  ...['left out', 'cells', 'median error', 'p90 error', '90 % intervals hold'],
  ...names,
];

function rowsOf(schemes: readonly SchemeResult[], names: readonly string[]): string[][] {
  return schemes.map((one) => [
    one.scheme,
    String(one.cells),
    share(one.medianApe),
    share(one.p90Ape),
    share(one.coverage90),
    ...names.map((name) => share(one.baselines[name]?.medianApe)),
  ]);
}

function markdownOf({ schemes, unanswered, measurementError }: Validation): string {
  const names = baselineNames(schemes);
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const head = headOf(names);
  return [
    line(head),
    line(head.map(() => '---')),
    ...rowsOf(schemes, names).map(line),
    '',
    `Error of measuring itself (median): ${share(measurementError)}.`,
    ...unanswered.map(({ scheme, why }) => `${scheme}: not answered, ${why}.`),
  ].join('\n');
}

function validationText({ schemes, unanswered, measurementError }: Validation): string {
  const names = baselineNames(schemes);
  return [
    renderFitted(headOf(names), rowsOf(schemes, names), tableWidth()),
    'Errors: |predicted / measured - 1| of the median latency; the last columns are naive predictors, median error.',
    ...(measurementError === undefined
      ? []
      : [
          `Measuring itself leaves a median error of ${share(measurementError)} in a cell's median: against it, hardly any predictor gets below that.`,
        ]),
    ...unanswered.map(({ scheme, why }) => `${scheme}: not answered, ${why}.`),
    '',
    'Calibration: of intervals that promise a share, how many hold the measured value.',
    calibrationText(schemes),
  ].join('\n');
}

function calibrationText(schemes: readonly SchemeResult[]): string {
  const nominals = schemes[0]?.calibration.map(({ nominal }) => nominal) ?? [];
  const rows = schemes.map(({ scheme, calibration }) => [
    scheme,
    ...nominals.map((nominal) => share(calibration.find((one) => one.nominal === nominal)?.observed)),
  ]);
  return renderFitted(['promised', ...nominals.map((nominal) => share(nominal))], rows, tableWidth());
}
