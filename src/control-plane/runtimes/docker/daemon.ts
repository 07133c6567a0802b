/** A daemon that speaks Docker's API: what the docker runtime's code has to know of it, and nothing of how it is run. */
import { setTimeout as sleep } from 'node:timers/promises';
import type Dockerode from 'dockerode';
import { LumosError, messageOf } from '../../../domain/errors.js';
import type { Availability } from '../../../domain/runtime.js';
import type { Milliseconds } from '../../../domain/units.js';

export interface ContainerDaemon {
  /** Of the runtime and the engine. */
  readonly id: string;
  /** Whether it answers or could be started, and if not why and what mends it. Starts nothing. */
  probe(): Promise<Availability>;
  /** A client of the daemon, which is up from now on, at least until the connection is given back. */
  connect(): Promise<DaemonConnection>;
  /** What its containers are created with besides what their options say. */
  readonly hostConfig?: () => Promise<Dockerode.HostConfig>;
  /** Whether the kernel has killed a container that just ended for memory, where the daemon does not know. */
  readonly killedForMemory?: (container: string) => boolean;
}

export interface DaemonConnection {
  readonly docker: Dockerode;
  /** Idempotent. */
  close(): Promise<void>;
}

/** Does some work with a daemon and gives the connection back. */
export async function withDaemon<T>(
  daemon: ContainerDaemon,
  work: (docker: Dockerode) => Promise<T>,
): Promise<T> {
  const connection = await daemon.connect();
  try {
    return await work(connection.docker);
  } finally {
    await connection.close();
  }
}

const askEveryMs = 50;

/** Resolves when the daemon answers. @throws LumosError `failed` with its last word when it does not within `limit` */
export async function awaitAnswer(daemon: ContainerDaemon, limit: Milliseconds): Promise<void> {
  const ends = performance.now() + limit;
  for (;;) {
    try {
      // It may be one that is started for us: then connecting is what brings it back.
      await withDaemon(daemon, (docker) => docker.ping());
      return;
    } catch (error) {
      if (performance.now() >= ends) {
        const seconds = (limit / 1000).toFixed(0);
        throw new LumosError(
          'failed',
          `${daemon.id} does not answer after ${seconds} s: ${messageOf(error)}`,
          {
            cause: error,
          },
        );
      }
    }
    await sleep(askEveryMs);
  }
}
