/** `lumos import`: figures of elsewhere into a run directory. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { invalidInput } from '../../domain/errors.js';
import { RuntimeClassSchema, type RuntimeClass } from '../../domain/factors.js';
import type { Summary } from '../../domain/summary/summary.js';
import { sourceName } from '../../files/text-source.js';
import { importFormat } from '../../import/formats.js';
import type { ImportedRows, ImportOptions } from '../../import/imported-rows.js';
import { StagedDirectory, unwritable } from '../../import/staged-directory.js';
import { writeImport } from '../../import/write-import.js';
import { chunksOf, isThere } from '../../files/input.js';
import { refuseTooLittle } from '../../model/fit/fit-model.js';
import { readRuns } from '../../model/observations/read-runs.js';
import type { RunDirectory } from '../../records/run-directory.js';
import { renderHtml } from '../../report/html/render-html.js';
import { counted } from '../../report/validity/check.js';
import { validityText } from '../../report/validity/validity-text.js';
import { markedColors } from '../../domain/terminal-text.js';
import { analyse, samplesOf } from '../analysis.js';
import { exitCodes, type ExitCode } from '../exit-codes.js';
import { note, print, printJson, tableWidth, wantsColour } from '../output.js';
import { packageVersion } from '../package-root.js';
import { onStopSignal } from '../stop-signal.js';

export interface ImportCommandOptions {
  readonly out?: string;
  readonly environment?: string;
  readonly function?: string;
  readonly runtime?: string;
  readonly class?: string;
  readonly pool?: string[];
  readonly skipBadRows?: boolean;
  readonly strict?: boolean;
  readonly json?: boolean;
}

function classOf(name: string | undefined): RuntimeClass | undefined {
  if (name === undefined) return undefined;
  const parsed = RuntimeClassSchema.safeParse(name);
  if (parsed.success) return parsed.data;
  throw invalidInput(
    `--class: there is no class "${name}"`,
    `There are: ${RuntimeClassSchema.options.join(', ')}.`,
  );
}

const newDirectory = (format: string): string =>
  join('lumos-results', `${format}-${new Date().toISOString().replace(/[:.]/g, '-').slice(0, 19)}`);

async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of chunksOf(path)) hash.update(chunk);
  return hash.digest('hex');
}

/** What of the command line is for the importer. @throws LumosError `invalid-input` for an empty name */
function importOptionsOf(options: ImportCommandOptions): ImportOptions {
  const { environment, function: name, runtime, pool, skipBadRows, strict } = options;
  for (const [option, value] of Object.entries({ environment, function: name, runtime }))
    if (value?.trim() === '') throw invalidInput(`--${option}: the name is empty`, 'Give a name.');
  const kind = classOf(options.class);
  return {
    ...(environment === undefined ? {} : { environment }),
    ...(name === undefined ? {} : { function: name }),
    ...(runtime === undefined ? {} : { runtime }),
    ...(kind === undefined ? {} : { class: kind }),
    ...(pool === undefined ? {} : { pool }),
    ...(skipBadRows === undefined ? {} : { skipBadRows }),
    ...(strict === undefined ? {} : { strict }),
  };
}

/** A run is a directory: it does not go to standard output. @throws LumosError `invalid-input` */
function checkOut(out: string | undefined): void {
  if (out === '-' || out?.trim() === '')
    throw invalidInput(
      `--out "${out}": an import makes a run directory`,
      'Name a directory that does not exist yet; --json prints what was imported.',
    );
}

export async function importRun(
  formatName: string,
  path: string,
  options: ImportCommandOptions,
): Promise<ExitCode> {
  const format = importFormat(formatName);
  const importOptions = importOptionsOf(options);
  checkOut(options.out);
  if (path !== '-' && !isThere(path))
    throw invalidInput(`${path}: there is no such file or folder`, `For ${format.name} give ${format.what}.`);
  const imported = format.open(path, importOptions);
  const target = StagedDirectory.open(options.out ?? newDirectory(format.name));
  const stop = onInterrupt(() => target.remove());
  try {
    const summary = await Promise.race([
      makeRun(target, imported, format.name, path, stop.signal),
      stop.stopped,
    ]);
    if (summary === undefined) return exitCodes.interrupted;
    await show(target.publish(), summary, options);
    return exitCodes.done;
  } catch (error) {
    throw unwritable(options.out ?? format.name, error);
  } finally {
    // What is no run must not look like one, and must not stand in the way of the next try.
    target.remove();
    stop.forget();
  }
}

/** Everything of a run directory, in the folder where it is staged. */
async function makeRun(
  { staged }: StagedDirectory,
  imported: ImportedRows,
  format: string,
  path: string,
  signal: AbortSignal,
): Promise<Summary> {
  await writeImport(staged, imported, {
    format,
    source: sourceName(path),
    importedAt: new Date().toISOString(),
    lumosVersion: packageVersion(),
    digestOf,
    signal,
  });
  const { manifest, summary, load } = await analyse(staged, { quiet: true });
  staged.writeSummary(summary);
  staged.writeReport(renderHtml({ manifest, summary, samples: await samplesOf(staged, load) }));
  return summary;
}

interface Interrupt {
  readonly signal: AbortSignal;
  /** Fulfilled by the first stop signal. */
  readonly stopped: Promise<undefined>;
  forget(): void;
}

/** A read of a pipe that gives nothing cannot be called back: then the signal's own effect ends the process. */
const leaveAfter = 500;

function onInterrupt(onStop: () => void): Interrupt {
  let end = (): void => undefined;
  const stopped = new Promise<undefined>((resolve) => (end = () => resolve(undefined)));
  const stop = onStopSignal(() => {
    onStop();
    note('interrupted: nothing was imported');
    end();
    setTimeout(() => process.kill(process.pid, 'SIGINT'), leaveAfter).unref();
  });
  return { signal: stop.signal, stopped, forget: () => stop.forget() };
}

async function show(
  directory: RunDirectory,
  summary: Summary,
  { json = false }: ImportCommandOptions,
): Promise<void> {
  if (json) printJson(jsonOf(directory, summary));
  else {
    const lines = validityText(summary, tableWidth(), markedColors(wantsColour()));
    print([`${countsText(summary)} into ${directory.path}`, '', ...lines].join('\n'));
    print(`report:  ${directory.reportPath}\nsummary: ${directory.summaryPath}`);
  }
  const validate = (await canBeFitted(directory)) ? `; lumos model validate ${directory.path}` : '';
  note(`next: lumos report ${directory.path} --format md${validate}`);
}

/** Whether a model can be made of the run: most imports have one function, or functions without a ladder of payloads. */
async function canBeFitted({ path }: RunDirectory): Promise<boolean> {
  try {
    const { cells } = await readRuns([path], () => undefined);
    refuseTooLittle(cells);
    return true;
  } catch {
    return false;
  }
}

const answered = ({ rows, failures }: Summary): number => rows - failures;

const countsText = (summary: Summary): string =>
  `imported ${counted(answered(summary), 'answer')} and ${counted(summary.failures, 'failure')} in ${counted(summary.cells.length, 'cell')}`;

const jsonOf = ({ path }: RunDirectory, summary: Summary): object => ({
  out: path,
  runId: summary.runId,
  rows: summary.rows,
  ok: answered(summary),
  failures: summary.failures,
  cells: summary.cells.length,
  latencySums: summary.latencySums?.length ?? 0,
  validity: summary.validity ?? [],
});
