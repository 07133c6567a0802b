/** A control group of a sandbox's own: made before it, limited, killed and removed with it. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { hasCode, isOutOfResources, messageOf } from '../../domain/errors.js';
import { checkedRunId } from '../../domain/names.js';
import type { CgroupPaths, SandboxLimits } from '../../domain/runtime.js';
import { isRealFolder, pathIn } from '../../files/contained.js';
import { assignCpus, limitCpu, noController } from './cpu-limit.js';
import type { Hierarchy } from './hierarchy.js';

/** Every group of a run lies below one of this name, so that a dead run's groups can be told from all others. */
const runFolder = (runId: string): string => `lumos-${checkedRunId(runId)}`;

const distinct = (paths: readonly (string | undefined)[]): string[] => [
  ...new Set(paths.filter((path) => path !== undefined)),
];

/** Where a sandbox of these limits gets a group. One whose CPU is not limited has none in what limits it. */
const rootsOf = ({ cpu, memory, root, quota, cpuset }: Hierarchy, limits: SandboxLimits): string[] =>
  distinct([cpu, memory, root, ...(limits.cpu === undefined ? [] : [quota, cpuset])]);

const allRoots = ({ cpu, memory, root, quota, cpuset }: Hierarchy): string[] =>
  distinct([cpu, memory, root, quota, cpuset]);

export class SandboxGroup {
  private constructor(
    readonly paths: CgroupPaths,
    private readonly folders: readonly string[],
  ) {}

  /** Makes the group `name` of the run in every hierarchy and sets its limits. Throws what the kernel says. */
  static create(hierarchy: Hierarchy, runId: string, name: string, limits: SandboxLimits): SandboxGroup {
    const place = (root: string): string => pathIn(join(root, runFolder(runId)), name);
    const roots = rootsOf(hierarchy, limits);
    const wanted = ['memory', 'cpu', ...(limits.cpu === undefined ? [] : ['cpuset'])];
    for (const root of roots) {
      mkdirSync(join(root, runFolder(runId)), { recursive: true });
      if (hierarchy.version === 2) {
        if (limits.cpu !== undefined) enableControllers(root, wanted);
        enableControllers(join(root, runFolder(runId)), wanted);
      }
      mkdirSync(place(root));
    }
    const { quota, cpuset } = hierarchy;
    const group = new SandboxGroup(
      {
        version: hierarchy.version,
        processes: place(hierarchy.root),
        ...(hierarchy.cpu === undefined ? {} : { cpu: place(hierarchy.cpu) }),
        ...(hierarchy.memory === undefined ? {} : { memory: place(hierarchy.memory) }),
      },
      roots.map(place),
    );
    group.limit(limits);
    if (limits.cpu !== undefined) {
      limitCpu(limits.cpu, {
        version: hierarchy.version,
        ...(quota === undefined ? {} : { quota: place(quota) }),
        ...(cpuset === undefined ? {} : { cpuset: place(cpuset) }),
      });
    }
    return group;
  }

  /** The files a process writes itself into to be a member. */
  get processFiles(): string[] {
    return this.folders.map((folder) => join(folder, 'cgroup.procs'));
  }

  processes(): number[] {
    return readProcesses(this.paths.processes);
  }

  /** How many of its processes the kernel killed for memory; `undefined` where it does not say, or is gone. */
  outOfMemoryKills(): number | undefined {
    const { memory, version } = this.paths;
    if (memory === undefined) return undefined;
    const file = join(memory, version === 1 ? 'memory.oom_control' : 'memory.events');
    const found = /^oom_kill (\d+)$/m.exec(readIfThere(file) ?? '')?.[1];
    return found === undefined ? undefined : Number(found);
  }

  /** Kills what is in it and removes it. Idempotent. */
  async remove(): Promise<void> {
    for (const folder of this.folders) await removeGroup(folder);
  }

  private limit(limits: SandboxLimits): void {
    const { memory, version } = this.paths;
    if (limits.memoryBytes === undefined || memory === undefined) return;
    writeFileSync(
      join(memory, version === 1 ? 'memory.limit_in_bytes' : 'memory.max'),
      String(limits.memoryBytes),
    );
    const swap = join(memory, version === 1 ? 'memory.memsw.limit_in_bytes' : 'memory.swap.max');
    if (existsSync(swap)) writeFileSync(swap, version === 1 ? String(limits.memoryBytes) : '0');
  }
}

