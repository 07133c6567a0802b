/** Files that are written whole or not at all. */
import { renameSync, writeFileSync } from 'node:fs';

/** Writes a file whole or not at all: a reader never sees half of it. */
export function writeWhole(path: string, content: string | Uint8Array): void {
  const temporary = `${path}.${process.pid}.tmp`;
  writeFileSync(temporary, content);
  renameSync(temporary, path);
}
