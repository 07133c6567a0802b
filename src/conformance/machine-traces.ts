/** What sandboxes leave on a machine, listed, so that it can be said that one left nothing. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type Docker from 'dockerode';
import { cacheFolder } from '../control-plane/build/cache-folder.js';
import { parseCgroupMounts } from '../control-plane/cgroup/hierarchy.js';
import { dockerClient } from '../control-plane/setup/docker-endpoint.js';
import { runLabel } from '../control-plane/runtimes/docker/docker-options.js';

export interface Trace {
  /** Names it, e.g. "container 0123456789ab". */
  readonly what: string;
  /** The run it says it belongs to; `foreign` for what is plainly not this process's; absent when it does not say. */
  readonly run?: string;
}

const foreign = 'foreign';

/** Every container, image, control group, process, mount, named socket and temporary file of Lumos that there is now. */
export async function machineTraces(): Promise<Trace[]> {
  return [
    ...(await dockerTraces()),
    ...controlGroups(),
    ...processes(),
    ...namedSockets(),
    ...readdirSync(tmpdir())
      .filter((name) => name.startsWith('lumos'))
      .map((name) => traceOf(`temporary ${join(tmpdir(), name)}`, ownerOfName(name))),
  ];
}

/** What the Docker daemon has of Lumos; nothing where no daemon answers, which then can hold none of ours either. */
async function dockerTraces(): Promise<Trace[]> {
  let docker: Docker;
  try {
    docker = dockerClient();
    await docker.ping();
  } catch {
    return [];
  }
  const containers = await docker.listContainers({ all: true });
  const images = await docker.listImages({ filters: { reference: ['lumos/*'] } });
  const labelled = containers.filter(({ Labels }) => runLabel in Labels);
  return [
    ...labelled.map(({ Id, Labels }) => traceOf(`container ${Id.slice(0, 12)}`, Labels[runLabel])),
    ...images
      .flatMap((image) => image.RepoTags ?? [])
      .filter((name) => name.startsWith('lumos/'))
      .map((name) => traceOf(`image ${name}`, /:run-(.+)$/.exec(name)?.[1])),
    ...(await mounts(docker, containers)),
  ];
}

/**
 * What there is of `runId`, or of no run that can be named, that was not there `before`. The kernel and the daemon take
 * a moment to let things go: only what is still there after `patience` milliseconds counts.
 */
export async function leftBehind(
  before: readonly Trace[],
  runId: string,
  patience = usualPatience,
  traces: () => Promise<readonly Trace[]> = machineTraces,
): Promise<string[]> {
  const known = new Set(before.map(({ what }) => what));
  for (let waited = 0; ; waited += 50) {
    const left = (await traces()).filter(
      ({ what, run }) => !known.has(what) && (run === undefined || run === runId),
    );
    if (left.length === 0 || waited >= patience) return left.map(({ what }) => what);
    await sleep(50);
  }
}

/** In milliseconds. */
const usualPatience = 3000;

const traceOf = (what: string, run?: string): Trace => ({ what, ...(run === undefined ? {} : { run }) });

/** Folders `lumos-<run>` of any hierarchy, and those in them. */
function controlGroups(): Trace[] {
  const points = parseCgroupMounts(readFileSync('/proc/self/mounts', 'utf8')).map(({ point }) => point);
  return points.flatMap((point) =>
    foldersIn(point).flatMap((name) => {
      const run = runOfGroup(name);
      if (run === undefined) return [];
      const inside = foldersIn(join(point, name)).map((sandbox) => join(point, name, sandbox));
      return [join(point, name), ...inside].map((folder) => traceOf(`control group ${folder}`, run));
    }),
  );
}

const runOfGroup = (path: string): string | undefined => /(?:^|\/)lumos-([^/\n]+)/.exec(path)?.[1];

