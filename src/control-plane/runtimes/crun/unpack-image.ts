/** Makes a root file system of an image's archive, as an engine's storage would: its layers, one on the other. */
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { extract } from 'tar-stream';
import { z } from 'zod';
import { LumosError } from '../../../domain/errors.js';
import { DigestSchema } from '../../../domain/names.js';
import type { ImageArtifact } from '../../../domain/runtime.js';
import { milliseconds } from '../../../domain/units.js';
import { runCommand } from '../../process/run-command.js';
import { makeFolders } from '../../../files/make-folders.js';

const unpackLimit = milliseconds(120_000);

const DescriptorSchema = z.object({ digest: DigestSchema });
const IndexSchema = z.object({ manifests: z.array(DescriptorSchema).min(1) });
const ManifestSchema = z.object({ config: DescriptorSchema, layers: z.array(DescriptorSchema) });
const ConfigSchema = z.object({
  config: z.object({ Entrypoint: z.array(z.string()).min(1), Env: z.array(z.string()).optional() }),
});

export interface UnpackedImage {
  readonly entrypoint: readonly string[];
  readonly env: readonly string[];
}

/** Unpacks into `rootfs`, which is made. `workshop` is a folder for what is needed meanwhile. */
export async function unpackImage(
  image: ImageArtifact,
  rootfs: string,
  workshop: string,
): Promise<UnpackedImage> {
  makeFolders(rootfs);
  const layout = join(workshop, 'layout');
  await mkdir(layout);
  try {
    const archives = [image.archiveBasePath, image.archivePath].filter((path) => path !== undefined);
    for (const archive of archives) await takeFiles(archive, layout);
    const blob = async (digest: string): Promise<unknown> =>
      JSON.parse(await readFile(join(layout, hex(digest)), 'utf8'));
    const [first] = IndexSchema.parse(
      JSON.parse(await readFile(join(layout, 'index.json'), 'utf8')),
    ).manifests;
    const manifest = ManifestSchema.parse(await blob(first?.digest ?? ''));
    for (const { digest } of manifest.layers) {
      const args = ['-xzpf', join(layout, hex(digest)), '--numeric-owner', '-C', rootfs];
      await runCommand('tar', args, { timeout: unpackLimit });
    }
    const { config } = ConfigSchema.parse(await blob(manifest.config.digest));
    return { entrypoint: config.Entrypoint, env: config.Env ?? [] };
  } finally {
    await rm(layout, { recursive: true, force: true });
  }
}

const hex = (digest: string): string => digest.replace(/^sha256:/, '');

/** The files of an archive, which all have a name of their own, without their folders. An archive's base has no end of its own. */
async function takeFiles(archive: string, into: string): Promise<void> {
  const unpacking = extract();
  const taken = pipeline(createReadStream(archive), unpacking).catch((error: unknown) => {
    throw new LumosError('failed', `the image ${archive} cannot be unpacked`, { cause: error });
  });
  for await (const entry of unpacking) {
    if (entry.header.type === 'file')
      await pipeline(entry, createWriteStream(join(into, basename(entry.header.name))));
    else entry.resume();
  }
  await taken;
}
