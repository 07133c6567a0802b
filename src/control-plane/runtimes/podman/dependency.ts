/** Podman: the program with what it makes containers with; its service is started by us, or is the one that is named. */
import Dockerode from 'dockerode';
import { messageOf } from '../../../domain/errors.js';
import type { Availability } from '../../../domain/runtime.js';
import { milliseconds } from '../../../domain/units.js';
import { administratorFolders, findOnPath } from '../../process/find-on-path.js';
import { runCommand } from '../../process/run-command.js';
import type { Dependency } from '../../setup/dependency.js';
import { installDebianPackages, isRoot } from '../../setup/machine.js';

const quick = milliseconds(20_000);
const answerLimit = 5000;
const elsewhere = 'install podman (with conmon, crun or runc, and netavark) from your system';

/** conmon and an OCI runtime come with the package; the network of `bridge` is netavark's. */
const packages = ['podman', 'crun', 'netavark'];

/**
 * The address of a service that is to be used instead of one of our own: PODMAN_HOST, else Podman's own CONTAINER_HOST.
 * `undefined` where neither is set.
 */
export function givenService(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): string | undefined {
  return [environment['PODMAN_HOST'], environment['CONTAINER_HOST']].find(
    (address) => address !== undefined && address !== '',
  );
}

/** A client of a service at `unix://PATH`, `tcp://HOST:PORT` or a bare path. */
export function clientOf(address: string, timeout?: number): Dockerode {
  const limit = timeout === undefined ? {} : { timeout };
  const url = /^(?:tcp|http):\/\/([^:/]+):(\d+)/.exec(address);
  if (url !== null) return new Dockerode({ ...limit, host: url[1] ?? '', port: Number(url[2]) });
  return new Dockerode({ ...limit, socketPath: address.replace(/^unix:\/\//, '') });
}

export const findPodman = (): Promise<string | undefined> => findOnPath('podman', administratorFolders);

export const podmanDependency = (): Dependency => ({
  name: 'podman',
  why: 'The runtime podman starts containers without a daemon that stays.',
  probe: async () => {
    const given = givenService();
    return given === undefined ? await probeProgram() : await probeService(given);
  },
  install: (report) => installDebianPackages(packages, report, elsewhere),
});

async function probeService(address: string): Promise<Availability> {
  try {
    const version = await clientOf(address, answerLimit).version();
    return { usable: true, version: version.Version, details: { service: address, api: version.ApiVersion } };
  } catch (error) {
    return {
      usable: false,
      why: `no Podman answers at ${address}: ${messageOf(error)}`,
      remedy: 'start the service that PODMAN_HOST or CONTAINER_HOST names, or unset it',
    };
  }
}

async function probeProgram(): Promise<Availability> {
  const path = await findPodman();
  if (path === undefined) {
    return { usable: false, why: 'Podman is not installed', remedy: 'lumos setup podman' };
  }
  if (!isRoot()) {
    return {
      usable: false,
      why: 'Lumos starts Podman for root only: the counters of a user’s containers are not where it reads them',
      remedy: 'run lumos as root, or name a service with PODMAN_HOST',
    };
  }
  try {
    const { stdout } = await runCommand(path, ['version', '--format', '{{.Client.Version}}'], {
      timeout: quick,
    });
    return { usable: true, version: stdout.trim(), details: { path } };
  } catch (error) {
    return { usable: false, why: messageOf(error), remedy: elsewhere };
  }
}
