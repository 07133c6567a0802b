/** Files that are written whole or not at all. */
import { dirname } from 'node:path';
import { realFiles, type FileCalls } from './file-calls.js';
import { TemporaryFile } from './temporary-file.js';
import { cannotWrite } from './write-failure.js';

/**
 * Writes a file whole or not at all: a reader never sees half of it, and a failure leaves the file as it was.
 * @throws LumosError that names the path and the reason
 */
export function writeWhole(path: string, content: string | Uint8Array, calls: FileCalls = realFiles): void {
  let temporary: TemporaryFile | undefined;
  try {
    temporary = new TemporaryFile(path, calls);
    temporary.write(Buffer.from(content));
    temporary.finish();
    temporary.publish();
  } catch (error) {
    temporary?.discard();
    throw cannotWrite(path, error);
  }
  syncFolder(dirname(path), calls);
}

/** Without it a power cut may undo the rename. Not every file system can do it, and none needs it to be read. */
export function syncFolder(folder: string, calls: FileCalls = realFiles): void {
  try {
    const descriptor = calls.open(folder, 'r');
    try {
      calls.sync(descriptor);
    } finally {
      calls.close(descriptor);
    }
  } catch {
    // The file itself is there.
  }
}
