/** The kernel's page cache before a cold start. */
import { readFileSync, writeFileSync } from 'node:fs';
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

/** Brings a file into the page cache. */
export function readIntoPageCache(path: string): void {
  readFileSync(path);
}
