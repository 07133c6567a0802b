import { gunzipSync } from 'node:zlib';
import { extract } from 'tar-stream';
import { describe, expect, it } from 'vitest';
import { digestOf } from '../../../../src/control-plane/build/digest.js';
import {
  createBaseLayer,
  createImage,
  imageLayout,
  type BaseLayer,
} from '../../../../src/control-plane/build/oci-image.js';
import type { ArtifactKind } from '../../../../src/domain/runtime.js';

interface File {
  readonly data: Buffer;
  readonly header: Record<string, unknown>;
}

async function untar(tar: Buffer): Promise<Map<string, File>> {
  const files = new Map<string, File>();
  const reader = extract();
  reader.end(tar);
  for await (const entry of reader) {
    const chunks: Buffer[] = [];
    for await (const chunk of entry as AsyncIterable<Buffer>) chunks.push(chunk);
    files.set(entry.header.name, { data: Buffer.concat(chunks), header: { ...entry.header } });
  }
  return files;
}

function fileOf(files: Map<string, File>, name: string): File {
  const file = files.get(name);
  if (file === undefined) throw new Error(`no ${name} in ${[...files.keys()].join(', ')}`);
  return file;
}

const program = Buffer.from('\x7fELF a program'.repeat(100));
const native = { function: 'hello-world', kind: 'native-image', file: program, architecture: 'x64' } as const;

interface Parsed {
  manifests: { digest: string; size: number; annotations: Record<string, string> }[];
  config: { digest: string; size: number };
  layers: { digest: string; size: number }[];
}

describe('createImage', () => {
  it('is an OCI layout in which every digest and size is right', async () => {
    const image = await createImage(native);
    const files = await untar(image.archive);
    expect(fileOf(files, 'oci-layout').data.toString()).toBe('{"imageLayoutVersion":"1.0.0"}');
    const index = JSON.parse(fileOf(files, 'index.json').data.toString()) as Parsed;
    const blob = (digest: string): Buffer => fileOf(files, digest.replace('sha256:', 'blobs/sha256/')).data;
    const [described] = index.manifests;
    expect(described?.digest).toBe(image.digest);
    const manifest = JSON.parse(blob(image.digest).toString()) as Parsed;
    const all = [{ digest: image.digest, size: described?.size }, manifest.config, ...manifest.layers];
    for (const { digest, size } of all) {
      expect(digestOf(blob(digest))).toBe(digest);
      expect(blob(digest).length).toBe(size);
    }
    expect(image.compressedBytes).toBe(all.reduce((sum, { size }) => sum + (size ?? 0), 0));
  });

  it('holds the one file as its entry point, owned by root, executable, from the beginning of time', async () => {
    const image = await createImage(native);
    const files = await untar(image.archive);
    const manifest = JSON.parse(
      fileOf(files, image.digest.replace('sha256:', 'blobs/sha256/')).data.toString(),
    ) as Parsed;
    const blob = (digest: string): Buffer => fileOf(files, digest.replace('sha256:', 'blobs/sha256/')).data;
    const layer = gunzipSync(blob(manifest.layers[0]?.digest ?? ''));
    expect(image.uncompressedBytes).toBe(layer.length);
    const inside = await untar(layer);
    expect([...inside.keys()]).toEqual(['function']);
    expect(fileOf(inside, 'function').data.equals(program)).toBe(true);
    expect(fileOf(inside, 'function').header).toMatchObject({
      mode: 0o755,
      uid: 0,
      gid: 0,
      mtime: new Date(0),
    });
    expect(JSON.parse(blob(manifest.config.digest).toString())).toMatchObject({
      os: 'linux',
      architecture: 'amd64',
      config: { Entrypoint: ['/function'] },
      rootfs: { type: 'layers', diff_ids: [digestOf(layer)] },
    });
  });

  it('carries what docker load reads, under the reference that names the image', async () => {
    const image = await createImage(native);
    expect(image.reference).toBe(`lumos/hello-world:native-image-${image.digest.slice(7, 19)}`);
    const files = await untar(image.archive);
    const forDocker = JSON.parse(fileOf(files, 'manifest.json').data.toString()) as {
      Config: string;
      RepoTags: string[];
      Layers: string[];
    }[];
    expect(forDocker).toHaveLength(1);
    expect(forDocker[0]?.RepoTags).toEqual([image.reference]);
    for (const name of [forDocker[0]?.Config, ...(forDocker[0]?.Layers ?? [])]) {
      expect(files.has(name ?? '')).toBe(true);
    }
  });

  it('gives the same bytes for the same file, and others for another', async () => {
    const [a, b] = [await createImage(native), await createImage(native)];
    expect(a.archive.equals(b.archive)).toBe(true);
    const other = await createImage({ ...native, file: Buffer.from('other') });
    expect(other.digest).not.toBe(a.digest);
  });
});