function enableControllers(folder: string, wanted: readonly string[]): void {
  const offered = readFileSync(join(folder, 'cgroup.controllers'), 'utf8').trim().split(' ');
  for (const controller of wanted.filter((name) => offered.includes(name))) {
    writeFileSync(join(folder, 'cgroup.subtree_control'), `+${controller}`);
  }
}

function readProcesses(folder: string): number[] {
  const text = readIfThere(join(folder, 'cgroup.procs')) ?? '';
  // A process of another process namespace is listed as 0, which a signal would take for our own process group.
  return text.split('\n').map(Number).filter(isForeignProcess);
}

/** A file of a group; `undefined` when the group is gone, as it is once its run was cleaned up after. */
function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENODEV')) return undefined;
    throw error;
  }
}

async function removeGroup(folder: string): Promise<void> {
  // The kernel takes a moment to let a dead process go: until then the folder is busy.
  for (let attempt = 0; attempt < 200 && existsSync(folder); attempt += 1) {
    try {
      for (const pid of readProcesses(folder)) kill(pid);
      rmdirSync(folder);
      return;
    } catch (error) {
      if (hasCode(error, 'ENOENT')) return;
      // Without a free file descriptor its processes cannot be read: others are given back meanwhile.
      if (!hasCode(error, 'EBUSY', 'ENOTEMPTY') && !isOutOfResources(error)) throw error;
    }
    await sleep(attempt < 20 ? 1 : 20);
  }
}

/** Whether a signal to `pid` reaches one process that is neither us nor the one that began all others. */
const isForeignProcess = (pid: number): boolean =>
  Number.isSafeInteger(pid) && pid > 1 && pid !== process.pid;

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (!hasCode(error, 'ESRCH')) throw error;
  }
}

/** Removes every group of a run, with whatever is still in it. Returns the folders removed. */
export async function removeRunGroups(hierarchy: Hierarchy, runId: string): Promise<string[]> {
  const removed: string[] = [];
  for (const root of allRoots(hierarchy)) {
    const parent = join(root, runFolder(runId));
    if (!isRealFolder(parent)) continue;
    for (const entry of readdirSync(parent, { withFileTypes: true })) {
      if (entry.isDirectory()) await removeGroup(pathIn(parent, entry.name));
    }
    await removeGroup(parent);
    removed.push(parent);
  }
  return removed;
}

/** Why a group cannot be held to these limits here, found out by making one; `undefined` where it can. */
export async function whyNotLimited(
  hierarchy: Hierarchy | undefined,
  limits: SandboxLimits,
): Promise<string | undefined> {
  if (hierarchy === undefined) return 'control groups cannot be made here (no rights, or no controllers)';
  if (limits.memoryBytes !== undefined && hierarchy.memory === undefined)
    return 'there is no control group controller memory that can be written';
  const runId = `probe-${process.pid}`;
  try {
    SandboxGroup.create(hierarchy, runId, 'limits', limits);
    return undefined;
  } catch (error) {
    return messageOf(error);
  } finally {
    await removeRunGroups(hierarchy, runId);
  }
}

/**
 * Makes a group with CPUs of its own for an OCI runtime that will find it by its name, one below the root, and leave what
 * it says of CPUs as it is. @returns removes it, if the runtime has not. Idempotent.
 */
export function reserveCpus(
  hierarchy: Hierarchy,
  name: string,
  cpus: readonly number[],
): () => Promise<void> {
  const { cpuset, version } = hierarchy;
  if (cpuset === undefined) throw noController('cpuset');
  const folder = pathIn(cpuset, name);
  if (version === 2) enableControllers(cpuset, ['cpuset', 'cpu', 'memory']);
  mkdirSync(folder);
  assignCpus(folder, cpus, version);
  return () => removeGroup(folder);
}

/** Removes the groups of `reserveCpus` of those names, with whatever is still in them. */
export async function removeReserved(
  hierarchy: Hierarchy,
  isOfRun: (name: string) => boolean,
): Promise<void> {
  const { cpuset } = hierarchy;
  if (cpuset === undefined) return;
  for (const entry of readdirSync(cpuset, { withFileTypes: true }))
    if (entry.isDirectory() && isOfRun(entry.name)) await removeGroup(pathIn(cpuset, entry.name));
}