function foldersIn(path: string): string[] {
  try {
    return readdirSync(path, { withFileTypes: true }).flatMap((entry) =>
      entry.isDirectory() ? [entry.name] : [],
    );
  } catch {
    return [];
  }
}

/** Supervisors, whatever was started from Lumos's cache folder, and whatever is in a control group of a run. */
function processes(): Trace[] {
  const cache = `${cacheFolder()}/`;
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      const run = runOfGroup(read(`/proc/${pid}/cgroup`));
      const file = executableOf(pid);
      const isOurs = file !== undefined && (basename(file) === 'lumos-shim' || file.startsWith(cache));
      if (run === undefined && !isOurs) return [];
      return [traceOf(`process ${pid} ${file ?? ''}`.trimEnd(), run ?? descent(pid))];
    });
}

/** Sockets in the file system under a name of ours; one that names a run belongs to it. */
function namedSockets(): Trace[] {
  const paths = read('/proc/net/unix')
    .split('\n')
    .flatMap((line) => /\s(@?\/?[^\s]*lumos[^\s]*)$/.exec(line)?.[1] ?? []);
  return [...new Set(paths)].map((path) => traceOf(`socket ${path}`, ownerOfName(path)));
}

/** The run that a name of a file names, or `foreign` where it names a living process that is another than this one. */
function ownerOfName(name: string): string | undefined {
  const run = /[-/]((?:[a-z]+)?[0-9a-f]{10,})(?:[-./]|$)/.exec(name)?.[1];
  if (run !== undefined) return run;
  const pid = /(?:^|[-/])service-(\d+)(?:[-/]|$)/.exec(name)?.[1];
  if (pid === undefined || pid === String(process.pid)) return undefined;
  return read(`/proc/${pid}/comm`) === '' ? undefined : foreign;
}

/** Whether anything on this machine listens on `port`. */
export function isListening(port: number): boolean {
  const listen = '0A';
  return ['/proc/net/tcp', '/proc/net/tcp6'].some((table) =>
    read(table)
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .some(
        ([, local = '', , state]) =>
          state === listen && Number.parseInt(local.split(':')[1] ?? '', 16) === port,
      ),
  );
}

function executableOf(pid: string): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/exe`).replace(/ \(deleted\)$/, '');
  } catch {
    return undefined;
  }
}

/** `foreign` for the descendant of another living process than this one; orphans and our own are nobody else's. */
function descent(pid: string): string | undefined {
  const parent = /^PPid:\s+(\d+)$/m.exec(read(`/proc/${pid}/status`))?.[1];
  if (parent === undefined || parent === String(process.pid)) return undefined;
  const name = read(`/proc/${parent}/comm`).trim();
  if (parent === '1' || name === '') return undefined;
  return name === 'lumos-shim' ? descent(parent) : foreign;
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** Mounts of containers' root file systems, network namespaces and shared memory. */
async function mounts(docker: Docker, containers: readonly Docker.ContainerInfo[]): Promise<Trace[]> {
  const owners = new Map<string, string>();
  for (const { Id, Labels } of containers) {
    const inspected = await docker
      .getContainer(Id)
      .inspect()
      .catch(() => undefined);
    if (inspected === undefined) continue;
    const driver = inspected.GraphDriver.Data as Record<string, string | undefined> | null;
    for (const point of [driver?.['MergedDir'], inspected.NetworkSettings.SandboxKey]) {
      if (point !== undefined && point !== '') {
        owners.set(point.replace('/var/run/', '/run/'), Labels[runLabel] ?? foreign);
      }
    }
  }
  return (
    readFileSync('/proc/self/mounts', 'utf8')
      .split('\n')
      .map((line) => line.split(' ')[1] ?? '')
      // `default` is the machine's own network, which the daemon mounts once for the first container that shares it.
      .filter((point) => /\/overlay2\/.*\/merged$|\/docker\/netns\/(?!default$)/.test(point))
      .map((point) => traceOf(`mount ${point}`, owners.get(point)))
  );
}