describe('an image on a base layer', () => {
  const below = Buffer.concat([Buffer.alloc(4096, 'debian'), Buffer.alloc(1024)]);

  it('begins with the bytes of the base, which no image keeps again, and then holds both layers', async () => {
    const { archiveBeginning, ...made } = await createBaseLayer(below);
    const base: BaseLayer = { ...made, name: 'debian-test', archivePath: '/cache/base.tar' };
    const image = await createImage({ ...native, kind: 'native-image-debian', base });
    const own = await untar(image.archive);
    const whole = await untar(Buffer.concat([archiveBeginning, image.archive]));
    const blob = (digest: string): string => digest.replace('sha256:', 'blobs/sha256/');
    expect(own.has(blob(base.digest))).toBe(false);
    expect(gunzipSync(fileOf(whole, blob(base.digest)).data).equals(below)).toBe(true);
    const manifest = JSON.parse(fileOf(whole, blob(image.digest)).data.toString()) as Parsed;
    expect(manifest.layers.map(({ digest }) => digest)[0]).toBe(base.digest);
    for (const { digest, size } of [manifest.config, ...manifest.layers]) {
      expect(digestOf(fileOf(whole, blob(digest)).data)).toBe(digest);
      expect(fileOf(whole, blob(digest)).data.length).toBe(size);
    }
    const config = JSON.parse(fileOf(whole, blob(manifest.config.digest)).data.toString()) as {
      rootfs: { diff_ids: string[] };
    };
    const layer = gunzipSync(fileOf(whole, blob(manifest.layers[1]?.digest ?? '')).data);
    expect(config.rootfs.diff_ids).toEqual([digestOf(below), digestOf(layer)]);
    const forDocker = JSON.parse(fileOf(whole, 'manifest.json').data.toString()) as { Layers: string[] }[];
    expect(forDocker[0]?.Layers).toEqual(manifest.layers.map(({ digest }) => blob(digest)));
  });

  it('is counted with it, compressed and unpacked', async () => {
    const { archiveBeginning, ...made } = await createBaseLayer(below);
    const base: BaseLayer = { ...made, name: 'debian-test', archivePath: '/cache/base.tar' };
    const image = await createImage({ ...native, kind: 'native-image-debian', base });
    const manifest = fileOf(
      await untar(image.archive),
      image.digest.replace('sha256:', 'blobs/sha256/'),
    ).data;
    const { config, layers } = JSON.parse(manifest.toString()) as Parsed;
    const pulled = [config, ...layers].reduce((sum, { size }) => sum + size, manifest.length);
    expect(image.compressedBytes).toBe(pulled);
    expect(image.uncompressedBytes).toBe((await createImage(native)).uncompressedBytes + below.length);
    expect(archiveBeginning.length % 512).toBe(0);
  });
});

describe('imageLayout', () => {
  it.each<[ArtifactKind, string, string]>([
    ['native-binary', 'function', 'linux/arm64'],
    ['native-image', 'function', 'linux/arm64'],
    ['wasm-module', 'function.wasm', 'wasi/wasm'],
    ['wasmtime:aot', 'function.cwasm', 'wasi/wasm'],
    ['wasmtime:pulley', 'function.cwasm', 'wasi/wasm'],
    ['native-image-debian', 'function', 'linux/arm64'],
    ['wasm-component', 'function.wasm', 'wasi/wasm'],
    ['wasmtime:aot-component', 'function.cwasm', 'wasi/wasm'],
    ['wasmtime:pulley-component', 'function.cwasm', 'wasi/wasm'],
  ])('of %s is %s on %s', (kind, path, platform) => {
    const layout = imageLayout(kind, 'arm64');
    expect([layout.path, `${layout.os}/${layout.architecture}`]).toEqual([path, platform]);
  });
});
