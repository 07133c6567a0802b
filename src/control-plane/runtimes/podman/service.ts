/** Podman's Docker-compatible service as one of our own, on a socket in a folder that only we can enter. */
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type Dockerode from 'dockerode';
import { missingDependency } from '../../../domain/errors.js';
import type { Availability } from '../../../domain/runtime.js';
import { milliseconds } from '../../../domain/units.js';
import { SharedService } from '../../process/shared-service.js';
import { createServiceFolder, removeServiceFolder } from '../../storage/service-folder.js';
import type { ContainerDaemon } from '../docker/daemon.js';
import { killedInGroup } from './memory-kills.js';
import { clientOf, findPodman, givenService, podmanDependency } from './dependency.js';

const startLimit = milliseconds(20_000);
const greetLimit = 2000;

/** netavark runs iptables and ip. */
const path = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/**
 * The daemon of the runtime podman. Its images and containers are in Podman's own usual store, which is none of Docker's, so
 * that the next Lumos finds what one that was killed has left.
 */
export function podmanDaemon(shim: () => Promise<string>): ContainerDaemon {
  const given = givenService();
  const probe = (): Promise<Availability> => podmanDependency().probe();
  if (given !== undefined) {
    const docker = clientOf(given);
    const connect = (): ReturnType<ContainerDaemon['connect']> =>
      Promise.resolve({ docker, close: () => Promise.resolve() });
    return { id: 'podman', probe, connect };
  }
  // One folder as long as it is used, so that clients find a service that was started again.
  let folder: string | undefined;
  const socketIn = (place: string): string => join(place, 'podman.sock');
  const service = new SharedService({
    name: 'podman system service',
    shim,
    startLimit,
    command: async () => {
      const file = await findPodman();
      if (file === undefined) throw missingDependency('Podman is not installed', 'lumos setup podman');
      folder ??= await createServiceFolder();
      await rm(socketIn(folder), { force: true });
      const address = `unix://${socketIn(folder)}`;
      const args = ['--log-level', 'error', 'system', 'service', '--time', '0', address];
      return { file, args, env: { PATH: path, HOME: folder } };
    },
    greet: async () => {
      if (folder === undefined) throw new Error('it was not started');
      await clientOf(socketIn(folder), greetLimit).ping();
    },
    tidy: async () => {
      if (folder !== undefined) await removeServiceFolder(folder);
      folder = undefined;
    },
  });
  return {
    id: 'podman',
    probe,
    connect: async () => {
      const close = await service.use();
      return { docker: clientOf(socketIn(folder ?? '')), close };
    },
    hostConfig: () => limitsOf(service.processId),
    killedForMemory: killedInGroup,
  };
}

/** Podman's default for both, which it asks for whether or not it may have it. */
const wanted = 1_048_576;

/**
 * Limits that the service may set. Where it is not allowed to raise its own, it asks for more than it gets, and every
 * container fails with "setrlimit: Operation not permitted". It lowers its own when it starts, so they are asked of it.
 */
async function limitsOf(service: number | undefined): Promise<Dockerode.HostConfig> {
  if (service === undefined) return {};
  const text = await readFile(`/proc/${service}/limits`, 'utf8');
  const limits = [
    { Name: 'nofile', most: hardLimit(text, 'Max open files') },
    { Name: 'nproc', most: hardLimit(text, 'Max processes') },
  ].filter(({ most }) => most < wanted);
  return limits.length === 0
    ? {}
    : { Ulimits: limits.map(({ Name, most }) => ({ Name, Soft: most, Hard: most })) };
}

/** The hard limit of that name in the format of /proc/PID/limits; infinity where it says unlimited or nothing. */
export function hardLimit(text: string, name: string): number {
  const found = new RegExp(`^${name}\\s+\\S+\\s+(\\d+)`, 'm').exec(text)?.[1];
  return found === undefined ? Infinity : Number(found);
}
