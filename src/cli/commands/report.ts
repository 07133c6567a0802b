/** `lumos report`: a run directory in the format asked for. */
import { didYouMean } from '../../domain/did-you-mean.js';
import { invalidInput } from '../../domain/errors.js';
import type { ModelSection } from '../../domain/model-section.js';
import type { RunManifest } from '../../domain/run-manifest.js';
import type { Summary } from '../../domain/summary/summary.js';
import { sectionOfRun } from '../../model/section/section-of-run.js';
import { RecordProblems } from '../../records/record-problems.js';
import { RunDirectory, toJson } from '../../records/run-directory.js';
import { renderCsv } from '../../report/csv.js';
import { renderHyperfine } from '../../report/exports/hyperfine.js';
import { renderK6Summary } from '../../report/exports/k6.js';
import { renderHtml } from '../../report/html/render-html.js';
import { renderJunit } from '../../report/junit/render-junit.js';
import { renderMarkdown } from '../../report/markdown.js';
import { writeParquet } from '../../report/parquet.js';
import { readRun } from '../../records/read-run.js';
import { invalidCellsOf, type LoadCells } from '../../report/levels/load-cells.js';
import { counted } from '../../report/validity/check.js';
import { analyse, samplesOf, validRows } from '../analysis.js';
import { junitOutput, writeJunit } from '../junit-file.js';
import { checkOutput, goesToStandardOutput, streamTo, writeTo, type NamedOutput } from '../named-output.js';
import { readModelFile } from './model/model-input.js';
import { exitCodes, type ExitCode } from '../exit-codes.js';
import { note, warning } from '../output.js';
import { tellProblems } from '../record-problems.js';
import { rowFormats, writeRows, type RowFormat } from '../rows-output.js';

const formats = ['html', 'md', 'csv', 'json', 'parquet', 'junit', 'hyperfine', 'k6', ...rowFormats] as const;
type Format = (typeof formats)[number];

export interface ReportOptions {
  readonly format: string;
  readonly out?: string;
  /** A file for a JUnit report besides. */
  readonly junit?: string;
  /** Write over whatever file is there. */
  readonly force?: boolean;
  readonly json?: boolean;
  /** Refuse a run with a record that cannot be read, or that is there twice. */
  readonly strict?: boolean;
  /** A model file, for the section about it; of HTML and Markdown. */
  readonly model?: string;
}

export async function report(path: string, options: ReportOptions): Promise<ExitCode> {
  const format = options.json === true ? 'json' : parseFormat(options.format);
  const directory = new RunDirectory(path);
  const outputs = outputsOf(directory, format, options);
  directory.readManifest();
  // What is wrong with an output is said before any row is read.
  for (const output of [outputs.out, outputs.junit]) if (output !== undefined) checkOutput(output);
  if (isStreamed(format) && outputs.junit === undefined) {
    await reportRows(directory, format, outputs.out, options);
    return exitCodes.done;
  }
  const { manifest, summary, load } = await analyse(directory, options);
  const model = options.model === undefined ? undefined : modelOf(options.model, format, summary);
  if (outputs.junit !== undefined) {
    await writeJunit(outputs.junit, { manifest, summary });
    noteWritten(outputs.junit);
  }
  if (isStreamed(format)) {
    await reportRows(directory, format, outputs.out, options);
    return exitCodes.done;
  }
  await writeTo(outputs.out, await textOf(format, { directory, manifest, summary, load, model }));
  if (format === 'html') noteWritten(outputs.out);
  return exitCodes.done;
}

function noteWritten(output: NamedOutput): void {
  if (!goesToStandardOutput(output)) note(`wrote ${output.path}`);
}

