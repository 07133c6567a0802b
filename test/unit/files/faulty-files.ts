/** File calls that fail as a full or broken disk does, and as a process that is killed. */
import { realFiles, type FileCalls } from '../../../src/files/file-calls.js';

export interface Faults {
  /** How many bytes the disk still takes; the write that meets the end is short, and the next one fails. */
  readonly room?: number;
  /** The code of what fails then; `killed` is a process that ends: no call has any effect from then on. */
  readonly code?: string;
  /** The most bytes that one write takes. */
  readonly atOnce?: number;
  /** Calls that always fail with `code`. */
  readonly failing?: readonly (keyof FileCalls)[];
}

export class Killed extends Error {}

/** How many bytes were written, and the calls to write them with. */
export function faultyFiles(faults: Faults = {}): { readonly calls: FileCalls; written(): number } {
  const { room = Infinity, code = 'ENOSPC', atOnce = Infinity, failing = [] } = faults;
  let written = 0;
  let isDead = false;
  const fail = (): never => {
    isDead ||= code === 'killed';
    throw isDead ? new Killed() : Object.assign(new Error(`${code}: injected`), { code });
  };
  const call = (name: keyof FileCalls): void => {
    if (isDead) throw new Killed();
    if (failing.includes(name)) fail();
  };
  const calls: FileCalls = {
    open: (path, flags, mode) => {
      call('open');
      return realFiles.open(path, flags, mode);
    },
    write: (descriptor, data, offset, length) => {
      call('write');
      const count = Math.min(length, atOnce, room - written);
      if (count === 0) fail();
      written += count;
      return realFiles.write(descriptor, data, offset, count);
    },
    // What is on the disk after a power cut cannot be tested here, and it takes time.
    sync: () => call('sync'),
    truncate: (descriptor, size) => {
      call('truncate');
      realFiles.truncate(descriptor, size);
    },
    close: (descriptor) => {
      realFiles.close(descriptor); // the system closes what a dead process had open
      call('close');
    },
    rename: (from, to) => {
      call('rename');
      realFiles.rename(from, to);
    },
    makeFolder: (path) => {
      call('makeFolder');
      realFiles.makeFolder(path);
    },
    remove: (path) => {
      call('remove');
      realFiles.remove(path);
    },
  };
  return { calls, written: () => written };
}
