/** Paths that stay in their folder: what is checked again right before something is made or removed by a name. */
import { lstatSync, mkdirSync, realpathSync, rmSync, type Stats } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { hasCode, invalidInput } from '../domain/errors.js';

const isOneName = (name: string): boolean =>
  name !== '' && name !== '.' && name !== '..' && !/[/\\\0]/.test(name);

/** The path of `name` right in `folder`. @throws LumosError `invalid-input` for a name that leads elsewhere */
export function pathIn(folder: string, name: string): string {
  if (isOneName(name)) return join(folder, name);
  throw invalidInput(`${JSON.stringify(name)} is not the name of a file in ${folder}`);
}

/**
 * Makes the folder `name` in `parent`, or takes the one that is there. Only this user can enter it.
 * @throws LumosError `invalid-input` where a link, a file or another user's folder has the name
 */
export function makeFolderIn(parent: string, name: string): string {
  const path = pathIn(parent, name);
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
  }
  if (isOurFolder(path)) return path;
  throw invalidInput(`${path} is a link, a file or another user's folder`, `Remove ${path} and try again.`);
}

/**
 * Removes the folder `name` of `parent` with everything in it; links in it are removed and never followed. What is no
 * folder, or belongs to another user, stays. @returns whether there was a folder to remove
 */
export async function removeFolderIn(parent: string, name: string): Promise<boolean> {
  const path = pathIn(parent, name);
  if (!isRemovable(parent, path, name)) return false;
  await rm(path, { recursive: true, force: true, maxRetries: 3, retryDelay: 50 });
  return true;
}

/** As `removeFolderIn`, where nothing can be awaited. */
export function removeFolderInNow(parent: string, name: string): boolean {
  const path = pathIn(parent, name);
  if (!isRemovable(parent, path, name)) return false;
  rmSync(path, { recursive: true, force: true, maxRetries: 3, retryDelay: 50 });
  return true;
}

/** Whether `path` is a folder, and not a link to one. */
export const isRealFolder = (path: string): boolean => statusOf(path)?.isDirectory() ?? false;

const isRemovable = (parent: string, path: string, name: string): boolean =>
  isOurFolder(path) && realpathSync(path) === join(realpathSync(parent), name);

function isOurFolder(path: string): boolean {
  const status = statusOf(path);
  return status !== undefined && status.isDirectory() && status.uid === (process.getuid?.() ?? status.uid);
}

function statusOf(path: string): Stats | undefined {
  try {
    return lstatSync(path);
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw error;
  }
}
