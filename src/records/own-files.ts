/** Whether what a run directory has under the names of its files is files: nothing is appended to or cut elsewhere. */
import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { hasCode, invalidInput } from '../domain/errors.js';
import type { RunDirectory } from './run-directory.js';

/**
 * Before a run is taken up again: its files are regular files and its folders are folders, and none of them is a link.
 * @throws LumosError `invalid-input` that names the first that is not
 */
export function requireOwnFiles(directory: RunDirectory): void {
  const { manifestPath, measurementsPath, levelsPath, latencySumsPath, summaryPath, reportPath } = directory;
  const { logsPath, removedPath } = directory;
  const files = [manifestPath, measurementsPath, levelsPath, latencySumsPath, summaryPath, reportPath];
  requireKind(logsPath, 'folder');
  for (const file of [...files, join(logsPath, 'run.ndjson'), removedPath]) requireKind(file, 'file');
}

function requireKind(path: string, kind: 'file' | 'folder'): void {
  try {
    const status = lstatSync(path);
    if (kind === 'file' ? status.isFile() : status.isDirectory()) return;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return;
    throw error;
  }
  throw invalidInput(
    `${path} is not a ${kind} of the run directory, as lumos run makes it: a run is not taken up through it`,
    'Put the file itself there, or start a new run.',
  );
}
