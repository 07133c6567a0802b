/** The kernel's page cache before a cold start. */
import { closeSync, fsyncSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { missingDependency } from '../../domain/errors.js';

const dropFile = '/proc/sys/vm/drop_caches';

/** Makes the kernel forget every clean page, directory entry and inode. @throws LumosError without the right to. */
export function dropPageCache(): void {
  try {
    writeFileSync(dropFile, '3');
  } catch (error) {
    throw missingDependency(
      `the page cache cannot be dropped here (${(error as Error).message})`,
      'Run as root, or declare "pageCache: warm" in the experiment.',
    );
  }
}

/** Has a file's bytes on disk: pages not yet written cannot be dropped from the cache. */
export function flushToDisk(path: string): void {
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Brings a file into the page cache. */
export function readIntoPageCache(path: string): void {
  readFileSync(path);
}
