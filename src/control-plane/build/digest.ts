/** Digests of bytes, files, folders and of a set of named inputs. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

/** Digest of `data` as `sha256:<hex>`. */
export const digestOf = (data: string | Uint8Array): string =>
  `sha256:${createHash('sha256').update(data).digest('hex')}`;

/** The hexadecimal part of a digest. */
export const hexOf = (digest: string): string => digest.slice(digest.indexOf(':') + 1);

export async function digestOfFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return `sha256:${hash.digest('hex')}`;
}

/**
 * Digest of named inputs: equal for equal names and values in any order, and for no others. JSON keeps the border
 * between a name and its value, so that two inputs cannot run into one another.
 */
export function digestOfInputs(inputs: Readonly<Record<string, string>>): string {
  const sorted = Object.entries(inputs).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return digestOf(JSON.stringify(sorted));
}

/** Folders that hold no source: what a compiler, a package manager or a version control keeps. */
const notSources = new Set(['target', 'node_modules', '.git']);

/** Digest of all files under `folder`: their paths within it and their bytes. */
export async function digestOfFolder(folder: string): Promise<string> {
  const files: Record<string, string> = {};
  const visit = async (relative: string): Promise<void> => {
    const entries = await readdir(join(folder, relative), { withFileTypes: true });
    for (const entry of entries) {
      const path = join(relative, entry.name);
      if (entry.isDirectory()) {
        if (!notSources.has(entry.name)) await visit(path);
      } else if (entry.isFile()) {
        files[path] = await digestOfFile(join(folder, path));
      }
    }
  };
  await visit('');
  return digestOfInputs(files);
}
