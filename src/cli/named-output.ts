/** `--out`, `--junit` and `--plot`: an output that the user named, checked before anything is written. */
import { accessSync, constants, existsSync, readdirSync, readFileSync, statSync, type Stats } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { invalidInput } from '../domain/errors.js';
import { escapeControls } from '../domain/terminal-text.js';
import { makeFolders } from '../files/make-folders.js';
import { writeOutput, type OutputSink } from '../files/output-file.js';
import { outputPlace, type FilePlace, type OutputPlace } from '../files/output-place.js';
import { writing } from '../files/write-failure.js';
import { RunDirectory } from '../records/run-directory.js';
import { note } from './output.js';
import { ReaderHasLeft, writeToStandardOutput } from './standard-output.js';
import { formatNames, isOurs, type OutputFormat } from './written-formats.js';

export interface NamedOutput {
  readonly option: '--out' | '--junit' | '--plot';
  readonly path: string;
  readonly format: OutputFormat;
  /** `--force`: write over whatever file is there. */
  readonly force?: boolean | undefined;
  /** Run directories of this command, whose files must stay under any name (hard links). */
  readonly runs?: readonly string[];
  /** Files that this command reads. */
  readonly inputs?: readonly string[];
  /** The file that this command writes by default, and may always write. */
  readonly ownFile?: string;
  /** Whether folders that are missing are made. */
  readonly makesFolders?: boolean;
}

/** Whether it goes to standard output, where nothing else may go then. */
export const goesToStandardOutput = ({ path }: Pick<NamedOutput, 'path'>): boolean =>
  path === '-' || ['/dev/stdout', '/dev/fd/1', '/proc/self/fd/1'].includes(path);

/** @throws LumosError `invalid-input` where the output and `--json` would both go to standard output */
export function checkStandardOutputIsFree(output: NamedOutput, json: boolean | undefined): void {
  if (json === true && goesToStandardOutput(output))
    throw invalidInput(
      `${output.option} ${output.path} and --json would both be written to standard output`,
      `Name a file for ${output.option}.`,
    );
}

/**
 * Says at once what would fail only after the work: a refused file, a folder that cannot be written. A folder that
 * will be made may be missing. @throws LumosError
 */
export function checkOutput(output: NamedOutput): void {
  if (output.makesFolders === true && !goesToStandardOutput(output) && !existsSync(dirname(output.path)))
    return;
  const place = allowedPlace(output);
  if (place.kind === 'file' && place.existing === undefined)
    writing(place.path, () => accessSync(dirname(place.realPath), constants.W_OK));
}

/**
 * Hands `work` a sink that leads to the output; a file is whole or as it was before.
 * @returns what `work` gives; undefined when the reader of standard output left before the end
 * @throws LumosError for an output that must not or cannot be written
 */
export async function streamTo<T>(
  output: NamedOutput,
  work: (sink: OutputSink) => Promise<T>,
): Promise<T | undefined> {
  if (output.makesFolders === true && !goesToStandardOutput(output))
    writing(output.path, () => makeFolders(dirname(output.path)));
  const place = allowedPlace(output);
  const settings = {
    standardOutput: writeToStandardOutput,
    onWaiting: (path: string) => note(`waiting for a reader of ${path}`),
  };
  try {
    return await writeOutput(place, settings, (sink) =>
      work(jsonFormats.has(output.format) ? escapingSink(sink) : sink),
    );
  } catch (error) {
    if (error instanceof ReaderHasLeft) return undefined;
    throw error;
  }
}

/**
 * JSON that is written has its control characters as escapes, wherever it goes: the value stays the same, and a terminal can
 * show the file. What a terminal could follow in other formats is escaped only where standard output is one.
 */
const escapingSink =
  (sink: OutputSink): OutputSink =>
  (chunk) =>
    sink(typeof chunk === 'string' ? escapeControls(chunk) : chunk);

const jsonFormats: ReadonlySet<OutputFormat> = new Set(['json', 'hyperfine', 'k6', 'k6-points', 'model']);

export async function writeTo(output: NamedOutput, content: string | Uint8Array): Promise<void> {
  await streamTo(output, (sink) => sink(content));
}

function allowedPlace(output: NamedOutput): OutputPlace {
  const place = outputPlace(output.path);
  if (place.kind === 'file' && output.force !== true && !isOwnFile(place, output)) refuse(place, output);
  return place;
}

function isOwnFile({ realPath }: FilePlace, { ownFile }: NamedOutput): boolean {
  if (ownFile === undefined || !existsSync(dirname(ownFile))) return false;
  const own = outputPlace(ownFile);
  return own.kind === 'file' && own.realPath === realPath;
}

function refuse(place: FilePlace, { option, format, runs = [], inputs = [] }: NamedOutput): void {
  const refused = (why: string): never => {
    throw invalidInput(
      `${option} ${place.path}: ${why}`,
      'Name another file, or write over it with --force.',
    );
  };
  const run = runAround(place.realPath);
  if (run !== undefined) refused(`this is a file of the run in ${run}`);
  const { existing } = place;
  if (existing === undefined) return;
  for (const folder of runs) {
    const original = filesOfRun(folder).find((file) => isSame(file, existing));
    if (original !== undefined) refused(`this is another name of ${original}`);
  }
  if (inputs.some((input) => isSame(input, existing))) refused('this is the file that is read');
  if (!writing(place.path, () => isReadable(place) && isOurs(place.realPath, format)))
    refused(`the file that is there is not ${formatNames[format]} of Lumos`);
}

function isReadable({ realPath }: FilePlace): boolean {
  try {
    accessSync(realPath, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}

/** The run directory that `path` is a file of: one of the names that a run writes, whether it is there yet or not. */
function runAround(path: string): string | undefined {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    if (isRunDirectory(folder) && namesOfRun(folder).has(relative(folder, path).split(sep)[0] ?? ''))
      return folder;
    if (folder === dirname(folder)) return undefined;
  }
}

function isRunDirectory(folder: string): boolean {
  const { manifestPath, measurementsPath } = new RunDirectory(folder);
  try {
    // A manifest that was damaged does not make the rows beside it anybody's.
    return readFileSync(manifestPath, 'utf8').includes('"lumos/run@') || existsSync(measurementsPath);
  } catch {
    return false;
  }
}

function namesOfRun(folder: string): ReadonlySet<string> {
  const run = new RunDirectory(folder);
  const paths = [
    ...[run.manifestPath, run.measurementsPath, run.levelsPath, run.latencySumsPath],
    ...[run.summaryPath, run.reportPath, run.logsPath, join(folder, 'run.lock')],
  ];
  return new Set(paths.map((path) => relative(folder, path)));
}

function filesOfRun(folder: string): string[] {
  const { logsPath } = new RunDirectory(folder);
  const logs = existsSync(logsPath) ? readdirSync(logsPath).map((name) => join(logsPath, name)) : [];
  return [...[...namesOfRun(folder)].map((name) => join(folder, name)), ...logs];
}

function isSame(path: string, { dev, ino }: Stats): boolean {
  try {
    const found = statSync(path);
    return found.dev === dev && found.ino === ino;
  } catch {
    return false;
  }
}
