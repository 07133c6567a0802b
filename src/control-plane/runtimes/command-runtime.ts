/** Runtimes that are a command on this machine: a bare process, or an engine that is handed a module. */
import { z } from 'zod';
import { invalidInput } from '../../domain/errors.js';
import type { RuntimeClass, Start, Transport } from '../../domain/factors.js';
import type {
  Accounting,
  ArtifactKind,
  Availability,
  ExitStatus,
  HttpEndpoint,
  PrepareRequest,
  Prepared,
  Runtime,
  Sandbox,
  StagedSandbox,
  Use,
} from '../../domain/runtime.js';
import { readyFrame } from '../invoke/ready-frame.js';
import type { Hierarchy } from '../cgroup/hierarchy.js';
import { removeRunGroups, SandboxGroup, whyNotLimited } from '../cgroup/sandbox-group.js';
import { SupervisedProcess } from '../process/supervised-process.js';
import { freeLoopbackPort } from '../process/free-port.js';
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
  /** What it runs for a function that opens connections by itself; absent where nothing on it can: WASI 0.1 has no sockets. */
  readonly socketArtifactKind?: ArtifactKind;
  /** What it runs where it starts from a snapshot, which it then has as a start; absent where it cannot. */
  readonly snapshotArtifactKind?: ArtifactKind;
  /** What it runs for a use, where that is more than a question of sockets; `undefined`: it cannot be used so. */
  artifactKindFor?(use: Use): ArtifactKind | undefined;
  /** `stdio` alone where absent. */
  readonly transports?: readonly Transport[];
  /** `cold` and `warm` where absent. */
  readonly starts?: readonly Start[];
  /** As of the runtime. */
  readonly opensInstances?: true;
  /** What runs the artefact so that it reaches what it is to reach, and nothing else of the machine. */
  command(request: PrepareRequest, how: CommandUse): Promise<Command>;
  /**
   * What has to be done once before sandboxes are staged (e.g. unpacking), and undone after the last. The command is asked
   * for with what this gives.
   */
  prepare?(request: PrepareRequest): Promise<PreparedFiles>;
}

/** What one sandbox's command is for. */
export interface CommandUse {
  readonly start: Start;
  /** The port of the loopback on which it is to serve; for requests over HTTP alone. */
  readonly port?: number;
  /** The folder that `prepare` made. */
  readonly files?: string;
}

/** A folder that was made for a function on a runtime. */
export interface PreparedFiles {
  readonly folder: string;
  remove(): Promise<void>;
}

export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  /** Its whole environment; empty where absent. */
  readonly env?: Readonly<Record<string, string>>;
  /**
   * How it tells that it serves HTTP: what it then writes to its standard error. Absent: by the protocol's `ready` frame on
   * its standard output, as the SDK does.
   */
  readonly servingPattern?: RegExp;
  /** Where the function sees the folder it was given to reach. */
  readonly folder?: string;
  /** Removes what was made for this one sandbox, after its processes are gone. Idempotent. */
  readonly giveBack?: () => Promise<void>;
}

export function createCommandRuntime(machine: LocalMachine, description: CommandRuntimeDescription): Runtime {
  return {
    id: description.id,
    engine: description.engine,
    ...(description.mode === undefined ? {} : { mode: description.mode }),
    class: description.class,
    artifactKind: description.artifactKind,
    starts: description.starts ?? startsOf(description),
    transports: description.transports ?? ['stdio'],
    ...(description.opensInstances === undefined ? {} : { opensInstances: description.opensInstances }),
    keepsToCpus: true,
    artifactKindFor: (_options, use) =>
      description.artifactKindFor === undefined
        ? kindByReach(description, use)
        : description.artifactKindFor(use),
    probe: () => description.probe(),
    parseOptions: (raw) => parseRuntimeOptions(description.id, z.strictObject({}), raw),
    whyNotHeld: (limits) => whyNotLimited(machine.hierarchy, limits),
    prepare: async (request) => await PreparedCommand.create(machine, description, request),
    // The run's folders of groups are shared by all command runtimes: they go when the run does.
    cleanUpAfter: async (runId) =>
      machine.hierarchy === undefined ? [] : await removeRunGroups(machine.hierarchy, runId),
  };
}

const startsOf = ({ snapshotArtifactKind }: CommandRuntimeDescription): readonly Start[] =>
  snapshotArtifactKind === undefined ? ['cold', 'warm'] : ['cold', 'snapshot', 'warm'];

