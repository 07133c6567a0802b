/** Runtimes under containerd: a shim, which is runc's or one for Wasm, runs the image of a function. */
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pipeline } from 'node:stream/promises';
import type { RuntimeClass } from '../../../domain/factors.js';
import { checkedRunId } from '../../../domain/names.js';
import { invalidInput, LumosError, messageOf } from '../../../domain/errors.js';
import type {
  ArtifactKind,
  Availability,
  ImageArtifact,
  PrepareRequest,
  Prepared,
  Runtime,
  Sandbox,
  StagedSandbox,
  Use,
} from '../../../domain/runtime.js';
import type { Milliseconds } from '../../../domain/units.js';
import { removeReserved, reserveCpus, whyNotLimited } from '../../cgroup/sandbox-group.js';
import { freeLoopbackPort } from '../../process/free-port.js';
import { SupervisedProcess } from '../../process/supervised-process.js';
import type { LocalMachine } from '../command-runtime.js';
import { parseRuntimeOptions } from '../runtime-options.js';
import type { Containerd } from './client.js';
import { ContainerdOptionsSchema, type ContainerdOptions } from './options.js';
import { runArguments } from './run-arguments.js';
import { removeContainer } from './remove-container.js';
import { ContainerdSandbox } from './sandbox.js';

export interface ContainerdRuntimeDescription {
  readonly id: string;
  readonly engine: string;
  /** Which of the engine's variants, as the id ends; absent where there is one. */
  readonly mode?: string;
  readonly class: RuntimeClass;
  /** Of the shim, e.g. `io.containerd.runc.v2`. */
  readonly shim: string;
  /** The platform of its images where it is not the machine's own: `wasi/wasm`. */
  readonly platform?: string;
  probe(): Promise<Availability>;
}

const filterOf = (labels: Readonly<Record<string, string>>): string =>
  Object.entries(labels)
    .map(([name, value]) => `labels."${name}"==${value}`)
    .join(',');

const idLabels = (id: string, runId: string): Record<string, string> => ({
  'lumos.runtime': id,
  'lumos.run': runId,
});

export function createContainerdRuntime(
  containerd: Containerd,
  { shimPath: supervisor, hierarchy }: LocalMachine,
  description: ContainerdRuntimeDescription,
): Runtime {
  const { id } = description;
  const isWasm = description.platform !== undefined;
  return {
    id,
    engine: description.engine,
    ...(description.mode === undefined ? {} : { mode: description.mode }),
    class: description.class,
    artifactKind: isWasm ? 'wasm-module' : 'native-image',
    starts: ['cold', 'warm'],
    // A WASI 0.1 module opens no socket to serve on.
    transports: isWasm ? ['stdio'] : ['stdio', 'http'],
    artifactKindFor: (options, use) =>
      isWasm ? moduleFor(use) : imageKind(id, ContainerdOptionsSchema.parse(options), use),
    probe: () => description.probe(),
    parseOptions: (raw) => parseRuntimeOptions(id, ContainerdOptionsSchema, raw),
    whyNotHeld: (limits) => whyNotLimited(hierarchy, limits),
    prepare: (request) =>
      PreparedImage.create(containerd, { shimPath: supervisor, hierarchy }, description, request),
    cleanUpAfter: async (runId) => {
      const removed = await cleanUp(containerd, description, runId);
      if (hierarchy !== undefined) await removeReserved(hierarchy, isContainerOf(runId));
      return removed;
    },
    awaitDaemon: (limit) => awaitContainerd(containerd, limit),
  };
}

const askEveryMs = 50;

/** Resolves when it answers; one of our own that has ended is started again. @throws LumosError `failed` */
async function awaitContainerd(containerd: Containerd, limit: Milliseconds): Promise<void> {
  const ends = performance.now() + limit;
  for (;;) {
    try {
      const giveBack = await containerd.use();
      await containerd.greet().finally(giveBack);
      return;
    } catch (error) {
      if (performance.now() >= ends)
        throw new LumosError('failed', `containerd does not answer: ${messageOf(error)}`, { cause: error });
    }
    await sleep(askEveryMs);
  }
}

const moduleFor = ({ reach, transport }: Use): ArtifactKind | undefined =>
  reach.sockets === true || transport === 'http' ? undefined : 'wasm-module';

function imageKind(
  id: string,
  { network, base }: ContainerdOptions,
  { reach, language, transport }: Use,
): ArtifactKind {
  if (network !== 'host' && (reach.sockets === true || transport === 'http')) {
    throw invalidInput(
      `${id} with network "${network}": the container has nothing but a loopback of its own`,
      `Declare options: { ${id}: { network: host } }.`,
    );
  }
  if (language === 'typescript') return 'node-image';
  return base === 'debian' ? 'native-image-debian' : 'native-image';
}

/** The name of a container of a run, and of its group. */
const containerName = (runId: string, count: number): string =>
  `lumos-${checkedRunId(runId)}-${process.pid}-${count}`;

/** Whether a name is one of `containerName`, of this run and of no run whose id begins with this one's. */
export function isContainerOf(runId: string): (name: string) => boolean {
  const pattern = new RegExp(`^lumos-${checkedRunId(runId)}-\\d+-\\d+$`);
  return (name) => pattern.test(name);
}

/** The run's own name of an image; of each runtime its own, for they have images of one function for different platforms. */
const imageTag = (id: string, runId: string): string => `run-${checkedRunId(runId)}-${id}`;

