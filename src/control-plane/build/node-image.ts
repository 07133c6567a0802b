/**
 * The base of images with Node: Debian's, and on it the very Node that Lumos runs on, with the shared libraries it is linked
 * with, so that a function meets the same engine in a container as in a process. No registry of images is asked.
 */
import { createReadStream, createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { bytes, milliseconds } from '../../domain/units.js';
import { attemptCommand } from '../process/run-command.js';
import type { BuildContext } from './builder-context.js';
import { Cache } from './cache.js';
import { digestOfFile } from './digest.js';
import { createBaseLayer, tarOf, type BaseLayer } from './oci-image.js';

const archiveFile = 'archive-beginning.tar';
const quick = milliseconds(10_000);

/** Where Node is in the image, apart from all that is the base's own. */
const nodeFolder = 'opt/node';

/** What Node needs to be run: the libraries, and the loader among them. */
export interface SharedObjects {
  readonly libraries: readonly string[];
  /** Absent for a program that is linked with nothing. */
  readonly loader?: string;
}

/**
 * Reads what `ldd` says: `name => path (address)` for each library and `path (address)` for the loader; what the kernel
 * gives has no path.
 */
export function parseLdd(said: string): SharedObjects {
  const libraries = [...said.matchAll(/^\s*\S+ => (\/\S+) \(0x/gm)].flatMap(([, path]) => path ?? []);
  const loader = /^\s*(\/\S+) \(0x/m.exec(said)?.[1];
  return { libraries, ...(loader === undefined ? {} : { loader }) };
}

/**
 * How the image runs Node. Its loader is told where its libraries are: the base may have others of the same names, and the
 * machine that this Node is from may have newer ones.
 */
export const nodeCommand = ({ loader }: SharedObjects): string[] =>
  loader === undefined
    ? [`/${nodeFolder}/node`]
    : [
        `/${nodeFolder}/lib/${basename(loader)}`,
        '--library-path',
        `/${nodeFolder}/lib`,
        `/${nodeFolder}/node`,
      ];

/** The base, from the cache where there is one. @throws LumosError as `debianBase` */
export async function nodeBase(context: BuildContext): Promise<BaseLayer> {
  const started = performance.now();
  const what = `base image node-${process.version}`;
  const below = await context.debianBase();
  const ldd = await attemptCommand('ldd', [process.execPath], { timeout: quick });
  const shared = ldd.code === 0 ? parseLdd(ldd.stdout) : { libraries: [] };
  const files = filesOf(shared);
  const inputs: Record<string, string> = { kind: 'node-base', below: below.digest };
  for (const [name, path] of files) inputs[`file ${name}`] = await digestOfFile(path);
  const entry = await new Cache(context.cacheFolder).get(inputs, async (folder) => {
    context.onProgress({ what, state: 'started' });
    const layer = await tarOf(
      await Promise.all(
        files.map(async ([name, path]) => ({ name, data: await readFile(path), mode: 0o755 })),
      ),
    );
    const made = await createBaseLayer(layer);
    await writeBeginning(join(folder, archiveFile), below, made.archiveBeginning);
    const { digest, diffId, compressedBytes, uncompressedBytes } = made;
    return { digest, diffId, compressedBytes, uncompressedBytes };
  });
  const took = milliseconds(performance.now() - started);
  context.onProgress({ what, state: entry.found ? 'cached' : 'built', took });
  const { facts, folder } = entry;
  return {
    name: `node-${process.version}-${below.name}`,
    digest: String(facts['digest']),
    diffId: String(facts['diffId']),
    compressedBytes: bytes(Number(facts['compressedBytes'])),
    uncompressedBytes: bytes(Number(facts['uncompressedBytes'])),
    below,
    command: nodeCommand(shared),
    archivePath: join(folder, archiveFile),
  };
}

/** Each file of the layer and where it is on this machine. */
const filesOf = ({ libraries, loader }: SharedObjects): (readonly [name: string, path: string])[] => [
  [`${nodeFolder}/node`, process.execPath],
  ...[...libraries, ...(loader === undefined ? [] : [loader])].map(
    (path) => [`${nodeFolder}/lib/${basename(path)}`, path] as const,
  ),
];

/** What the archives of images begin with: the layer below, and this one. */
async function writeBeginning(path: string, below: BaseLayer, own: Buffer): Promise<void> {
  await pipeline(createReadStream(below.archivePath), createWriteStream(path));
  await pipeline([own], createWriteStream(path, { flags: 'a' }));
}
