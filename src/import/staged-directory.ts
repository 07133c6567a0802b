/** A run directory that becomes one only when it is complete: it is made in a folder inside, and moved up file by file. */
import { existsSync, readdirSync, renameSync, rmdirSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { hasCode, invalidInput, LumosError, messageOf } from '../domain/errors.js';
import { makeFolders } from '../files/make-folders.js';
import { isAlive, startOf } from '../files/process-identity.js';
import { cannotWrite } from '../files/write-failure.js';
import { RunDirectory } from '../records/run-directory.js';

/** The folder says who makes it: process and start time, by which a dead one is known. */
const stageName = /^\.importing-(\d+)-(\d*)$/u;

export class StagedDirectory {
  private constructor(
    private readonly path: string,
    /** Where to write. */
    readonly staged: RunDirectory,
    /** Folders that were made for it, the innermost first. */
    private readonly made: readonly string[],
  ) {}

  /**
   * @throws LumosError `invalid-input` when something is in `path` already, `missing-dependency` when it cannot be written. What an import that
   * was killed left there is removed first.
   */
  static open(path: string): StagedDirectory {
    try {
      removeAbandoned(path);
      if (existsSync(path) && readdirSync(path).length > 0)
        throw invalidInput(`${path} is not empty`, 'Name another directory with --out.');
      const stage = join(path, `.importing-${process.pid}-${startOf(process.pid) ?? ''}`);
      const staged = new RunDirectory(stage);
      const made = missingFolders(path);
      makeFolders(path);
      const directory = new StagedDirectory(path, staged, made);
      try {
        staged.create();
      } catch (error) {
        directory.remove();
        throw error;
      }
      return directory;
    } catch (error) {
      throw unwritable(path, error);
    }
  }

  /** Moves what was written to its place, the manifest last: before it is there, the directory is no run. */
  publish(): RunDirectory {
    const { path, staged } = this;
    const moved: string[] = [];
    const manifest = 'manifest.json';
    try {
      for (const name of [...readdirSync(staged.path).filter((one) => one !== manifest), manifest]) {
        if (existsSync(join(path, name))) throw invalidInput(`${join(path, name)} is there already`);
        renameSync(join(staged.path, name), join(path, name));
        moved.push(name);
      }
    } catch (error) {
      for (const name of moved) rmSync(join(path, name), { recursive: true, force: true });
      throw unwritable(path, error);
    }
    this.remove();
    return new RunDirectory(path);
  }

  /** Removes what was not published, and the folders that were made for it and are empty. */
  remove(): void {
    rmSync(this.staged.path, { recursive: true, force: true });
    try {
      for (const folder of this.made) rmdirSync(folder);
    } catch {
      // A folder that has something in it stays, and so do those above it.
    }
  }
}

/** The folder and those above it that are not there. */
function missingFolders(path: string): string[] {
  const missing: string[] = [];
  for (let folder = resolve(path); !existsSync(folder); folder = dirname(folder)) missing.push(folder);
  return missing;
}

function removeAbandoned(path: string): void {
  if (!existsSync(path)) return;
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    const [, pid, start = ''] = stageName.exec(entry.name) ?? [];
    if (pid === undefined || !entry.isDirectory()) continue;
    if (isAlive(Number(pid), start)) throw invalidInput(`${path}: another import writes into it`);
    rmSync(join(path, entry.name), { recursive: true, force: true });
  }
}

/** The sentence for a directory that cannot be written, or the error itself if it is of another kind. */
export function unwritable(path: string, error: unknown): Error {
  if (error instanceof LumosError) return error;
  if (hasCode(error, 'ENOTDIR', 'EEXIST'))
    return invalidInput(`${path} is no folder, or lies below a file`, 'Name another directory with --out.');
  if (hasCode(error, 'ELOOP', 'ENAMETOOLONG'))
    return invalidInput(`${path} cannot be a directory (${messageOf(error)})`, 'Name another with --out.');
  if (hasCode(error, 'EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT', 'EIO', 'EMFILE', 'ENFILE'))
    return new LumosError('missing-dependency', cannotWrite(path, error).message, {
      remedy: 'Name a directory with --out that is on a disk with free space and may be written.',
    });
  return error instanceof Error ? error : new Error(String(error));
}
