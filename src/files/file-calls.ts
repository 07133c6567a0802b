/** The system calls that change files, as narrow as the stores need them. Tests put calls in their place that fail. */
import {
  closeSync,
  existsSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname, resolve } from 'node:path';
import { hasCode } from '../domain/errors.js';

export interface FileCalls {
  open(path: string, flags: string | number, mode?: number): number;
  /** Gives back how many bytes were written: like write(2), it may write fewer than it was given. */
  write(descriptor: number, data: Uint8Array, offset: number, length: number): number;
  sync(descriptor: number): void;
  truncate(descriptor: number, size: number): void;
  close(descriptor: number): void;
  rename(from: string, to: string): void;
  makeFolder(path: string): void;
  /** Does nothing where there is no such file. */
  remove(path: string): void;
}

export const realFiles: FileCalls = {
  open: (path, flags, mode) => openSync(path, flags, mode),
  write: (descriptor, data, offset, length) => writeSync(descriptor, data, offset, length),
  sync: (descriptor) => fsyncSync(descriptor),
  truncate: (descriptor, size) => ftruncateSync(descriptor, size),
  close: (descriptor) => closeSync(descriptor),
  rename: (from, to) => renameSync(from, to),
  makeFolder,
  remove: (path) => rmSync(path, { force: true }),
};

/** Node says ENOENT of a folder that a read-only file system refuses: the first folder that is missing has the reason. */
function makeFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true });
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
    let missing = resolve(path);
    while (!existsSync(dirname(missing))) missing = dirname(missing);
    mkdirSync(missing);
    throw error;
  }
}

/** Writes all of `data`, in as many calls as the system needs. */
export function writeAll(calls: FileCalls, descriptor: number, data: Uint8Array): void {
  for (let done = 0; done < data.length;) {
    const count = calls.write(descriptor, data, done, data.length - done);
    // A disk that takes nothing and reports nothing would be asked for ever.
    if (count === 0) throw Object.assign(new Error('the system wrote nothing'), { code: 'EIO' });
    done += count;
  }
}