/** @throws LumosError `invalid-input` for a format that needs a file, and for two outputs in one place */
function outputsOf(
  directory: RunDirectory,
  format: Format,
  { out, junit, model, force }: ReportOptions,
): { readonly out: NamedOutput; readonly junit?: NamedOutput } {
  if (out === undefined && format === 'parquet')
    throw invalidInput('--format parquet is binary and needs a file', 'Name one with --out FILE.');
  const path = out ?? (format === 'html' ? directory.reportPath : '-');
  const output: NamedOutput = {
    ...{ option: '--out', path, format, force, runs: [directory.path] },
    inputs: model === undefined ? [] : [model],
    ...(format === 'html' ? { ownFile: directory.reportPath } : {}),
  };
  if (junit === undefined) return { out: output };
  if (junit === path || (goesToStandardOutput({ path: junit }) && goesToStandardOutput(output)))
    throw invalidInput(
      `--junit and the report would both be written to ${junit}`,
      'Name another file for one of them.',
    );
  return { out: output, junit: junitOutput(junit, directory.path, force) };
}

const isStreamed = (format: Format): format is RowFormat | 'parquet' =>
  format === 'parquet' || isRowFormat(format);

const isRowFormat = (format: Format): format is RowFormat => rowFormats.some((one) => one === format);

interface Reported {
  readonly directory: RunDirectory;
  readonly manifest: RunManifest;
  readonly summary: Summary;
  readonly load: LoadCells;
  readonly model: ModelSection | undefined;
}

async function textOf(
  format: Exclude<Format, 'parquet' | RowFormat>,
  { directory, manifest, summary, load, model }: Reported,
): Promise<string> {
  switch (format) {
    case 'html': {
      const samples = await samplesOf(directory, load);
      return renderHtml({ manifest, summary, samples, ...(model === undefined ? {} : { model }) });
    }
    case 'junit':
      return renderJunit({ manifest, summary });
    case 'md':
      return renderMarkdown(summary, model);
    case 'csv':
      return renderCsv(summary);
    case 'json':
      return toJson(summary);
    case 'hyperfine':
      return renderHyperfine((await readRun(directory)).rows, load);
    case 'k6':
      return renderK6Summary(summary);
  }
}

/** @throws LumosError `invalid-input` for a format that has no place for it, and for what is no model file */
function modelOf(path: string, format: Format, summary: Summary): ModelSection {
  if (format !== 'html' && format !== 'md')
    throw invalidInput(
      `--model: a report as ${format} has no section about a model`,
      'Leave it out, or use --format html or md; lumos model validate --json has its errors.',
    );
  const file = readModelFile(path);
  note('predicting each cell without itself ...');
  return sectionOfRun(
    file,
    summary.cells.flatMap((cell) =>
      cell.latencyMs === undefined ? [] : [{ cell, medianMs: cell.latencyMs.p50 }],
    ),
  );
}

function parseFormat(name: string): Format {
  const found = formats.find((format) => format === name);
  if (found !== undefined) return found;
  throw invalidInput(
    `--format: there is no format "${name}"`,
    `${didYouMean(name, [...formats])}There are: ${formats.join(', ')}.`,
  );
}

/** Rows without those of levels that are not valid: whoever reads them takes statistics of them. */
async function reportRows(
  directory: RunDirectory,
  format: RowFormat | 'parquet',
  output: NamedOutput,
  options: ReportOptions,
): Promise<void> {
  const problems = new RecordProblems(options);
  const { levels, rows } = await readRun(directory, problems);
  let invalid = 0;
  const count = (): void => void (invalid += 1);
  const valid = validRows(rows, { isInvalid: invalidCellsOf(levels) }, count);
  if (format === 'parquet') {
    const written = await streamTo(output, (sink) => writeParquet(valid, sink));
    if (written !== undefined) note(`wrote ${counted(written, 'row')} to ${output.path}`);
  } else {
    await streamTo(output, (sink) => writeRows(format, valid, sink));
    noteWritten(output);
  }
  if (invalid > 0) note(warning(`left out: ${counted(invalid, 'row')} of levels that are not valid`));
  tellProblems(problems);
}
