/** Objects in files. */
import { closeSync, fstatSync, openSync, readSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { StorageFailure, type Store } from '../storage/session.js';
import { hasCode } from './codes.js';

/**
 * A folder that holds a file for each object, named by its key. Keys hold no separator and do not begin with a dot, so
 * that no key leads out of the folder.
 */
export class Folder implements Store {
  readonly roundTrips = 0;

  constructor(private readonly path: string) {}

  get(key: string, limit: number): Uint8Array {
    const file = this.told('missing', () => openSync(join(this.path, key), 'r'));
    try {
      return this.told('missing', () => read(file, limit));
    } finally {
      closeSync(file);
    }
  }

  put(key: string, object: Uint8Array): void {
    this.told('unreachable', () => writeFileSync(join(this.path, key), object));
  }

  /** @param notFound what it means that there is no file of this name, in a folder that is there */
  private told<T>(notFound: 'missing' | 'unreachable', work: () => T): T {
    try {
      return work();
    } catch (error) {
      if (error instanceof StorageFailure) throw error;
      if (hasCode(error, 'ENOENT')) {
        throw new StorageFailure(this.isThere() ? notFound : 'unreachable');
      }
      throw new StorageFailure(hasCode(error, 'EACCES', 'EPERM', 'EROFS') ? 'denied' : 'failed');
    }
  }

  private isThere(): boolean {
    return statSync(this.path, { throwIfNoEntry: false })?.isDirectory() === true;
  }
}

/** The whole file, of which no more than one byte above the limit is read however much it grows meanwhile. */
function read(file: number, limit: number): Uint8Array {
  const facts = fstatSync(file);
  if (!facts.isFile()) throw new StorageFailure('failed');
  if (facts.size > limit) throw new StorageFailure('too-large');
  const object = new Uint8Array(facts.size);
  let filled = 0;
  while (filled < object.length) {
    const count = readSync(file, object, filled, object.length - filled, null);
    if (count === 0) return object.subarray(0, filled);
    filled += count;
  }
  return object;
}
