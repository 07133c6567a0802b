/** Makes a folder with all that are missing above it. */
import { existsSync, mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { hasCode, invalidInput } from '../domain/errors.js';

/**
 * By the absolute path: Node looks for ever for the folder above a relative one where the current folder was removed.
 * @throws LumosError where the current folder was removed, else the system's error for the first folder that cannot be made
 */
export function makeFolders(path: string): void {
  const absolute = absolutePath(path);
  try {
    mkdirSync(absolute, { recursive: true });
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
    // Node says ENOENT of a folder that a read-only file system refuses: the first folder that is missing has the reason.
    let missing = absolute;
    while (!existsSync(dirname(missing))) missing = dirname(missing);
    mkdirSync(missing);
    throw error;
  }
}

function absolutePath(path: string): string {
  try {
    return resolve(path);
  } catch {
    throw invalidInput(
      `${path} cannot be made: the current folder was removed`,
      'Change into a folder that is there (cd).',
    );
  }
}
