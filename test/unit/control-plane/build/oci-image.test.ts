import { gunzipSync } from 'node:zlib';
import { extract } from 'tar-stream';
import { describe, expect, it } from 'vitest';
import { digestOf } from '../../../../src/control-plane/build/digest.js';
import { createImage, imageLayout } from '../../../../src/control-plane/build/oci-image.js';
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

describe('imageLayout', () => {
  it.each<[ArtifactKind, string, string]>([
    ['native-binary', 'function', 'linux/arm64'],
    ['native-image', 'function', 'linux/arm64'],
    ['wasm-module', 'function.wasm', 'wasi/wasm'],
    ['wasmtime-aot', 'function.cwasm', 'wasi/wasm'],
    ['wasmtime-pulley', 'function.cwasm', 'wasi/wasm'],
  ])('of %s is %s on %s', (kind, path, platform) => {
    const layout = imageLayout(kind, 'arm64');
    expect([layout.path, `${layout.os}/${layout.architecture}`]).toEqual([path, platform]);
  });
});
