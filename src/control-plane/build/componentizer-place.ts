/** Where componentize-js is kept, and which one it is. */
import { join } from 'node:path';

/** The version that the lock file of `sdks/typescript/componentizer` pins, with all that it stands on. */
export const componentizeJsVersion = '0.23.0';

/** The folder with its `node_modules`. */
export const componentizerFolder = (cacheFolder: string): string =>
  join(cacheFolder, 'engines', 'componentize-js', componentizeJsVersion);
