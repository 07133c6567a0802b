/** `docker`: a container of the real engine, through its API, with its standard streams attached. */
import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import Dockerode from 'dockerode';
import { invalidInput, LumosError } from '../../../domain/errors.js';
import type {
  ArtifactKind,
  Availability,
  ImageArtifact,
  PrepareRequest,
  Prepared,
  Runtime,
  StagedSandbox,
  Use,
} from '../../../domain/runtime.js';
import { parseRuntimeOptions } from '../runtime-options.js';
import { DockerContainer, isStatus } from './container.js';
import {
  createBody,
  DockerOptionsSchema,
  functionLabel,
  objectsFolder,
  runLabel,
  type DockerOptions,
} from './docker-options.js';

/** Asks whether a daemon answers, and if not why and what mends it. */
export type DockerProbe = () => Promise<Availability>;

export function createDockerRuntime(probe: DockerProbe): Runtime {
  const docker = new Dockerode();
  return {
    id: 'docker',
    engine: 'docker',
    class: 'container',
    artifactKind: 'native-image',
    starts: ['cold', 'warm'],
    transports: ['stdio'],
    artifactKindFor: (options, use) => imageKind(DockerOptionsSchema.parse(options), use),
    probe,
    parseOptions: (raw) => parseRuntimeOptions('docker', DockerOptionsSchema, raw),
    prepare: async (request) => new PreparedImage(docker, request, await loadForRun(docker, request)),
    cleanUpAfter: (runId) => removeRun(docker, runId),
  };
}

/**
 * Services of a run listen on this machine's loopback only, and a container has a loopback of its own unless it shares
 * the machine's.
 */
function imageKind({ network, base }: DockerOptions, { reach, language }: Use): ArtifactKind {
  if (reach.sockets === true && network !== 'host') {
    throw invalidInput(
      `docker with network "${network}": a container cannot connect to a service on this machine's loopback`,
      'Declare options: { docker: { network: host } }, or access: [host].',
    );
  }
  if (language === 'typescript') return 'node-image';
  return base === 'debian' ? 'native-image-debian' : 'native-image';
}

/** A run names the image after itself, so that at its end it can give back its own name and nobody else's. */
const runReference = (request: PrepareRequest): { repo: string; tag: string } => ({
  repo: `lumos/${request.artifact.function}`,
  tag: `run-${request.runId}`,
});

/** Loads the image from its archive and gives it the run's own name. */
async function loadForRun(docker: Dockerode, request: PrepareRequest): Promise<string> {
  const { reference } = request.artifact.image;
  const { repo, tag } = runReference(request);
  const answer = await docker.loadImage(archiveOf(request.artifact.image), { quiet: true });
  const said = await text(answer);
  if (said.includes('"error"'))
    throw new LumosError(
      'failed',
      `docker does not load the image of ${request.artifact.function}: ${said.trim()}`,
    );
  const image = docker.getImage(reference);
  await image.tag({ repo, tag });
  await image.remove({ noprune: true }).catch(unlessMissing);
  return `${repo}:${tag}`;
}

/** The image's archive from its first byte: what it shares with other images on its base, then its own part. */
function archiveOf({ archiveBasePath, archivePath }: ImageArtifact): Readable {
  if (archiveBasePath === undefined) return createReadStream(archivePath);
  return Readable.from(bytesOf([archiveBasePath, archivePath]), { objectMode: false });
}

async function* bytesOf(paths: readonly string[]): AsyncGenerator<Buffer> {
  for (const path of paths) yield* createReadStream(path) as AsyncIterable<Buffer>;
}

function unlessMissing(error: unknown): void {
  if (!isStatus(error, 404, 409)) throw error;
}

class PreparedImage implements Prepared {
  private readonly standing = new Set<DockerContainer>();
  private readonly launching = new Set<Promise<DockerContainer>>();
  private readonly body: Dockerode.ContainerCreateOptions;

  constructor(
    private readonly docker: Dockerode,
    private readonly request: PrepareRequest,
    private readonly image: string,
  ) {
    const names = { runId: request.runId, function: request.artifact.function };
    const options = DockerOptionsSchema.parse(request.options);
    this.body = createBody(image, names, options, request.limits, request.reach.folder);
  }

  get folder(): string | undefined {
    return this.request.reach.folder === undefined ? undefined : objectsFolder;
  }

  stage(): Promise<StagedSandbox> {
    return Promise.resolve({
      existing: () => this.existing(),
      launch: () => {
        const launching = DockerContainer.run(this.docker, this.body, this.standing);
        this.launching.add(launching);
        return launching.finally(() => this.launching.delete(launching));
      },
      discard: () => Promise.resolve(),
    });
  }

  async dispose(): Promise<void> {
    // A launch that nobody waits for any longer still makes its container, which would hold on to the image.
    await Promise.allSettled(this.launching);
    await Promise.all([...this.standing].map((container) => container.remove()));
    await this.docker.getImage(this.image).remove({ noprune: false }).catch(unlessMissing);
  }

  private async existing(): Promise<number> {
    const filters = {
      label: [`${runLabel}=${this.request.runId}`, `${functionLabel}=${this.request.artifact.function}`],
    };
    return (await this.docker.listContainers({ all: true, filters })).length;
  }
}

async function removeRun(docker: Dockerode, runId: string): Promise<string[]> {
  const removed: string[] = [];
  const containers = await docker.listContainers({ all: true, filters: { label: [`${runLabel}=${runId}`] } });
  for (const { Id } of containers) {
    await docker.getContainer(Id).remove({ force: true, v: true }).catch(unlessMissing);
    removed.push(`container ${Id.slice(0, 12)}`);
  }
  const images = await docker.listImages({ filters: { reference: [`lumos/*:run-${runId}`] } });
  for (const reference of images
    .flatMap((image) => image.RepoTags ?? [])
    .filter((tag) => tag.endsWith(`:run-${runId}`))) {
    await docker.getImage(reference).remove({ noprune: false }).catch(unlessMissing);
    removed.push(`image ${reference}`);
  }
  return removed;
}
