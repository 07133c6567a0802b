/** Where the public data sets lie that may not be copied here: beside the checkout, or in `LUMOS_DATASETS`. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const folder = process.env['LUMOS_DATASETS'] ?? join(process.cwd(), '..', 'shared', 'datasets');

/** Undefined where it is not there; whoever needs it then skips, and says so. */
export function dataset(name: string): string | undefined {
  const path = join(folder, name);
  return existsSync(path) ? path : undefined;
}
