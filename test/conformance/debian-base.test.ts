/** Images on a real Debian base, made by mmdebstrap and run by the real daemon. */
import { randomBytes } from 'node:crypto';
import { stat } from 'node:fs/promises';
import Docker from 'dockerode';
import { afterEach, expect, it } from 'vitest';
import { createWorkbench } from '../../src/cli/workbench.js';
import type { Artifact, ArtifactKind, Prepared } from '../../src/domain/runtime.js';
import { functionIn } from './found.js';

const workbench = await createWorkbench();
const catalogue = await workbench.catalogue();
const docker = workbench.registry.find(({ id }) => id === 'docker');
/** How a function is used that reaches nothing of the machine. */
const use = { reach: {}, transport: 'stdio', language: 'rust' } as const;
const runId = `test${randomBytes(5).toString('hex')}`;
const minutes = 60_000;

let prepared: Prepared[] = [];
afterEach(async () => {
  for (const one of prepared) await one.dispose();
  prepared = [];
});

async function build(name: string, kind: ArtifactKind): Promise<Artifact> {
  return await workbench.builder.artifact(functionIn(catalogue, name), kind);
}

async function prepare(name: string): Promise<Prepared> {
  if (docker === undefined) throw new Error('no runtime docker');
  const artifact = await build(name, 'native-image-debian');
  const options = docker.parseOptions({ base: 'debian' });
  expect(docker.artifactKindFor(options, use)).toBe('native-image-debian');
  const one = await docker.prepare({ ...use, artifact, limits: {}, runId, options });
  prepared.push(one);
  return one;
}

it(
  'stand on one layer that is kept once, are counted with it, and hold the binary that scratch holds',
  async () => {
    const [scratch, debian] = [
      await build('hello-world', 'native-image'),
      await build('hello-world', 'native-image-debian'),
    ];
    const other = await build('hashing', 'native-image-debian');
    expect(debian.digest).toBe(scratch.digest);
    expect(other.image.archiveBasePath).toBe(debian.image.archiveBasePath);
    const base = (await stat(debian.image.archiveBasePath ?? '')).size;
    const own = (await stat(debian.image.archivePath)).size;
    expect(own).toBeLessThan(2 * scratch.image.compressedBytes + 16_384);
    // Debian's own slim image is 28 MB; what is in it by mistake (Perl, caches, manuals) would make it larger.
    expect(base).toBeGreaterThan(20_000_000);
    expect(base).toBeLessThan(33_000_000);
    expect(debian.image.compressedBytes).toBeGreaterThan(base + scratch.image.compressedBytes - 2048);
    expect(debian.image.compressedBytes).toBeLessThan(base + scratch.image.compressedBytes + 2048);
    expect(debian.image.uncompressedBytes).toBeGreaterThan(60_000_000);
  },
  15 * minutes,
);

it('are loaded by the daemon with Debian below the function, which answers; nothing is left of them', async () => {
  const daemon = new Docker();
  for (const name of ['hello-world', 'hashing']) {
    const one = await prepare(name);
    const image = await daemon.getImage(`lumos/${name}:run-${runId}`).inspect();
    expect(image.RootFS.Layers).toHaveLength(2);
    const sandbox = await (await one.stage('cold')).launch();
    const first = await new Promise<Buffer>((resolve) => sandbox.stdout.once('data', resolve));
    expect(first.subarray(0, 11).toString('hex')).toBe('01060000004c554d4f5302');
    await sandbox.remove();
  }
  const container = await daemon.createContainer({
    Image: `lumos/hello-world:run-${runId}`,
    Entrypoint: ['/bin/sh', '-c'],
    Cmd: [
      '. /etc/os-release && test "$ID" = debian && test ! -e /etc/apt/sources.list && /function < /dev/null',
    ],
  });
  try {
    await container.start();
    expect((await container.wait()) as unknown).toMatchObject({ StatusCode: 0 });
  } finally {
    await container.remove({ force: true });
  }
  for (const one of prepared) await one.dispose();
  expect(await daemon.listImages({ filters: { reference: [`lumos/*:run-${runId}`] } })).toEqual([]);
});
