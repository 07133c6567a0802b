/** One container as a sandbox. */
import { readFileSync } from 'node:fs';
import { PassThrough, type Readable, type Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type Dockerode from 'dockerode';
import type { Accounting, ExitStatus, HttpEndpoint, Sandbox } from '../../../domain/runtime.js';
import { cgroupsOfProcess } from '../../cgroup/process-groups.js';
import { readyFrame } from '../../invoke/ready-frame.js';
import { attachStreams } from './attach.js';

const keptStderrBytes = 8 * 1024;
/** How long a container may be said to run after its streams have ended: two seconds. */
const mostLooks = 100;
const lookEveryMs = 20;

/** Whether `error` is the daemon's answer with one of these HTTP status codes. */
export const isStatus = (error: unknown, ...codes: number[]): boolean =>
  error instanceof Error && 'statusCode' in error && codes.includes(Number(error.statusCode));

export interface ContainerUse {
  /** The port of this machine's loopback on which it serves HTTP. */
  readonly port?: number | undefined;
  /** Whether the kernel has killed a container that just ended for memory, where the daemon does not know. */
  readonly killedForMemory?: ((container: string) => boolean) | undefined;
  /** Called when a container may still be there: it could not be removed, or nobody knows whether it was made. */
  readonly onLeft?: () => void;
}

export class DockerContainer implements Sandbox {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly exited: Promise<ExitStatus>;
  readonly http?: HttpEndpoint;
  private stderr: Buffer = Buffer.alloc(0);
  private removal: Promise<void> | undefined;

  private constructor(
    private readonly container: Dockerode.Container,
    stream: NodeJS.ReadWriteStream,
    private readonly standing: Set<DockerContainer>,
    private readonly use: ContainerUse,
  ) {
    const { port, killedForMemory } = use;
    const stdout = new PassThrough({ highWaterMark: 1 << 20 });
    const stderr = new PassThrough();
    stderr.on('data', (chunk: Buffer) => {
      this.stderr = Buffer.concat([this.stderr, chunk]).subarray(-keptStderrBytes);
    });
    (container.modem as Demultiplexer).demuxStream(stream, stdout, stderr);
    // The daemon ends the stream when the container is gone, by itself or by us, or when the daemon goes away.
    const ended = new Promise<void>((resolve) => {
      for (const event of ['end', 'close', 'error']) stream.once(event, () => resolve());
    });
    this.exited = ended
      // At once: what told of it may be gone a moment later.
      .then(() => this.status(killedForMemory?.(container.id) ?? false))
      .finally(() => stdout.end());
    this.stdin = stream as unknown as Writable;
    this.stdout = stdout;
    if (port !== undefined) {
      const listening = readyFrame(stdout);
      // Whoever waits for it is told; nobody may be waiting any more.
      listening.catch(() => undefined);
      this.http = { port, listening };
    }
  }

  /** Creates, attaches to and starts a container, as `docker run -i` does. Leaves nothing behind when it fails. */
  static async run(
    docker: Dockerode,
    body: Dockerode.ContainerCreateOptions,
    standing: Set<DockerContainer>,
    use: ContainerUse = {},
  ): Promise<DockerContainer> {
    const container = await docker.createContainer(body).catch((error: unknown) => {
      use.onLeft?.();
      throw error;
    });
    let sandbox: DockerContainer | undefined;
    try {
      const stream = await attachStreams(container);
      sandbox = new DockerContainer(container, stream, standing, use);
      standing.add(sandbox);
      await container.start();
      return sandbox;
    } catch (error) {
      // Why it could not be launched is what is told; that the same daemon then cannot remove it either adds nothing.
      await (sandbox?.remove() ?? container.remove({ force: true, v: true })).catch(() => use.onLeft?.());
      throw error;
    }
  }

  async accounting(): Promise<Accounting> {
    const { State } = await this.container.inspect();
    const cgroups = State.Pid > 0 ? cgroupsOfProcess(State.Pid) : undefined;
    return {
      ...(cgroups === undefined ? {} : { cgroups }),
      processes: () => (cgroups === undefined ? [] : processesIn(cgroups.processes)),
    };
  }

  stderrTail(): string {
    return this.stderr.toString('utf8');
  }

  remove(): Promise<void> {
    // A removal that failed may be tried again: the daemon may be back by then.
    this.removal ??= this.end().catch((error: unknown) => {
      this.removal = undefined;
      throw error;
    });
    return this.removal;
  }

  private async end(): Promise<void> {
    try {
      await this.container.remove({ force: true, v: true });
    } catch (error) {
      if (isStatus(error, 404)) return;
      this.use.onLeft?.();
      throw error;
    } finally {
      // The daemon does not always close the stream of a container removed right after its start.
      this.stdin.destroy();
      this.standing.delete(this);
    }
  }

  private async status(killedForMemory: boolean): Promise<ExitStatus> {
    try {
      let { State } = await this.container.inspect();
      // Podman's stream ends before its monitor has written down how the container ended.
      for (let looks = 0; looks < mostLooks && State.Running; looks += 1) {
        await sleep(lookEveryMs);
        ({ State } = await this.container.inspect());
      }
      // Docker gives a death by signal the exit code of a shell: 128 and the signal's number.
      return { code: State.ExitCode, signal: undefined, outOfMemory: State.OOMKilled || killedForMemory };
    } catch {
      return { code: undefined, signal: undefined, outOfMemory: false };
    }
  }
}

interface Demultiplexer {
  demuxStream(
    stream: NodeJS.ReadableStream,
    stdout: NodeJS.WritableStream,
    stderr: NodeJS.WritableStream,
  ): void;
}

const processesIn = (folder: string): number[] =>
  readFileSync(`${folder}/cgroup.procs`, 'utf8').split('\n').filter(Boolean).map(Number);
