/**
 * What wazero compiles ahead of time: its compilation cache. It still takes the module, by whose digest it finds the code, so
 * both are in one archive, which is the artefact.
 */
import { createReadStream, createWriteStream } from 'node:fs';
import { copyFile, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { extract, pack } from 'tar-stream';
import { LumosError } from '../../../domain/errors.js';
import type { Precompiler } from '../../../domain/runtime.js';
import { cpuIdentity } from '../../build/cpu-identity.js';
import { runCommand } from '../../process/run-command.js';
import type { EngineCommand } from '../../setup/engine-command.js';
import { makeFolders } from '../../../files/make-folders.js';

export const wazeroAot = 'wazero:aot';

/** Names within the archive. */
export const moduleIn = 'module.wasm';
export const cacheIn = 'cache';

export const createWazeroPrecompiler = (wazero: EngineCommand): Precompiler => ({
  kind: wazeroAot,
  engine: 'wazero',
  from: 'wasm-module',
  extension: 'wazero.tar',
  inputs: async () => ({
    engine: (await wazero.find()).version,
    archive: 'module and cache, 1',
    cpu: await cpuIdentity(),
  }),
  make: async (module, output) => {
    const { path } = await wazero.find();
    const workshop = await mkdtemp(join(tmpdir(), `lumos-service-${process.pid}-wazero-`));
    try {
      await copyFile(module, join(workshop, moduleIn));
      const cache = join(workshop, cacheIn);
      await runCommand(path, ['compile', `-cachedir=${cache}`, join(workshop, moduleIn)]);
      await packFiles(workshop, output);
    } finally {
      await rm(workshop, { recursive: true, force: true });
    }
  },
});

/** Files of a folder as an archive that depends on nothing but their names and bytes. */
async function packFiles(folder: string, output: string): Promise<void> {
  const archive = pack();
  const written = pipeline(archive, createWriteStream(output));
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  for (const path of paths.toSorted()) {
    const name = path.slice(folder.length + 1);
    archive.entry({ name, mode: 0o644, mtime: new Date(0) }, await readFile(path));
  }
  archive.finalize();
  await written;
}

/**
 * Unpacks an artefact into `folder`.
 * @throws LumosError `failed` for an archive that is none, or that names a file outside the folder
 */
export async function unpackCompiled(archive: string, folder: string): Promise<void> {
  const unpacking = extract();
  const taken = pipeline(createReadStream(archive), unpacking).catch((error: unknown) => {
    throw new LumosError('failed', `${archive} cannot be unpacked`, { cause: error });
  });
  // Whoever reads the entries is told first.
  taken.catch(() => undefined);
  for await (const entry of unpacking) {
    const path = join(folder, entry.header.name);
    if (!path.startsWith(folder + sep)) {
      throw new LumosError('failed', `${archive} names a file outside of itself: ${entry.header.name}`);
    }
    makeFolders(dirname(path));
    await pipeline(entry, createWriteStream(path));
  }
  await taken;
}
