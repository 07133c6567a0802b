/** Containers of a daemon that speaks Docker's API (`docker`, `podman`), with their standard streams attached. */
import type Dockerode from 'dockerode';
import { invalidInput } from '../../../domain/errors.js';
import type { Start } from '../../../domain/factors.js';
import { checkedRunId } from '../../../domain/names.js';
import type {
  ArtifactKind,
  PrepareRequest,
  Prepared,
  Runtime,
  SandboxLimits,
  StagedSandbox,
  Use,
} from '../../../domain/runtime.js';
import { needsQuota } from '../../cgroup/cpu-limit.js';
import { freeLoopbackPort } from '../../process/free-port.js';
import { parseRuntimeOptions } from '../runtime-options.js';
import { DockerContainer } from './container.js';
import { awaitAnswer, withDaemon, type ContainerDaemon, type DaemonConnection } from './daemon.js';
import {
  createBody,
  DockerOptionsSchema,
  functionLabel,
  isReference,
  objectsFolder,
  runLabel,
  type DockerOptions,
} from './docker-options.js';
import { loadForRun, unlessMissing } from './image.js';

export function createDockerRuntime(daemon: ContainerDaemon): Runtime {
  const { id } = daemon;
  const left: Left = { isPossible: false };
  return {
    id,
    engine: id,
    class: 'container',
    artifactKind: 'native-image',
    starts: ['cold', 'warm'],
    transports: ['stdio', 'http'],
    keepsToCpus: true,
    artifactKindFor: (options, use) => imageKind(id, DockerOptionsSchema.parse(options), use),
    probe: () => daemon.probe(),
    parseOptions: (raw) => parseRuntimeOptions(id, DockerOptionsSchema, raw),
    whyNotHeld: (limits) => withDaemon(daemon, (docker) => whyNotHeld(docker, limits)),
    prepare: (request) => PreparedImage.create(daemon, request, left),
    cleanUpAfter: (runId) => withDaemon(daemon, (docker) => removeRun(docker, runId)),
    awaitDaemon: (limit) => awaitAnswer(daemon, limit),
  };
}

/**
 * Services of a run listen on this machine's loopback only, and a container has a loopback of its own unless it shares
 * the machine's. One without a network cannot be reached either.
 */
function imageKind(
  id: string,
  { network, base }: DockerOptions,
  { reach, language, transport }: Use,
): ArtifactKind {
  if (reach.sockets === true && network !== 'host') {
    throw invalidInput(
      `${id} with network "${network}": a container cannot connect to a service on this machine's loopback`,
      `Declare options: { ${id}: { network: host } }, or access: [host].`,
    );
  }
  if (transport === 'http' && network === 'none') {
    throw invalidInput(
      `${id} with network "none": a container without a network cannot be reached over HTTP`,
      `Declare options: { ${id}: { network: bridge } } or { ${id}: { network: host } }.`,
    );
  }
  if (language === 'typescript') {
    if (!isReference(base)) return 'node-image';
    throw invalidInput(
      `${id} with base "${base}": functions in TypeScript stand on an image with Node that Lumos makes`,
      `Leave base out of options: { ${id}: ... } for functions in TypeScript.`,
    );
  }
  return base === 'debian' ? 'native-image-debian' : 'native-image';
}

/** What the daemon says that the kernel lets it limit. */
async function whyNotHeld(
  docker: Dockerode,
  { cpu, memoryBytes }: SandboxLimits,
): Promise<string | undefined> {
  const abilities = (await docker.info()) as Readonly<Record<string, unknown>>;
  const needed = [
    ...(cpu === undefined ? [] : ['CPUSet', ...(needsQuota(cpu) ? ['CpuCfsQuota', 'CpuCfsPeriod'] : [])]),
    ...(memoryBytes === undefined ? [] : ['MemoryLimit']),
  ];
  const lacking = needed.filter((name) => abilities[name] !== true);
  return lacking.length === 0
    ? undefined
    : `the daemon cannot limit containers here: no ${lacking.join(', no ')}`;
}

