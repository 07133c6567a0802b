/** Imported rows into a run directory. */
import { invalidInput } from '../domain/errors.js';
import type { RunManifest } from '../domain/run-manifest.js';
import { closeAfterFailure } from '../files/line-appender.js';
import { writeLatencySums } from '../records/latency-sum-store.js';
import { RowWriter } from '../records/row-store.js';
import type { RunDirectory } from '../records/run-directory.js';
import { appendToLog } from '../records/run-log.js';
import type { ImportedRows, ImportFacts } from './imported-rows.js';
import { ManifestOfRows, type ImportContext } from './manifest-of-rows.js';

/**
 * Writes everything of a run directory but summary and report, which are made from it as of any run. The rows go through in
 * constant memory.
 * @throws LumosError `invalid-input` where there is not one row
 */
export async function writeImport(
  directory: RunDirectory,
  { rows, facts }: ImportedRows,
  context: Omit<ImportContext, 'runId'> & {
    readonly digestOf: (path: string) => Promise<string>;
    /** Ends the import when it aborts. */
    readonly signal?: AbortSignal;
  },
): Promise<RunManifest> {
  const seen = new ManifestOfRows();
  const { calls } = directory;
  const writer = RowWriter.open(directory.measurementsPath, calls);
  try {
    for await (const row of rows) {
      context.signal?.throwIfAborted();
      writer.append(row);
      seen.add(row);
    }
  } catch (error) {
    closeAfterFailure(writer);
    throw error;
  }
  writer.close();
  const known = facts();
  if (seen.rows === 0)
    throw invalidInput(
      `${context.source}: there is not one invocation in it`,
      known.findings.map(({ text }) => text).join(' ') || 'Name another file or folder.',
    );
  writeSums(directory, known);
  const digest = await context.digestOf(directory.measurementsPath);
  const { format, source, importedAt, lumosVersion } = context;
  const runId = `import-${digest.slice(0, 12)}`;
  const manifest = seen.manifest(known, { format, source, importedAt, lumosVersion, runId });
  const at = new Date(importedAt);
  appendToLog(directory.logsPath, at, { type: 'imported', format, rows: seen.rows }, calls);
  for (const { id, text } of known.findings)
    appendToLog(directory.logsPath, at, { type: 'finding', id, text }, calls);
  // Last: with it the directory says that the run is complete.
  directory.writeManifest(manifest);
  return manifest;
}

function writeSums(directory: RunDirectory, { latencySums = [] }: ImportFacts): void {
  if (latencySums.length === 0) return;
  writeLatencySums(directory.latencySumsPath, latencySums, directory.calls);
}
