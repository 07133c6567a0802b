/**
 * The Debian base of images, made by mmdebstrap from Debian's own packages: what Debian's slim images hold, which is
 * the packages of priority "required" and apt, without manuals, translations and caches. No registry of images is
 * asked. The same packages give the same bytes; Debian's updates give others, so it is made once and kept.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { missingDependency } from '../../domain/errors.js';
import { bytes, milliseconds } from '../../domain/units.js';
import { findOnPath } from '../process/find-on-path.js';
import { runCommand } from '../process/run-command.js';
import type { BuildContext } from './builder-context.js';
import { Cache } from './cache.js';
import { createBaseLayer, type BaseLayer } from './oci-image.js';

/** The Debian that the base is: the same on every machine, whichever it runs. */
export const debianSuite = 'bookworm';

const archiveFile = 'archive-beginning.tar';
const makeLimit = milliseconds(900_000);

/** What Debian's slim images leave out of every package; licences stay. */
const leftOut = ['doc', 'groff', 'info', 'linda', 'lintian', 'locale', 'man'];
const pathRules = [
  ...leftOut.map((folder) => `path-exclude=/usr/share/${folder}/*`),
  'path-include=/usr/share/doc/*/copyright',
];

/** What holds a word of the machine that made it, or of the moment, and what apt can fetch again. */
const removed = [
  ...['etc/hostname', 'etc/resolv.conf', 'etc/machine-id', 'etc/apt/sources.list'],
  ...['var/lib/apt/lists/*', 'var/cache/*', 'var/log/*'],
];

/**
 * Arguments of mmdebstrap. Links instead of the package usrmerge make /usr whole, because that package brings Perl.
 * Nodes of /dev are left out: a container gets its own, and users without root's rights cannot make any.
 */
export const mmdebstrapArgs = (architecture: string, output: string, mirror?: string): readonly string[] => [
  ...['--variant=minbase', `--architectures=${architecture}`, '--components=main', '--format=tar'],
  ...['--include=usr-is-merged', '--hook-dir=/usr/share/mmdebstrap/hooks/merged-usr', '--skip=output/dev'],
  ...pathRules.map((rule) => `--dpkgopt=${rule}`),
  `--customize-hook=cd "$1" && rm -rf ${removed.join(' ')}`,
  ...[debianSuite, output, ...(mirror === undefined ? [] : [mirror])],
];

const debianArchitectures: Readonly<Record<string, string>> = { x64: 'amd64', ia32: 'i386', arm64: 'arm64' };

/**
 * The base layer for this machine's processor, from the cache where there is one. `LUMOS_DEBIAN_MIRROR` names another
 * mirror of Debian than mmdebstrap's own.
 * @throws LumosError `missing-dependency` without mmdebstrap, `failed` where it cannot make one.
 */
export async function debianBase(context: BuildContext): Promise<BaseLayer> {
  const started = performance.now();
  const what = `base image debian-${debianSuite}`;
  const architecture = debianArchitectures[process.arch] ?? process.arch;
  const given = context.environment['LUMOS_DEBIAN_MIRROR'];
  const mirror = given === '' ? undefined : given;
  const inputs = {
    kind: 'debian-base',
    recipe: JSON.stringify(mmdebstrapArgs(architecture, 'layer.tar', mirror)),
  };
  const entry = await new Cache(context.cacheFolder).get(inputs, async (folder) => {
    context.onProgress({ what, state: 'started' });
    const made = await createBaseLayer(await bootstrap(context, what, architecture, mirror));
    await writeFile(join(folder, archiveFile), made.archiveBeginning);
    const { digest, diffId, compressedBytes, uncompressedBytes } = made;
    return { digest, diffId, compressedBytes, uncompressedBytes };
  });
  const took = milliseconds(performance.now() - started);
  context.onProgress({ what, state: entry.found ? 'cached' : 'built', took });
  const { facts, folder } = entry;
  return {
    name: `debian-${debianSuite}`,
    digest: String(facts['digest']),
    diffId: String(facts['diffId']),
    compressedBytes: bytes(Number(facts['compressedBytes'])),
    uncompressedBytes: bytes(Number(facts['uncompressedBytes'])),
    archivePath: join(folder, archiveFile),
  };
}

async function bootstrap(
  context: BuildContext,
  what: string,
  architecture: string,
  mirror: string | undefined,
): Promise<Buffer> {
  const mmdebstrap = await findOnPath('mmdebstrap', ['/usr/bin'], context.environment['PATH'] ?? '');
  if (mmdebstrap === undefined) {
    throw missingDependency('mmdebstrap is needed for images on a Debian base', 'lumos setup mmdebstrap');
  }
  const workshop = await mkdtemp(join(tmpdir(), 'lumos-debian-'));
  try {
    const layer = join(workshop, 'layer.tar');
    await runCommand(mmdebstrap, mmdebstrapArgs(architecture, layer, mirror), {
      timeout: makeLimit,
      cwd: workshop,
      // Times in the layer are no later than this; with them, the layer depends on the packages alone.
      env: { ...context.environment, SOURCE_DATE_EPOCH: '0' },
      onOutput: (line, stream) => {
        if (stream === 'stderr') context.onProgress({ what, state: 'output', line: line.trim() });
      },
    });
    return await readFile(layer);
  } finally {
    await rm(workshop, { recursive: true, force: true });
  }
}
