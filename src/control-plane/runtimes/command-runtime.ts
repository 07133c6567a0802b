/** Runtimes that are a command on this machine: a bare process, or an engine that is handed a module. */
import { z } from 'zod';
import type { RuntimeClass } from '../../domain/factors.js';
import type {
  Accounting,
  Artifact,
  ArtifactKind,
  Availability,
  ExitStatus,
  PrepareRequest,
  Prepared,
  Reach,
  Runtime,
  Sandbox,
  StagedSandbox,
} from '../../domain/runtime.js';
import type { Hierarchy } from '../cgroup/hierarchy.js';
import { removeRunGroups, SandboxGroup } from '../cgroup/sandbox-group.js';
import { SupervisedProcess } from '../process/supervised-process.js';
import { parseRuntimeOptions } from './runtime-options.js';

/** What every command runtime needs of the machine. */
export interface LocalMachine {
  /** Path of the built supervisor (`shim/`). */
  readonly shimPath: () => Promise<string>;
  /** Where sandboxes get control groups of their own; `undefined` where they cannot have any. */
  readonly hierarchy: Hierarchy | undefined;
}

export interface CommandRuntimeDescription {
  readonly id: string;
  readonly engine: string;
  readonly mode?: string;
  readonly class: RuntimeClass;
  readonly artifactKind: ArtifactKind;
  probe(): Promise<Availability>;
  /** What it runs for a function that opens connections by itself. */
  readonly socketArtifactKind: ArtifactKind;
  /** What runs `artifact` so that it reaches what it is to reach, and nothing else of the machine. */
  command(artifact: Artifact, reach: Reach): Promise<Command>;
}

export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  /** Where the function sees the folder it was given to reach. */
  readonly folder?: string;
}

export function createCommandRuntime(machine: LocalMachine, description: CommandRuntimeDescription): Runtime {
  return {
    id: description.id,
    engine: description.engine,
    ...(description.mode === undefined ? {} : { mode: description.mode }),
    class: description.class,
    artifactKind: description.artifactKind,
    artifactKindFor: (_options, { sockets }) =>
      sockets === true ? description.socketArtifactKind : description.artifactKind,
    probe: () => description.probe(),
    parseOptions: (raw) => parseRuntimeOptions(description.id, z.strictObject({}), raw),
    prepare: async (request) =>
      new PreparedCommand(
        machine,
        request,
        await machine.shimPath(),
        await description.command(request.artifact, request.reach),
      ),
    // The run's folders of groups are shared by all command runtimes: they go when the run does.
    cleanUpAfter: async (runId) =>
      machine.hierarchy === undefined ? [] : await removeRunGroups(machine.hierarchy, runId),
  };
}

class PreparedCommand implements Prepared {
  private static staged = 0;
  private readonly standing = new Set<CommandSandbox>();

  constructor(
    private readonly machine: LocalMachine,
    private readonly request: PrepareRequest,
    private readonly shim: string,
    private readonly command: Command,
  ) {}

  get folder(): string | undefined {
    return this.command.folder;
  }

  async stage(): Promise<StagedSandbox> {
    const { hierarchy } = this.machine;
    const { runId, limits } = this.request;
    const name = `sandbox-${process.pid}-${++PreparedCommand.staged}`;
    const group = hierarchy === undefined ? undefined : SandboxGroup.create(hierarchy, runId, name, limits);
    try {
      const supervised = await SupervisedProcess.stage({
        shim: this.shim,
        groupFiles: group?.processFiles ?? [],
        file: this.command.file,
        args: this.command.args,
      });
      return new StagedCommand(new CommandSandbox(supervised, group, this.standing), this.standing);
    } catch (error) {
      await group?.remove();
      throw error;
    }
  }

  async dispose(): Promise<void> {
    await Promise.all([...this.standing].map((sandbox) => sandbox.remove()));
  }
}

class StagedCommand implements StagedSandbox {
  constructor(
    private readonly sandbox: CommandSandbox,
    private readonly standing: Set<CommandSandbox>,
  ) {}

  get accounting(): Accounting {
    return this.sandbox.counters;
  }

  existing(): Promise<number> {
    return Promise.resolve(this.standing.size + this.sandbox.counters.processes().length);
  }

  launch(): Promise<Sandbox> {
    this.sandbox.start();
    return Promise.resolve(this.sandbox);
  }

  discard(): Promise<void> {
    return this.sandbox.remove();
  }
}

class CommandSandbox implements Sandbox {
  readonly exited: Promise<ExitStatus>;
  readonly counters: Accounting;
  private removal: Promise<void> | undefined;

  constructor(
    private readonly supervised: SupervisedProcess,
    private readonly group: SandboxGroup | undefined,
    private readonly standing: Set<CommandSandbox>,
  ) {
    this.exited = supervised.exited.then((status) => this.withCause(status));
    this.counters = {
      ...(group === undefined ? {} : { cgroups: group.paths }),
      processes: () => this.processes(),
    };
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

  accounting(): Promise<Accounting> {
    return Promise.resolve(this.counters);
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
    await this.supervised.kill();
    await this.exited;
    await this.group?.remove();
    this.standing.delete(this);
  }

  /** The function's processes, without the supervisor that stands in the same group. */
  private processes(): number[] {
    const { pid, supervisorPid } = this.supervised;
    const all = this.group?.processes() ?? (pid === undefined ? [] : [pid]);
    return all.filter((process) => process !== supervisorPid);
  }

  private withCause(status: ExitStatus): ExitStatus {
    return {
      ...status,
      outOfMemory: status.signal === 'SIGKILL' && (this.group?.outOfMemoryKills() ?? 0) > 0,
    };
  }
}
