/** componentize-js: makes one JavaScript module, with an engine beside it, a component of `wasi:http`. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LumosError, missingDependency } from '../../domain/errors.js';
import { milliseconds } from '../../domain/units.js';
import { isFile } from '../process/find-on-path.js';
import { attemptCommand } from '../process/run-command.js';
import { componentizerFolder, componentizeJsVersion } from './componentizer-place.js';
import { makeFolders } from '../../files/make-folders.js';

export interface Componentizer {
  /** The folder with its `node_modules`. */
  readonly folder: string;
  readonly version: string;
}

/** What a component depends on besides its source and the version of componentize-js: part of the cache key. */
export const componentizeRecipe = (): string => JSON.stringify([options, engineRelease]);

/** The engine is initialised in a Wasm engine that interprets or compiles some 10 MB: half a minute on two busy cores. */
const limit = milliseconds(600_000);

/** The installed one, or `undefined`. */
export async function findComponentizer(cacheFolder: string): Promise<Componentizer | undefined> {
  const folder = componentizerFolder(cacheFolder);
  if (!(await isFile(commandOf(folder)))) return undefined;
  const manifest = join(folder, 'node_modules', '@bytecodealliance', 'componentize-js', 'package.json');
  const { version } = JSON.parse(await readFile(manifest, 'utf8')) as { readonly version: string };
  return { folder, version: `componentize-js ${version}` };
}

/** @throws LumosError `missing-dependency` where it is not installed */
export async function requireComponentizer(cacheFolder: string): Promise<Componentizer> {
  const found = await findComponentizer(cacheFolder);
  if (found !== undefined) return found;
  throw missingDependency(
    `componentize-js ${componentizeJsVersion} is needed to make a component of a function in TypeScript, and is not installed`,
    'lumos setup componentize-js',
  );
}

/** Requests come by `wasi:http` itself: of its engine's own event an instance takes one only. */
const options = ['--disable', 'fetch-event'] as const;

const commandOf = (folder: string): string =>
  join(folder, 'node_modules', '@bytecodealliance', 'componentize-js', 'src', 'cli.js');

/**
 * Makes the component of `source` as the file `output`. What it needs meanwhile is in `workshops`, a folder that is there.
 * @throws LumosError `failed` with componentize-js' own words
 */
export async function componentize(
  { folder }: Componentizer,
  source: string,
  output: string,
  workshops: string,
): Promise<void> {
  const workshop = await mkdtemp(join(workshops, 'componentize-'));
  try {
    const module = join(workshop, 'function.js');
    await writeFile(module, source);
    const wit = join(workshop, 'wit');
    await writeWorld(folder, wit);
    const args = [
      ...[commandOf(folder), '--wit', wit, '--world-name', 'function', '--out', output],
      ...options,
      '--',
      module,
    ];
    const result = await attemptCommand(process.execPath, args, { cwd: workshop, timeout: limit });
    if (result.code === 0) return;
    throw new LumosError('failed', `componentize-js makes no component:\n${result.stderr.trim()}`, {
      remedy: 'mend the function: an engine of JavaScript alone has none of Node',
    });
  } finally {
    await rm(workshop, { recursive: true, force: true });
  }
}

/** The WASI release of the interface files that come with it, and the one that its engine was made for. */
const filesRelease = '0.2.12';
const engineRelease = '0.2.10';
const interfaces = ['cli', 'clocks', 'filesystem', 'http', 'io', 'random', 'sockets'] as const;

/**
 * The world of a function: what calls it, by the interface files that the tools bring along. The engine answers to the very
 * release it was made for and to no other ("failed to find export of interface"); the two differ in their number alone as
 * far as a component like this is concerned.
 */
async function writeWorld(folder: string, wit: string): Promise<void> {
  const jco = join(folder, 'node_modules', '@bytecodealliance', 'jco');
  for (const name of interfaces) {
    const file = join(jco, 'lib', 'wit', 'builtin', filesRelease, `wasi-${name}`, 'package.wit');
    const text = await readFile(file, 'utf8');
    const target = join(wit, 'deps', `wasi-${name}`);
    makeFolders(target);
    await writeFile(join(target, 'package.wit'), text.replaceAll(filesRelease, engineRelease));
  }
  const world = `package lumos:function;\nworld function {\n  export wasi:http/incoming-handler@${engineRelease};\n}\n`;
  await writeFile(join(wit, 'function.wit'), world);
}
