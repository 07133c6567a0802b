/** The system calls that change files, as narrow as the stores need them. Tests put calls in their place that fail. */
import { closeSync, fsyncSync, ftruncateSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { makeFolders } from './make-folders.js';

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
  makeFolder: makeFolders,
  remove: (path) => rmSync(path, { force: true }),
};

/** Writes all of `data`, in as many calls as the system needs. */
export function writeAll(calls: FileCalls, descriptor: number, data: Uint8Array): void {
  for (let done = 0; done < data.length;) {
    const count = calls.write(descriptor, data, done, data.length - done);
    // A disk that takes nothing and reports nothing would be asked for ever.
    if (count === 0) throw Object.assign(new Error('the system wrote nothing'), { code: 'EIO' });
    done += count;
  }
}
