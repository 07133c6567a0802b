/** Where this package lies, whether run from a checkout or installed. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The nearest folder above this file that holds a package.json: compiled files lie at different depths. */
export const packageRoot = nearestPackage(dirname(fileURLToPath(import.meta.url)));
export const experimentsFolder = join(packageRoot, 'experiments');
export const environmentsFolder = join(packageRoot, 'environments');
export const functionsFolder = join(packageRoot, 'functions');
/** The functions of the conformance suite, which no experiment is meant to run. */
export const conformanceFolder = join(packageRoot, 'conformance');

function nearestPackage(folder: string): string {
  if (existsSync(join(folder, 'package.json')) || folder === dirname(folder)) return folder;
  return nearestPackage(dirname(folder));
}

export const packageVersion = (): string =>
  (JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as { version: string }).version;
