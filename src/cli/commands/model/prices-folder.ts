/** Where the prices that come with Lumos are. */
import { join } from 'node:path';
import { packageRoot } from '../../package-root.js';

export const pricesFolder = join(packageRoot, 'prices');
