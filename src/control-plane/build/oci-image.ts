/**
 * OCI images FROM scratch or on one base layer, put together without a daemon. The archive is an OCI image layout and also carries the
 * `manifest.json` that `docker load` reads, so both kinds of tools take it. Nothing in it depends on when, where or by
 * whom it was made: the same file gives the same bytes.
 */
import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';
import { pack } from 'tar-stream';
import { bytes, type Bytes } from '../../domain/units.js';
import type { ArtifactKind } from '../../domain/runtime.js';
import { digestOf, hexOf } from './digest.js';

export interface ImageContent {
  readonly function: string;
  readonly kind: ArtifactKind;
  /** Of a precompiled kind: what its file is called after `function.`. */
  readonly extension?: string;
  /** The one file of the image, which is also its entry point. */
  readonly file: Buffer;
  /** For native code: the machine it runs on, as `process.arch` names it. */
  readonly architecture: string;
  /** What lies below the layer of the file; absent for an image FROM scratch. */
  readonly base?: BaseLayer;
}

/** A layer that many images stand on. Its bytes are in no image's own part of an archive. */
export interface BaseLayer {
  /** Names it, e.g. `debian-bookworm`. */
  readonly name: string;
  /** Digest of the compressed layer. */
  readonly digest: string;
  /** Digest of the tar before gzip. */
  readonly diffId: string;
  readonly compressedBytes: Bytes;
  readonly uncompressedBytes: Bytes;
  /** The layer that it lies on. */
  readonly below?: BaseLayer;
  /** What runs a file that does not run by itself: what the entry point has before the file's path. */
  readonly command?: readonly string[];
  /** The beginning of every archive of an image on it: it, and what is below it, as the archive's first entries. */
  readonly archivePath: string;
}

export interface OciImage {
  /** The archive; where there is a base, what comes after `archivePath` of the base. */
  readonly archive: Buffer;
  readonly reference: string;
  /** Digest of the image manifest. */
  readonly digest: string;
  /** Compressed layers, config and manifest. */
  readonly compressedBytes: Bytes;
  /** The layers unpacked: the tars before gzip. */
  readonly uncompressedBytes: Bytes;
}

/** Changes whenever the bytes of an image for the same file would: part of every cache key. */
export const imageFormat = 'lumos/image@1';

const mediaTypes = {
  index: 'application/vnd.oci.image.index.v1+json',
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar+gzip',
} as const;

/** Go's names for the architectures Node names, as OCI wants them. */
const goArchitectures: Readonly<Record<string, string>> = { x64: 'amd64', ia32: '386', arm64: 'arm64' };

/** What a kind is inside its image: the path of its file and the platform it asks for (runwasi's for Wasm). */
export function imageLayout(
  kind: ArtifactKind,
  architecture: string,
  extension = 'cwasm',
): { readonly path: string; readonly os: string; readonly architecture: string } {
  switch (kind) {
    case 'native-binary':
    case 'native-image':
    case 'native-image-debian':
      return { path: 'function', os: 'linux', architecture: goArchitectures[architecture] ?? architecture };
    case 'wasm-module':
    case 'wasm-initializable':
    case 'wasm-component':
    case 'wasm-http-component':
      return { path: 'function.wasm', os: 'wasi', architecture: 'wasm' };
    case 'node-bundle':
    case 'node-image':
      return {
        path: 'function.mjs',
        os: 'linux',
        architecture: goArchitectures[architecture] ?? architecture,
      };
    default:
      return { path: `function.${extension}`, os: 'wasi', architecture: 'wasm' };
  }
}

/** The image's configuration: what runs in it, and its layers unpacked. */
function configOf(content: ImageContent, layout: ReturnType<typeof imageLayout>, layer: Buffer): Buffer {
  const { base } = content;
  return json({
    architecture: layout.architecture,
    os: layout.os,
    config: {
      Entrypoint: [...(base?.command ?? []), `/${layout.path}`],
      Labels: {
        'lumos.function': content.function,
        'lumos.kind': content.kind,
        ...(base === undefined ? {} : { 'lumos.base': base.name }),
      },
    },
    rootfs: { type: 'layers', diff_ids: [...layersOf(base).map(({ diffId }) => diffId), digestOf(layer)] },
  });
}

