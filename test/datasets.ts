/** Data sets that are not part of the repository: they lie in `shared/datasets` beside the checkout, where they may be read. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = process.env['LUMOS_DATASETS'] ?? resolve(import.meta.dirname, '../../shared/datasets');

/** The folder of a data set; undefined where it is not here, and tests of it are skipped. */
export function datasetPath(name: string): string | undefined {
  const path = join(root, name);
  return existsSync(path) ? path : undefined;
}

/** For the title of what is skipped. */
export const whyAbsent =
  'skipped: shared/datasets is not beside this checkout; LUMOS_DATASETS may name it elsewhere';
