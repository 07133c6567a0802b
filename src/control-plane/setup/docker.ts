/** The Docker daemon: whether one answers, and how it is installed and started. */
import { userInfo } from 'node:os';
import { LumosError, missingDependency } from '../../domain/errors.js';
import type { Availability } from '../../domain/runtime.js';
import { administratorFolders, findOnPath } from '../process/find-on-path.js';
import type { Dependency, Report } from './dependency.js';
import { dockerClient, findDockerEndpoint, type DockerEndpoint } from './docker-endpoint.js';
import { startDocker } from './docker-start.js';
import { classifyDocker, dockerElsewhere, type DockerState } from './docker-state.js';
import { hasApt, installDebianPackages, isRoot, runAsRoot, type SetupOptions } from './machine.js';

const answerLimit = 5000;

type DockerProbe =
  | { readonly state: 'answering'; readonly availability: Extract<Availability, { usable: true }> }
  | {
      readonly state: Exclude<DockerState, 'answering'>;
      readonly availability: Extract<Availability, { usable: false }>;
    };

/** Asks the daemon that is active as for the Docker CLI for its version. */
export async function probeDocker(): Promise<DockerProbe> {
  const endpoint = endpointOrWhyNot();
  if (endpoint instanceof LumosError) {
    const { message, remedy = dockerElsewhere } = endpoint;
    return { state: 'unreachable', availability: { usable: false, why: message, remedy } };
  }
  let error: unknown;
  try {
    const version = await dockerClient({ timeout: answerLimit }).version();
    const details = {
      api: version.ApiVersion,
      os: version.Os,
      architecture: version.Arch,
      ...componentVersions(version),
    };
    return { state: 'answering', availability: { usable: true, version: version.Version, details } };
  } catch (thrown) {
    error = thrown ?? new Error('no answer');
  }
  const verdict = classifyDocker({
    error,
    address: endpoint.address,
    chosenBy: endpoint.chosenBy,
    daemonInstalled: (await findOnPath('dockerd', administratorFolders)) !== undefined,
    debian: await hasApt(),
    user: userInfo().username,
  });
  const { state, why, remedy } = verdict;
  if (state === 'answering') throw new Error('an error was taken for an answer');
  return { state, availability: { usable: false, why, remedy } };
}

function endpointOrWhyNot(): DockerEndpoint | LumosError {
  try {
    return findDockerEndpoint();
  } catch (error) {
    if (error instanceof LumosError) return error;
    throw error;
  }
}

/** Versions of the parts that make a container: containerd, runc. Daemons that only look like Docker name none. */
function componentVersions(version: { readonly Components?: readonly Component[] }): Record<string, string> {
  const parts = (version.Components ?? []).filter((part) => ['containerd', 'runc'].includes(part.Name));
  return Object.fromEntries(parts.map((part) => [part.Name, part.Version]));
}

interface Component {
  readonly Name: string;
  readonly Version: string;
}

export function dockerDependency(options: SetupOptions): Dependency {
  return {
    name: 'docker',
    why: 'The runtime docker starts containers through its daemon.',
    probe: async () => (await probeDocker()).availability,
    install: (report) => installAndStart(options, report),
  };
}

async function installAndStart(options: SetupOptions, report: Report): Promise<void> {
  let found = await probeDocker();
  if (found.state === 'not-installed') {
    await installDebianPackages(['docker.io'], report, dockerElsewhere);
    found = await probeDocker();
  }
  if (found.state === 'daemon-down' || found.state === 'not-installed') {
    await startDocker(options.cacheFolder, report, isUp);
    found = await probeDocker();
  }
  if (found.state === 'no-permission' && !isRoot()) await joinGroup(report);
  if (found.state === 'unreachable') {
    throw missingDependency(found.availability.why, found.availability.remedy);
  }
}

/** Whether a daemon is up, even if this user may not speak to it. */
async function isUp(): Promise<boolean> {
  const { state } = await probeDocker();
  return state === 'answering' || state === 'no-permission';
}

async function joinGroup(report: Report): Promise<void> {
  const user = userInfo().username;
  report(
    `adding the user ${user} to the group docker, whose members may use the daemon (and can become root)`,
  );
  await runAsRoot('usermod', ['-aG', 'docker', user]);
  throw new LumosError('missing-dependency', `${user} is in the group docker from the next login on`, {
    remedy: 'log in again, or once: sudo -u "$USER" -g docker ./lumos run',
  });
}
