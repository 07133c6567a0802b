/** `lumos model fit` and `lumos model show`. */
import { counted } from '../../../domain/counted.js';
import { systemOf, workOf } from '../../../model/observations/model-cell.js';
import { fitModel } from '../../../model/fit/fit-model.js';
import type { ModelFile } from '../../../model/fit/model-file.js';
import { toJson } from '../../../records/run-directory.js';
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
import { readModelFile, readModelRuns } from './model-input.js';
import { modelText } from './model-text.js';

const count = (values: readonly string[], what: string): string => {
  const n = new Set(values).size;
  return `${n} ${what}${n === 1 ? '' : 's'}`;
};

const extent = ({ cells }: ModelFile): string =>
  [
    counted(cells.length, 'cell'),
    count(
      cells.map(({ cell }) => workOf(cell)),
      'function',
    ),
    count(
      cells.map(({ cell }) => systemOf(cell)),
      'runtime',
    ),
    count(
      cells.map(({ cell }) => cell.environment),
      'environment',
    ),
  ].join(', ');

export interface FitOptions {
  readonly out: string;
  readonly functionsPath: readonly string[];
  readonly json?: boolean;
  readonly strict?: boolean;
  /** Write over whatever file is there. */
  readonly force?: boolean;
}

export async function fit(directories: readonly string[], options: FitOptions): Promise<ExitCode> {
  const { out, force, json } = options;
  const output: NamedOutput = { option: '--out', path: out, format: 'model', force, runs: directories };
  checkStandardOutputIsFree(output, json);
  checkOutput(output);
  const runs = await readModelRuns(directories, options);
  const { file } = fitModel(runs, packageVersion());
  await writeTo(output, toJson(file));
  if (!goesToStandardOutput(output)) note(`wrote ${out}: ${extent(file)}, data ${file.digest.slice(0, 12)}`);
  if (json === true) printJson({ out, digest: file.digest, cells: file.cells.length });
  return exitCodes.done;
}

export function show(path: string, options: { readonly json?: boolean }): ExitCode {
  const file = readModelFile(path);
  if (options.json === true) {
    const { cells, ...rest } = file;
    printJson({ ...rest, cells: cells.length });
  } else print(modelText(file, extent(file), tableWidth()));
  return exitCodes.done;
}
