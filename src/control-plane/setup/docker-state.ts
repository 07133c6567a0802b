/** What stands between us and a Docker daemon, told from what a call to it said. Pure. */
import { hasCode, messageOf } from '../../domain/errors.js';
import type { DockerEndpoint } from './docker-endpoint.js';

/** What was found: the daemon's answer or error, and what is installed. */
export interface DockerFindings {
  /** What a call to the daemon threw; `undefined` when it answered. */
  readonly error: unknown;
  /** Where the daemon was looked for, e.g. the value of DOCKER_HOST or the socket. */
  readonly address: string;
  /** Who chose the address: where it is not the default, it may be another machine's. */
  readonly chosenBy: DockerEndpoint['chosenBy'];
  /** Whether a `dockerd` is installed here; the client alone does not count. */
  readonly daemonInstalled: boolean;
  /** Whether this is Debian or Ubuntu with apt-get. */
  readonly debian: boolean;
  readonly user: string;
}

export type DockerState = 'answering' | 'not-installed' | 'daemon-down' | 'no-permission' | 'unreachable';

export interface DockerVerdict {
  readonly state: DockerState;
  readonly why: string;
  readonly remedy: string;
}

export const dockerElsewhere = 'install Docker Engine from your system and start its daemon';

export function classifyDocker(findings: DockerFindings): DockerVerdict {
  const { error, address, chosenBy, daemonInstalled, debian, user } = findings;
  if (error === undefined) return { state: 'answering', why: '', remedy: '' };
  // The group docker is of the socket of this machine's own daemon.
  if (hasCode(error, 'EACCES', 'EPERM') && chosenBy.kind !== 'context') {
    return {
      state: 'no-permission',
      why: `the user ${user} may not speak to the Docker daemon at ${address}`,
      remedy: `sudo usermod -aG docker ${user}, then log in again (members of the group docker can become root); or run lumos as root`,
    };
  }
  const nobody = hasCode(
    error,
    'ENOENT',
    'ECONNREFUSED',
    'ENOTFOUND',
    'EHOSTUNREACH',
    'ETIMEDOUT',
    'ECONNRESET',
  );
  if (!nobody || chosenBy.kind !== 'default') {
    return {
      state: 'unreachable',
      why: `the Docker daemon at ${address} does not answer: ${messageOf(error)}`,
      remedy: remedyFor(chosenBy),
    };
  }
  if (!daemonInstalled) {
    return {
      state: 'not-installed',
      why: 'Docker is not installed (no dockerd, and nothing answers at its socket)',
      remedy: debian ? 'lumos setup docker' : dockerElsewhere,
    };
  }
  return {
    state: 'daemon-down',
    why: `Docker is installed, but its daemon is down (nothing answers at ${address})`,
    remedy: 'lumos setup docker',
  };
}

function remedyFor(chosenBy: DockerEndpoint['chosenBy']): string {
  switch (chosenBy.kind) {
    case 'default':
      return 'look into the log of the Docker daemon and start it again';
    case 'DOCKER_HOST':
      return 'start the daemon that DOCKER_HOST names, or unset DOCKER_HOST';
    case 'context':
      return `start the daemon of the Docker context "${chosenBy.name}", or choose another: docker context use default`;
  }
}
