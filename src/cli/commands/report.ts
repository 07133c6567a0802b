/** `lumos report`: a run directory in the format asked for. */
import { createWriteStream } from 'node:fs';
import { closest } from 'fastest-levenshtein';
import { invalidInput } from '../../domain/errors.js';
import type { ModelSection } from '../../domain/model-section.js';
import type { RunManifest } from '../../domain/run-manifest.js';
import type { Summary } from '../../domain/summary/summary.js';
import { sectionOfRun } from '../../model/section/section-of-run.js';
import { RecordProblems } from '../../records/record-problems.js';
import { writeWhole } from '../../files/write-whole.js';
import { RunDirectory, toJson } from '../../records/run-directory.js';
import { renderCsv } from '../../report/csv.js';
import { renderHyperfine } from '../../report/exports/hyperfine.js';
import { renderK6Summary } from '../../report/exports/k6.js';
import { renderHtml } from '../../report/html/render-html.js';
import { renderJunit } from '../../report/junit/render-junit.js';
import { renderMarkdown } from '../../report/markdown.js';
import { writeParquet } from '../../report/parquet.js';
import { readLevels } from '../../records/level-store.js';
import { invalidCellsOf, type LoadCells } from '../../report/levels/load-cells.js';
import { counted } from '../../report/validity/check.js';
import { analyse, rowsOf, samplesOf, validRows } from '../analysis.js';
import { writeJunit } from '../junit-file.js';
import { readModelFile } from './model/model-input.js';
import { exitCodes, type ExitCode } from '../exit-codes.js';
import { note, print, warning } from '../output.js';
import { tellProblems } from '../record-problems.js';
import { rowFormats, writeRows, type RowFormat } from '../rows-output.js';

const formats = ['html', 'md', 'csv', 'json', 'parquet', 'junit', 'hyperfine', 'k6', ...rowFormats] as const;
type Format = (typeof formats)[number];

export interface ReportOptions {
  readonly format: string;
  readonly out?: string;
  /** A file for a JUnit report besides. */
  readonly junit?: string;
  readonly json?: boolean;
  /** Refuse a run with a record that cannot be read, or that is there twice. */
  readonly strict?: boolean;
  /** A model file, for the section about it; of HTML and Markdown. */
  readonly model?: string;
}

export async function report(path: string, options: ReportOptions): Promise<ExitCode> {
  const format = options.json === true ? 'json' : parseFormat(options.format);
  const directory = new RunDirectory(path);
  if (format === 'parquet' && options.junit === undefined) {
    await reportParquet(directory, options);
    return exitCodes.done;
  }
  if (isRowFormat(format)) {
    directory.readManifest();
    await reportRows(directory, format, options);
    return exitCodes.done;
  }
  const { manifest, summary, load } = await analyse(directory, options);
  const model = options.model === undefined ? undefined : modelOf(options.model, format, summary);
  if (options.junit !== undefined) {
    writeJunit(options.junit, { manifest, summary });
    note(`wrote ${options.junit}`);
  }
  if (format === 'parquet') {
    await reportParquet(directory, options);
    return exitCodes.done;
  }
  if (format === 'html') {
    const out = options.out ?? directory.reportPath;
    const samples = await samplesOf(directory, load);
    writeWhole(out, renderHtml({ manifest, summary, samples, ...(model === undefined ? {} : { model }) }));
    note(`wrote ${out}`);
    return exitCodes.done;
  }
  const text = await textOf(format, { directory, manifest, summary, load, model });
  if (options.out === undefined) print(text);
  else writeWhole(options.out, text);
  return exitCodes.done;
}

/** Rows are what was measured, and all are given out but for k6: its points go straight into statistics. */
async function reportRows(directory: RunDirectory, format: RowFormat, options: ReportOptions): Promise<void> {
  const problems = new RecordProblems(options);
  const isInvalid = invalidCellsOf(await readLevels(directory.levelsPath, problems));
  const rows = rowsOf(directory, problems);
  let invalid = 0;
  const count = (): void => void (invalid += 1);
  if (format === 'k6-points') await writeRows(format, validRows(rows, { isInvalid }, count), options.out);
  else await writeRows(format, rows, options.out);
  if (invalid > 0) note(warning(`left out: ${counted(invalid, 'row')} of levels that are not valid`));
  tellProblems(problems);
}

const isRowFormat = (format: Format): format is RowFormat => rowFormats.some((one) => one === format);

interface Reported {
  readonly directory: RunDirectory;
  readonly manifest: RunManifest;
  readonly summary: Summary;
  readonly load: LoadCells;
  readonly model: ModelSection | undefined;
}

function textOf(
  format: Exclude<Format, 'html' | 'parquet' | RowFormat>,
  { directory, manifest, summary, load, model }: Reported,
): string | Promise<string> {
  switch (format) {
    case 'junit':
      return renderJunit({ manifest, summary });
    case 'md':
      return renderMarkdown(summary, model);
    case 'csv':
      return renderCsv(summary);
    case 'json':
      return toJson(summary);
    case 'hyperfine':
      return renderHyperfine(rowsOf(directory), load);
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
    `Did you mean "${closest(name, [...formats])}"? There are: ${formats.join(', ')}.`,
  );
}

async function reportParquet(directory: RunDirectory, { out, strict }: ReportOptions): Promise<void> {
  if (out === undefined)
    throw invalidInput('--format parquet is binary and needs a file', 'Name one with --out FILE.');
  directory.readManifest();
  const file = createWriteStream(out);
  const problems = new RecordProblems(strict === undefined ? {} : { strict });
  const rows = await writeParquet(rowsOf(directory, problems), (chunk) => {
    if (file.write(chunk)) return;
    return new Promise<void>((resolve) => file.once('drain', () => resolve()));
  });
  await new Promise<void>((resolve, reject) => {
    file.once('error', reject);
    file.end(() => resolve());
  });
  tellProblems(problems);
  note(`wrote ${rows} rows to ${out}`);
}
