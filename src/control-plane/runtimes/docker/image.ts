/** The image of a function on a daemon, under a name of the run's own. */
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type Dockerode from 'dockerode';
import { pack } from 'tar-stream';
import { LumosError, messageOf, missingDependency } from '../../../domain/errors.js';
import { checkedRunId } from '../../../domain/names.js';
import type { ImageArtifact, PrepareRequest } from '../../../domain/runtime.js';
import { isStatus } from './container.js';
import { functionLabel, isReference, runLabel, type DockerOptions } from './docker-options.js';

/** A run names the image after itself, so that at its end it can give back its own name and nobody else's. */
const runReference = (request: PrepareRequest): { repo: string; tag: string } => ({
  repo: `lumos/${request.artifact.function}`,
  tag: `run-${checkedRunId(request.runId)}`,
});

/** Puts the function's image into the daemon. @returns the name under which this run has it */
export async function loadForRun(
  docker: Dockerode,
  request: PrepareRequest,
  { base }: DockerOptions,
): Promise<string> {
  if (isReference(base)) return await putOnTop(docker, request, base);
  const { reference } = request.artifact.image;
  const { repo, tag } = runReference(request);
  const answer = await docker.loadImage(archiveOf(request.artifact.image), { quiet: true });
  const said = await text(answer);
  if (said.includes('"error"'))
    throw new LumosError('failed', `the image of ${request.artifact.function} is not loaded: ${said.trim()}`);
  const image = docker.getImage(reference);
  await image.tag({ repo, tag });
  await image.remove({ noprune: true }).catch(unlessMissing);
  return `${repo}:${tag}`;
}

/**
 * An image of the daemon's with the function's binary as one more layer, by what `docker commit` does: a container that is
 * never started, the file put into it, and its difference kept.
 */
async function putOnTop(docker: Dockerode, request: PrepareRequest, base: string): Promise<string> {
  const { repo, tag } = runReference(request);
  const Labels = { [runLabel]: request.runId, [functionLabel]: request.artifact.function };
  const container = await docker
    .createContainer({ Image: base, Entrypoint: ['/function'], Cmd: [], Labels })
    .catch((error: unknown) => {
      if (!isStatus(error, 404)) throw error;
      throw missingDependency(`the daemon has no image ${base}`, `docker pull ${base}`);
    });
  try {
    const layer = pack();
    layer.entry({ name: 'function', mode: 0o755 }, await readFile(request.artifact.path));
    layer.finalize();
    await container.putArchive(Readable.from(layer as AsyncIterable<Buffer>), { path: '/' });
    await container.commit({ repo, tag, changes: ['ENTRYPOINT ["/function"]', 'CMD []', 'WORKDIR /'] });
  } catch (error) {
    throw new LumosError('failed', `the function is not put on ${base}: ${messageOf(error)}`, {
      cause: error,
    });
  } finally {
    await container.remove({ force: true, v: true }).catch(unlessMissing);
  }
  return `${repo}:${tag}`;
}

/** The image's archive from its first byte: what it shares with other images on its base, then its own part. */
export function archiveOf({ archiveBasePath, archivePath }: ImageArtifact): Readable {
  if (archiveBasePath === undefined) return createReadStream(archivePath);
  return Readable.from(bytesOf([archiveBasePath, archivePath]), { objectMode: false });
}

async function* bytesOf(paths: readonly string[]): AsyncGenerator<Buffer> {
  for (const path of paths) yield* createReadStream(path) as AsyncIterable<Buffer>;
}

export function unlessMissing(error: unknown): void {
  if (!isStatus(error, 404, 409)) throw error;
}
