/**
 * `crun`: the OCI runtime by itself, on a bundle that was unpacked before: the cost of isolation without that of an engine,
 * its daemon, its store of images and its network.
 */
import { cp, rm, writeFile } from 'node:fs/promises';
import { release } from 'node:os';
import { join } from 'node:path';
import { invalidInput, missingDependency } from '../../../domain/errors.js';
import type { ArtifactKind, PrepareRequest, Runtime, Use } from '../../../domain/runtime.js';
import { milliseconds } from '../../../domain/units.js';
import { attemptCommand } from '../../process/run-command.js';
import { createCommandRuntime, type Command, type CommandUse } from '../command-runtime.js';
import type { Engine, EngineHost } from '../engine.js';
import { makeRunFolder, removingRunFolders } from '../run-folders.js';
import { parseRuntimeOptions } from '../runtime-options.js';
import { bundleConfig, defaultCapabilities, objectsFolder } from './bundle-config.js';
import { crunDependency, findCrun } from './dependency.js';
import { BundleOptionsSchema, type BundleOptions } from './options.js';
import { readSeccompProfile, resolveSeccomp } from './seccomp.js';
import { unpackImage, type UnpackedImage } from './unpack-image.js';
import { makeFolders } from '../../../files/make-folders.js';

const deleteLimit = milliseconds(10_000);

export function createCrunEngine({ machine }: EngineHost): Engine {
  const dependency = crunDependency();
  const unpacked = new Map<string, UnpackedImage>();
  const runtime = createCommandRuntime(machine, {
    id: 'crun',
    engine: 'crun',
    class: 'container',
    artifactKind: 'native-image',
    socketArtifactKind: 'native-image',
    transports: ['stdio', 'http'],
    probe: () => dependency.probe(),
    prepare: async (request) => {
      const folder = await makeRunFolder('crun', request.runId);
      const remove = async (): Promise<void> => {
        unpacked.delete(folder);
        await rm(folder, { recursive: true, force: true });
      };
      try {
        unpacked.set(folder, await unpackImage(request.artifact.image, join(folder, 'rootfs'), folder));
      } catch (error) {
        await remove();
        throw error;
      }
      return { folder, remove };
    },
    command: (request, use) => runBundle(request, use, unpacked.get(use.files ?? '')),
  });
  return { name: 'crun', dependency, runtimes: [removingRunFolders(withOptions(runtime))] };
}

/** The runtime with options of its own. */
const withOptions = (runtime: Runtime): Runtime => ({
  ...runtime,
  artifactKindFor: (options, use) => imageKind(BundleOptionsSchema.parse(options), use),
  parseOptions: (raw) => parseRuntimeOptions(runtime.id, BundleOptionsSchema, raw),
});

function imageKind({ network, base }: BundleOptions, { reach, language, transport }: Use): ArtifactKind {
  if (network !== 'host' && (reach.sockets === true || transport === 'http')) {
    throw invalidInput(
      `crun with network "${network}": the container has nothing but a loopback of its own`,
      'Declare options: { crun: { network: host } }.',
    );
  }
  if (language === 'typescript') return 'node-image';
  return base === 'debian' ? 'native-image-debian' : 'native-image';
}

let bundles = 0;

/**
 * A bundle for one sandbox and the command that runs it. Its root is its own where it may write to it: what one sandbox
 * writes, no other finds.
 *
 * `--cgroup-manager=disabled`: the container stays in the group that the supervisor stands in, which has the memory limit
 * and the counters as for every other command. crun's own groups would be one in each of version 1's hierarchies, to be made
 * and removed within the figure, and the limit's "killed for memory" would be counted where nobody looks. crun's own
 * process is in the counters that way: it is what isolation costs here, and some 2 MB.
 */
async function runBundle(
  request: PrepareRequest,
  use: CommandUse,
  image: UnpackedImage | undefined,
): Promise<Command> {
  const file = await findCrun();
  const { files: folder } = use;
  if (file === undefined) throw missingDependency('crun is not installed', 'lumos setup crun');
  if (folder === undefined || image === undefined) throw new Error('the image was not unpacked');
  const options = BundleOptionsSchema.parse(request.options);
  const id = `lumos-${request.runId}-${process.pid}-${++bundles}`;
  const bundle = join(folder, id);
  const state = join(folder, 'state');
  const giveBack = async (): Promise<void> => {
    // One that ended by itself is gone already, and one that never was started is not there.
    await attemptCommand(file, ['--root', state, 'delete', '--force', id], { timeout: deleteLimit });
    await rm(bundle, { recursive: true, force: true });
  };
  makeFolders(bundle);
  const shared = join(folder, 'rootfs');
  const rootfs = options.readOnlyRoot ? shared : join(bundle, 'rootfs');
  if (!options.readOnlyRoot)
    await cp(shared, rootfs, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
  // crun makes the places of its mounts in a root that it may write to, before it makes it read-only.
  const config = bundleConfig({
    rootfs,
    args: image.entrypoint,
    env: [...image.env, ...(use.port === undefined ? [] : [`LUMOS_HTTP=127.0.0.1:${use.port}`])],
    hostname: 'lumos',
    options,
    folder: request.reach.folder,
    seccomp: options.seccomp === 'default' ? await defaultSeccomp() : undefined,
  });
  await writeFile(join(bundle, 'config.json'), JSON.stringify(config));
  const args = ['--root', state, '--cgroup-manager=disabled', 'run', '--bundle', bundle, id];
  return { file, args, giveBack, ...(request.reach.folder === undefined ? {} : { folder: objectsFolder }) };
}

const architectures: Readonly<Record<string, readonly [string, string]>> = {
  x64: ['amd64', 'SCMP_ARCH_X86_64'],
  arm64: ['arm64', 'SCMP_ARCH_AARCH64'],
};

async function defaultSeccomp(): Promise<object> {
  const [architecture = process.arch, seccompArchitecture = ''] = architectures[process.arch] ?? [];
  return resolveSeccomp(await readSeccompProfile(), {
    architecture,
    seccompArchitecture,
    kernel: release(),
    capabilities: defaultCapabilities,
  });
}