function kindByReach(
  description: CommandRuntimeDescription,
  { reach, snapshot = false }: Use,
): ArtifactKind | undefined {
  // What is kept is a module of WASI 0.1: it opens no connections.
  if (snapshot) return reach.sockets === true ? undefined : description.snapshotArtifactKind;
  if (reach.sockets !== true) return description.artifactKind;
  if (description.socketArtifactKind !== undefined) return description.socketArtifactKind;
  throw invalidInput(
    `${description.id} runs modules of WASI 0.1, which cannot open connections`,
    'Declare access: [host]: Lumos then reaches the storage for the function.',
  );
}

class PreparedCommand implements Prepared {
  private static staged = 0;
  private readonly standing = new Set<CommandSandbox>();

  private constructor(
    private readonly machine: LocalMachine,
    private readonly description: CommandRuntimeDescription,
    private readonly request: PrepareRequest,
    private readonly shim: string,
    private readonly files: PreparedFiles | undefined,
    readonly folder: string | undefined,
  ) {}

  static async create(
    machine: LocalMachine,
    description: CommandRuntimeDescription,
    request: PrepareRequest,
  ): Promise<PreparedCommand> {
    const shim = await machine.shimPath();
    const files = await description.prepare?.(request);
    try {
      const use = { start: 'cold', ...filesOf(files) } as const;
      const { folder, giveBack } = await description.command(request, use);
      await giveBack?.();
      return new PreparedCommand(machine, description, request, shim, files, folder);
    } catch (error) {
      await files?.remove();
      throw error;
    }
  }

  async stage(start: Start, cpus?: string): Promise<StagedSandbox> {
    const { hierarchy } = this.machine;
    const { runId, limits, transport } = this.request;
    const port = transport === 'http' ? await freeLoopbackPort() : undefined;
    const command = await this.description.command(this.request, {
      start,
      ...(port === undefined ? {} : { port }),
      ...filesOf(this.files),
    });
    const name = `sandbox-${process.pid}-${++PreparedCommand.staged}`;
    let group: SandboxGroup | undefined;
    try {
      group = hierarchy === undefined ? undefined : SandboxGroup.create(hierarchy, runId, name, limits);
      const supervised = await SupervisedProcess.stage({
        shim: this.shim,
        groupFiles: group?.processFiles ?? [],
        file: command.file,
        args: command.args,
        cpus,
        ...(command.env === undefined ? {} : { env: command.env }),
      });
      const serving = port === undefined ? undefined : { port, pattern: command.servingPattern };
      const sandbox = new CommandSandbox(supervised, group, this.standing, serving, command.giveBack);
      return new StagedCommand(sandbox, this.standing);
    } catch (error) {
      await group?.remove();
      await command.giveBack?.();
      throw error;
    }
  }

  async removeLeft(): Promise<void> {
    await Promise.all([...this.standing].map((sandbox) => sandbox.remove()));
  }

  async dispose(): Promise<void> {
    await Promise.all([...this.standing].map((sandbox) => sandbox.remove()));
    await this.files?.remove();
  }
}

const filesOf = (files: PreparedFiles | undefined): Pick<CommandUse, 'files'> =>
  files === undefined ? {} : { files: files.folder };

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

/** 128 and the number of SIGKILL. */
const killedCode = 137;

class CommandSandbox implements Sandbox {
  readonly exited: Promise<ExitStatus>;
  readonly counters: Accounting;
  readonly http?: HttpEndpoint;
  private removal: Promise<void> | undefined;

  constructor(
    private readonly supervised: SupervisedProcess,
    private readonly group: SandboxGroup | undefined,
    private readonly standing: Set<CommandSandbox>,
    serving: { readonly port: number; readonly pattern: RegExp | undefined } | undefined,
    private readonly giveBack: Command['giveBack'],
  ) {
    if (serving !== undefined) {
      const { port, pattern } = serving;
      const listening =
        pattern === undefined ? readyFrame(supervised.stdout) : supervised.saidOnStderr(pattern);
      // Whoever waits for it is told; nobody may be waiting any more.
      listening.catch(() => undefined);
      this.http = { port, listening };
    }
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
    await this.giveBack?.();
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
      // What runs a container tells the death of its process as a shell does: 128 and the signal's number.
      outOfMemory:
        (status.signal === 'SIGKILL' || status.code === killedCode) &&
        (this.group?.outOfMemoryKills() ?? 0) > 0,
    };
  }
}
