/** One container of containerd as a sandbox: its streams are those of the client that runs it. */
import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Accounting, ExitStatus, HttpEndpoint, Sandbox } from '../../../domain/runtime.js';
import { cgroupsOfProcess } from '../../cgroup/process-groups.js';
import { readyFrame } from '../../invoke/ready-frame.js';
import type { SupervisedProcess } from '../../process/supervised-process.js';
import type { Containerd } from './client.js';
import { removeContainer } from './remove-container.js';

/** 128 and the number of SIGKILL. */
const killedCode = 137;
/** The daemon tells of a kill for memory by another way than of the end; either may come first. */
const newsMayTakeMs = 100;
/** For the client to take down what has ended. */
const clientMayTakeMs = 5000;
const killTries = 20;
const killAgainMs = 50;

export class ContainerdSandbox implements Sandbox {
  readonly exited: Promise<ExitStatus>;
  readonly http?: HttpEndpoint;
  private removal: Promise<void> | undefined;
  private clientEnded = false;

  constructor(
    private readonly containerd: Containerd,
    private readonly supervised: SupervisedProcess,
    private readonly id: string,
    private readonly standing: Set<ContainerdSandbox>,
    private readonly use: { readonly port: number | undefined; readonly afterRemoval: () => Promise<void> },
  ) {
    const { port } = use;
    this.exited = supervised.exited.then((status) => {
      this.clientEnded = true;
      return this.withCause(status);
    });
    if (port !== undefined) {
      const listening = readyFrame(supervised.stdout);
      // Whoever waits for it is told; nobody may be waiting any more.
      listening.catch(() => undefined);
      this.http = { port, listening };
    }
  }

  get stdin(): Sandbox['stdin'] {
    return this.supervised.stdin;
  }
  get stdout(): Sandbox['stdout'] {
    return this.supervised.stdout;
  }

  start(): void {
    this.standing.add(this);
    this.supervised.go();
  }

  async accounting(): Promise<Accounting> {
    const pid = taskProcess(await this.containerd.run('tasks', 'list'), this.id);
    const cgroups = pid === undefined ? undefined : cgroupsOfProcess(pid);
    const alone = (): number[] => (pid !== undefined && existsSync(`/proc/${pid}`) ? [pid] : []);
    return {
      ...(cgroups === undefined ? {} : { cgroups }),
      processes: () => (cgroups === undefined ? alone() : processesIn(cgroups.processes)),
    };
  }

  stderrTail(): string {
    return this.supervised.stderrTail();
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
    // The client takes the task down when it ends. Killed in the midst of that, it would leave a shim without a container.
    this.supervised.stdout.resume();
    await this.endTask();
    await Promise.race([this.supervised.exited, sleep(clientMayTakeMs, undefined, { ref: false })]);
    await this.supervised.kill();
    await removeContainer(this.containerd, this.id);
    await this.use.afterRemoval();
    this.standing.delete(this);
  }

  /** Kills the task, which may not be there yet. Gives up when the client has ended, or the daemon does not answer. */
  private async endTask(): Promise<void> {
    for (let tries = 0; tries < killTries && !this.clientEnded; tries += 1) {
      const { code } = await this.containerd.attempt('tasks', 'kill', '--signal', 'SIGKILL', this.id);
      if (code === 0) return;
      await sleep(killAgainMs);
    }
  }

  private async withCause(status: ExitStatus): Promise<ExitStatus> {
    if (status.code !== killedCode) return status;
    await sleep(newsMayTakeMs);
    return { ...status, outOfMemory: this.containerd.killedForMemory(this.id) };
  }
}

/** The process of a container in what `ctr tasks list` says: lines of container, process and status. */
export function taskProcess(said: string, id: string): number | undefined {
  const line = said.split('\n').find((one) => one.split(/\s+/)[0] === id);
  const pid = Number(line?.split(/\s+/)[1]);
  return Number.isInteger(pid) && pid > 0 ? pid : undefined;
}

function processesIn(folder: string): number[] {
  try {
    return readFileSync(`${folder}/cgroup.procs`, 'utf8').split('\n').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}