/** Whether containers of a run may stand that nobody uses: one for all that was made ready on a daemon. */
interface Left {
  isPossible: boolean;
}

class PreparedImage implements Prepared {
  private readonly standing = new Set<DockerContainer>();
  private readonly launching = new Set<Promise<DockerContainer>>();

  private constructor(
    private readonly daemon: ContainerDaemon,
    private readonly connection: DaemonConnection,
    private readonly request: PrepareRequest,
    private readonly options: DockerOptions,
    private readonly image: string,
    private readonly hostConfig: Dockerode.HostConfig | undefined,
    private readonly left: Left,
  ) {}

  static async create(daemon: ContainerDaemon, request: PrepareRequest, left: Left): Promise<PreparedImage> {
    const connection = await daemon.connect();
    try {
      const options = DockerOptionsSchema.parse(request.options);
      const image = await loadForRun(connection.docker, request, options);
      const hostConfig = await daemon.hostConfig?.();
      return new PreparedImage(daemon, connection, request, options, image, hostConfig, left);
    } catch (error) {
      await connection.close();
      throw error;
    }
  }

  get folder(): string | undefined {
    return this.request.reach.folder === undefined ? undefined : objectsFolder;
  }

  async stage(_start: Start, cpus?: string): Promise<StagedSandbox> {
    const { artifact, runId, limits, reach, transport } = this.request;
    const port = transport === 'http' ? await freeLoopbackPort() : undefined;
    const body = createBody({
      image: this.image,
      names: { runId, function: artifact.function },
      options: this.options,
      limits,
      folder: reach.folder,
      port,
      cpus,
      hostConfig: this.hostConfig,
    });
    const use = {
      port,
      killedForMemory: this.daemon.killedForMemory,
      onLeft: (): void => void (this.left.isPossible = true),
    };
    return {
      existing: () => this.existing(),
      launch: () => {
        const launching = DockerContainer.run(this.connection.docker, body, this.standing, use);
        this.launching.add(launching);
        return launching.finally(() => this.launching.delete(launching));
      },
      discard: () => Promise.resolve(),
    };
  }

  /** Whatever stands of the run, of whichever function: what could not be removed, or was made when nobody heard of it. */
  async removeLeft(): Promise<void> {
    if (!this.left.isPossible) return;
    await removeContainers(this.connection.docker, this.request.runId);
    this.left.isPossible = false;
  }

  async dispose(): Promise<void> {
    // A launch that nobody waits for any longer still makes its container, which would hold on to the image.
    await Promise.allSettled(this.launching);
    await Promise.all([...this.standing].map((container) => container.remove()));
    await this.connection.docker.getImage(this.image).remove({ noprune: false }).catch(unlessMissing);
    await this.connection.close();
  }

  private async existing(): Promise<number> {
    const filters = {
      label: [`${runLabel}=${this.request.runId}`, `${functionLabel}=${this.request.artifact.function}`],
    };
    return (await this.connection.docker.listContainers({ all: true, filters })).length;
  }
}

async function removeContainers(docker: Dockerode, runId: string): Promise<string[]> {
  checkedRunId(runId);
  const removed: string[] = [];
  const containers = await docker.listContainers({ all: true, filters: { label: [`${runLabel}=${runId}`] } });
  for (const { Id, Labels } of containers) {
    if (Labels[runLabel] !== runId) continue;
    await docker.getContainer(Id).remove({ force: true, v: true }).catch(unlessMissing);
    removed.push(`container ${Id.slice(0, 12)}`);
  }
  return removed;
}

async function removeRun(docker: Dockerode, runId: string): Promise<string[]> {
  const removed = await removeContainers(docker, runId);
  const images = await docker.listImages({ filters: { reference: [`lumos/*:run-${runId}`] } });
  for (const reference of images
    .flatMap((image) => image.RepoTags ?? [])
    .filter((tag) => tag.endsWith(`:run-${runId}`))) {
    await docker.getImage(reference).remove({ noprune: false }).catch(unlessMissing);
    removed.push(`image ${reference}`);
  }
  return removed;
}
