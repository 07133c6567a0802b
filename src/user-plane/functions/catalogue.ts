/** The functions there are: every folder with a function.yaml, with its manifest checked and its oracle loaded. */
import { readdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { didYouMean } from '../../domain/did-you-mean.js';
import { hasCode, invalidInput, LumosError, messageOf } from '../../domain/errors.js';
import { globMatcher } from '../../domain/glob.js';
import { FunctionClassSchema } from '../../domain/function-manifest.js';
import type { FunctionDefinition, Oracle } from '../../domain/function-manifest.js';
import { explaining, sentenceOf } from '../../files/explain.js';
import { readText } from '../../files/input.js';
import { parseManifest } from './manifest-file.js';

const manifestName = 'function.yaml';

export interface Catalogue {
  /** Every function, in the order of their names. */
  readonly all: readonly FunctionDefinition[];
  /**
   * The functions that any of the patterns names, in the order of `all` and each once. A pattern is a name, a class
   * (`compute`, `data`, `mixed`) or a name with `*` (any characters) and `?` (any one). No pattern selects nothing.
   * @throws LumosError `invalid-input` for a pattern that fits no function, with the nearest name.
   */
  select(patterns: readonly string[]): readonly FunctionDefinition[];
}

/**
 * Loads `<folder>/<name>/function.yaml` of every folder given; a folder in it without one is not a function.
 * @throws LumosError `invalid-input` for a folder that cannot be read, a manifest or oracle that is wrong, or two
 * functions of one name.
 */
export async function loadCatalogue(folders: readonly string[]): Promise<Catalogue> {
  const loaded = await Promise.all(folders.map((folder) => loadFolder(resolve(folder))));
  const all = loaded.flat().sort((a, b) => (a.manifest.name < b.manifest.name ? -1 : 1));
  for (const [index, { manifest, folder }] of all.entries()) {
    const next = all[index + 1];
    if (next?.manifest.name === manifest.name) {
      throw invalidInput(`Two functions are called "${manifest.name}": ${folder} and ${next.folder}`);
    }
  }
  return { all, select: (patterns) => select(all, patterns) };
}

async function loadFolder(folder: string): Promise<FunctionDefinition[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    throw sentenceOf(error, folder);
  });
  if (names.includes('function.yaml'))
    throw invalidInput(
      `${folder} is a function, not a folder with functions`,
      `Name the folder that it lies in: ${dirname(folder)}.`,
    );
  const functions = await Promise.all(names.map((name) => loadFunction(folder, name)));
  return functions.filter((definition) => definition !== undefined);
}

async function loadFunction(parent: string, name: string): Promise<FunctionDefinition | undefined> {
  const folder = join(parent, name);
  const file = join(folder, manifestName);
  const text = readManifest(file);
  if (text === undefined) return undefined;
  const manifest = explaining(file, () => parseManifest(file, text));
  if (manifest.name !== name) {
    throw invalidInput(`${file}: name: expected "${name}", the folder's name, found "${manifest.name}"`);
  }
  return { manifest, folder, oracle: await loadOracle(file, join(folder, manifest.oracle)) };
}

function readManifest(file: string): string | undefined {
  try {
    return readText(file);
  } catch (error) {
    if (error instanceof LumosError && hasCode(error.cause, 'ENOENT', 'ENOTDIR')) return undefined;
    throw error;
  }
}

async function loadOracle(manifestFile: string, file: string): Promise<Oracle> {
  let loaded: unknown;
  try {
    loaded = await import(pathToFileURL(file).href);
  } catch (error) {
    throw invalidInput(`${manifestFile}: oracle: ${file} cannot be loaded: ${messageOf(error)}`);
  }
  const missing = [
    ...(hasFunction(loaded, 'input') ? [] : ['input']),
    ...(hasFunction(loaded, 'output') || hasFunction(loaded, 'check') ? [] : ['output (or check)']),
  ];
  if (missing.length > 0) {
    throw invalidInput(
      `${manifestFile}: oracle: expected ${file} to export the functions input and output (or check); missing: ${missing.join(', ')}`,
    );
  }
  return loaded as Oracle;
}

const hasFunction = (module: unknown, name: string): boolean =>
  typeof module === 'object' && module !== null && typeof Reflect.get(module, name) === 'function';

function select(
  all: readonly FunctionDefinition[],
  patterns: readonly string[],
): readonly FunctionDefinition[] {
  const chosen = new Set(patterns.flatMap((pattern) => matching(all, pattern)));
  return all.filter((definition) => chosen.has(definition));
}

function matching(all: readonly FunctionDefinition[], pattern: string): readonly FunctionDefinition[] {
  const named = all.filter(({ manifest }) => manifest.name === pattern);
  if (named.length > 0) return named;
  const fits = globMatcher(pattern);
  const found = all.filter(({ manifest }) => manifest.class === pattern || fits(manifest.name));
  if (found.length > 0) return found;
  const names = all.map(({ manifest }) => manifest.name);
  if (/[*?]/.test(pattern)) {
    throw invalidInput(`No function fits "${pattern}"`, `The functions are: ${names.join(', ')}`);
  }
  if (FunctionClassSchema.safeParse(pattern).success) {
    throw invalidInput(`No function is of the class "${pattern}"`, `The functions are: ${names.join(', ')}`);
  }
  const suggestion = didYouMean(pattern, [...names, ...FunctionClassSchema.options]);
  throw invalidInput(`Unknown function "${pattern}"`, `${suggestion}\`lumos list functions\` lists them.`);
}