async function importForRun(
  containerd: Containerd,
  { id, platform }: ContainerdRuntimeDescription,
  { artifact, runId }: PrepareRequest,
): Promise<string> {
  const name = `docker.io/lumos/${artifact.function}:${imageTag(id, runId)}`;
  const imported = `docker.io/${artifact.image.reference}`;
  await containerd.inTurn(async () => {
    const archive = await wholeArchive(artifact.image);
    try {
      const platforms = platform === undefined ? [] : ['--platform', platform];
      await containerd.run('images', 'import', ...platforms, archive.path);
      await containerd.run('images', 'tag', '--force', imported, name);
      await containerd.run('images', 'delete', imported);
    } finally {
      await archive.remove();
    }
  });
  return name;
}

/** The image's archive as one file. */
async function wholeArchive({
  archiveBasePath,
  archivePath,
}: ImageArtifact): Promise<{ path: string; remove(): Promise<void> }> {
  if (archiveBasePath === undefined) return { path: archivePath, remove: () => Promise.resolve() };
  const folder = await mkdtemp(join(tmpdir(), 'lumos-archive-'));
  const path = join(folder, 'image.tar');
  await pipeline(createReadStream(archiveBasePath), createWriteStream(path));
  await pipeline(createReadStream(archivePath), createWriteStream(path, { flags: 'a' }));
  return { path, remove: () => rm(folder, { recursive: true, force: true }) };
}

async function cleanUp(
  containerd: Containerd,
  { id, ...description }: ContainerdRuntimeDescription,
  runId: string,
): Promise<string[]> {
  checkedRunId(runId);
  // Without a daemon there can be no containers to look for either.
  if (!(await description.probe()).usable) return [];
  const giveBack = await containerd.use();
  try {
    const containers = await containerd.run('containers', 'list', '--quiet', filterOf(idLabels(id, runId)));
    const images = (await containerd.run('images', 'list', '--quiet')).split('\n');
    const ours = {
      containers: containers.split('\n').filter(isContainerOf(runId)),
      images: images.filter((name) => name.endsWith(`:${imageTag(id, runId)}`)),
    };
    for (const container of ours.containers) await removeContainer(containerd, container);
    for (const image of ours.images) await containerd.run('images', 'delete', '--sync', image);
    return [
      ...ours.containers.map((container) => `container ${container}`),
      ...ours.images.map((image) => `image ${image}`),
    ];
  } finally {
    await giveBack();
  }
}

class PreparedImage implements Prepared {
  private static made = 0;
  private readonly standing = new Set<ContainerdSandbox>();

  private constructor(
    private readonly containerd: Containerd,
    private readonly machine: LocalMachine,
    private readonly description: ContainerdRuntimeDescription,
    private readonly request: PrepareRequest,
    private readonly image: string,
    private readonly giveBack: () => Promise<void>,
  ) {}

  static async create(
    containerd: Containerd,
    machine: LocalMachine,
    description: ContainerdRuntimeDescription,
    request: PrepareRequest,
  ): Promise<PreparedImage> {
    const giveBack = await containerd.use();
    try {
      await containerd.follow();
      const image = await importForRun(containerd, description, request);
      return new PreparedImage(containerd, machine, description, request, image, giveBack);
    } catch (error) {
      await giveBack();
      throw error;
    }
  }

  get folder(): string | undefined {
    return this.request.reach.folder === undefined ? undefined : '/objects';
  }

  async stage(): Promise<StagedSandbox> {
    const { request, description, containerd } = this;
    const port = request.transport === 'http' ? await freeLoopbackPort() : undefined;
    const container = containerName(request.runId, ++PreparedImage.made);
    const args = runArguments({
      image: this.image,
      container,
      labels: this.labels(),
      shim: description.shim,
      platform: description.platform,
      options: ContainerdOptionsSchema.parse(request.options),
      limits: request.limits,
      folder: request.reach.folder,
      port,
    });
    const free = this.reserve(container);
    try {
      const supervised = await SupervisedProcess.stage({
        shim: await this.machine.shimPath(),
        groupFiles: [],
        ...(await containerd.client(args)),
      });
      const use = { port, afterRemoval: free };
      const sandbox = new ContainerdSandbox(containerd, supervised, container, this.standing, use);
      return {
        existing: () => this.existing(),
        launch: (): Promise<Sandbox> => {
          sandbox.start();
          return Promise.resolve(sandbox);
        },
        discard: () => supervised.kill().then(free),
      };
    } catch (error) {
      await free();
      throw error;
    }
  }

  /** The container's CPUs, where it is to have some of its own. @returns gives them back */
  private reserve(container: string): () => Promise<void> {
    const { cpu } = this.request.limits;
    const { hierarchy } = this.machine;
    if (cpu === undefined || hierarchy === undefined) return () => Promise.resolve();
    return reserveCpus(hierarchy, container, cpu.cpus);
  }

  async removeLeft(): Promise<void> {
    await Promise.all([...this.standing].map((sandbox) => sandbox.remove()));
  }

  async dispose(): Promise<void> {
    await Promise.all([...this.standing].map((sandbox) => sandbox.remove()));
    const removed = await this.containerd.attempt('images', 'delete', '--sync', this.image);
    await this.giveBack();
    if (removed.code !== 0 && !removed.stderr.includes('not found'))
      throw new LumosError('failed', `containerd does not remove the image: ${removed.stderr.trim()}`);
  }

  private labels(): Record<string, string> {
    const { runId, artifact } = this.request;
    return { ...idLabels(this.description.id, runId), 'lumos.function': artifact.function };
  }

  private async existing(): Promise<number> {
    const said = await this.containerd.run('containers', 'list', '--quiet', filterOf(this.labels()));
    return said.split('\n').filter((line) => line !== '').length;
  }
}