export async function createImage(content: ImageContent): Promise<OciImage> {
  const { base } = content;
  const layout = imageLayout(content.kind, content.architecture, content.extension);
  const layer = await tarOf([{ name: layout.path, data: content.file, mode: 0o755 }]);
  const compressed = await compress(layer);
  const config = configOf(content, layout, layer);
  const manifest = json({
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    config: descriptor(mediaTypes.config, config),
    layers: [...baseDescriptors(base), descriptor(mediaTypes.layer, compressed)],
  });
  const digest = digestOf(manifest);
  const tag = `${content.kind.replace(':', '-')}-${hexOf(digest).slice(0, 12)}`;
  const reference = `lumos/${content.function}:${tag}`;
  const index = json({
    schemaVersion: 2,
    mediaType: mediaTypes.index,
    manifests: [
      {
        ...descriptor(mediaTypes.manifest, manifest),
        platform: { architecture: layout.architecture, os: layout.os },
        annotations: {
          'io.containerd.image.name': `docker.io/${reference}`,
          'org.opencontainers.image.ref.name': tag,
        },
      },
    ],
  });
  const blobs = [compressed, config, manifest];
  const forDocker = json([
    {
      Config: blobPath(config),
      RepoTags: [reference],
      Layers: [...baseDescriptors(base).map(({ digest: of }) => pathOfBlob(of)), blobPath(compressed)],
    },
  ]);
  const archive = await tarOf([
    ...blobs.map((data) => ({ name: blobPath(data), data, mode: 0o644 })),
    { name: 'index.json', data: index, mode: 0o644 },
    { name: 'manifest.json', data: forDocker, mode: 0o644 },
    { name: 'oci-layout', data: json({ imageLayoutVersion: '1.0.0' }), mode: 0o644 },
  ]);
  return {
    archive,
    reference,
    digest,
    compressedBytes: bytes(sum([...blobs, ...layersOf(base).map((one) => one.compressedBytes)])),
    uncompressedBytes: bytes(sum([layer, ...layersOf(base).map((one) => one.uncompressedBytes)])),
  };
}

/** What a layer tar is when it is the base of images, and the beginning of their archives. */
export async function createBaseLayer(
  layer: Buffer,
): Promise<Omit<BaseLayer, 'name' | 'archivePath'> & { readonly archiveBeginning: Buffer }> {
  const compressed = await compress(layer);
  const whole = await tarOf([{ name: blobPath(compressed), data: compressed, mode: 0o644 }]);
  return {
    digest: digestOf(compressed),
    diffId: digestOf(layer),
    compressedBytes: bytes(compressed.length),
    uncompressedBytes: bytes(layer.length),
    archiveBeginning: whole.subarray(0, whole.length - tarEndBytes),
  };
}

/** A tar ends with two blocks of zeros (POSIX.1-2017, pax, "ustar Interchange Format"); more entries follow here. */
const tarEndBytes = 2 * 512;

/** A base's layers, the lowest first. */
export const layersOf = (base: BaseLayer | undefined): BaseLayer[] =>
  base === undefined ? [] : [...layersOf(base.below), base];

const baseDescriptors = (base: BaseLayer | undefined): ReturnType<typeof descriptor>[] =>
  layersOf(base).map(({ digest, compressedBytes }) => ({
    mediaType: mediaTypes.layer,
    digest,
    size: compressedBytes,
  }));

const sum = (sizes: readonly (Buffer | Bytes)[]): number =>
  sizes.reduce<number>((total, size) => total + (typeof size === 'number' ? size : size.length), 0);

const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));

const pathOfBlob = (digest: string): string => `blobs/sha256/${hexOf(digest)}`;

const blobPath = (data: Buffer): string => pathOfBlob(digestOf(data));

const descriptor = (
  mediaType: string,
  data: Buffer,
): { readonly mediaType: string; readonly digest: string; readonly size: number } => ({
  mediaType,
  digest: digestOf(data),
  size: data.length,
});

export interface TarFile {
  readonly name: string;
  readonly data: Buffer;
  readonly mode: number;
}

/** A tar of `files` in the order of their names, owned by root and made at the beginning of time. */
export async function tarOf(files: readonly TarFile[]): Promise<Buffer> {
  const tar = pack();
  for (const { name, data, mode } of [...files].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    tar.entry(
      { name, mode, size: data.length, mtime: new Date(0), uid: 0, gid: 0, uname: '', gname: '' },
      data,
    );
  }
  tar.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of tar as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

const gzipBuffer = promisify(gzip);
/** RFC 1952, 2.3: byte 9 names the system that compressed; 255 is "unknown". */
const gzipSystemByte = 9;

async function compress(data: Buffer): Promise<Buffer> {
  const compressed = await gzipBuffer(data, { level: constants.Z_BEST_COMPRESSION });
  compressed[gzipSystemByte] = 255;
  return compressed;
}
