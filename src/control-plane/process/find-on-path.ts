/** Finds commands as the system would. */
import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

/** Folders where administrators' commands are, which a user's PATH often leaves out. */
export const administratorFolders = ['/usr/local/sbin', '/usr/sbin', '/sbin'] as const;

/**
 * The first executable file `name` in the folders of `path` (by default PATH), then in `moreFolders`.
 * @returns its absolute path, or `undefined`.
 */
export async function findOnPath(
  name: string,
  moreFolders: readonly string[] = [],
  path = process.env['PATH'] ?? '',
): Promise<string | undefined> {
  const folders = [...path.split(delimiter).filter((folder) => folder !== ''), ...moreFolders];
  for (const folder of folders) {
    const file = join(folder, name);
    if (await isExecutable(file)) return file;
  }
  return undefined;
}

/** Whether `file` is a file that we may execute. */
export async function isExecutable(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return await isFile(file);
  } catch {
    return false;
  }
}

/** Whether there is a file at `path`. */
export const isFile = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
