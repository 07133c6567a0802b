/** `lumos import`: figures of elsewhere into a run directory. */
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, rmSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { invalidInput } from '../../domain/errors.js';
import { RuntimeClassSchema, type RuntimeClass } from '../../domain/factors.js';
import type { Summary } from '../../domain/summary/summary.js';
import { importFormat } from '../../import/formats.js';
import { writeImport } from '../../import/write-import.js';
import { RunDirectory } from '../../records/run-directory.js';
import { renderHtml } from '../../report/html/render-html.js';
import { counted } from '../../report/validity/check.js';
import { validityText } from '../../report/validity/validity-text.js';
import pc from 'picocolors';
import { analyse, samplesOf } from '../analysis.js';
import { exitCodes, type ExitCode } from '../exit-codes.js';
import { note, print, printJson, tableWidth, wantsColour } from '../output.js';
import { packageVersion } from '../package-root.js';

export interface ImportCommandOptions {
  readonly out?: string;
  readonly environment?: string;
  readonly function?: string;
  readonly runtime?: string;
  readonly class?: string;
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
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) hash.update(chunk);
  return hash.digest('hex');
}

export async function importRun(
  formatName: string,
  path: string,
  options: ImportCommandOptions,
): Promise<ExitCode> {
  const format = importFormat(formatName);
  if (!existsSync(path)) throw invalidInput(`${path} is not there`, `Name ${format.what}.`);
  const { environment, function: name, runtime } = options;
  const kind = classOf(options.class);
  const imported = format.open(path, {
    ...(environment === undefined ? {} : { environment }),
    ...(name === undefined ? {} : { function: name }),
    ...(runtime === undefined ? {} : { runtime }),
    ...(kind === undefined ? {} : { class: kind }),
  });
  const directory = new RunDirectory(options.out ?? newDirectory(format.name));
  directory.create();
  try {
    await writeImport(directory, imported, {
      format: format.name,
      source: basename(resolve(path)),
      importedAt: new Date().toISOString(),
      lumosVersion: packageVersion(),
      digestOf,
    });
    await show(directory, options);
  } catch (error) {
    removeMade(directory);
    throw error;
  }
  return exitCodes.done;
}

/** What is no run must not look like one, and must not stand in the way of the next try. */
function removeMade(directory: RunDirectory): void {
  const { measurementsPath, latencySumsPath, manifestPath, summaryPath, reportPath, logsPath } = directory;
  // The manifest first: without it nothing takes the rest for a run, should the process be killed in between.
  for (const made of [manifestPath, measurementsPath, latencySumsPath, summaryPath, reportPath, logsPath])
    rmSync(made, { recursive: true, force: true });
}

/** Summary and report, made as of any run. */
async function show(directory: RunDirectory, { json = false }: ImportCommandOptions): Promise<void> {
  const { manifest, summary, load } = await analyse(directory);
  directory.writeSummary(summary);
  directory.writeReport(renderHtml({ manifest, summary, samples: await samplesOf(directory, load) }));
  if (json) printJson(jsonOf(directory, summary));
  else {
    const lines = validityText(summary, tableWidth(), pc.createColors(wantsColour()));
    print([`${countsText(summary)} into ${directory.path}`, '', ...lines].join('\n'));
    print(`report:  ${directory.reportPath}\nsummary: ${directory.summaryPath}`);
  }
  note(`next: lumos report ${directory.path} --format md; lumos model validate ${directory.path}`);
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
