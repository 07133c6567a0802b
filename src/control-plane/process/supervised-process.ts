/**
 * A process under our supervisor (`shim/`), as containerd runs a container under its shim. The supervisor is started,
 * put into the sandbox's control group and waits; nothing of the function exists until it is told to go. It then forks
 * and executes the command, so that process creation lies within the timed window, and Node's own slow spawn does not.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { Socket } from 'node:net';
import { getSystemErrorName } from 'node:util';
import type { Duplex, Readable, Writable } from 'node:stream';
import { hasCode, LumosError, messageOf } from '../../domain/errors.js';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ExitStatus } from '../../domain/runtime.js';
import { milliseconds } from '../../domain/units.js';
import { onCpus } from './cpu-affinity.js';
import { signalName } from './signal-name.js';

const messages = { ready: 0x52, go: 0x47, started: 0x53, execFailed: 0x45, exited: 0x58 } as const;
const keptStderrBytes = 8 * 1024;
const reapMs = milliseconds(1000);
/** Output that stood in the pipes when the function ended has been read when none came for so long; at most `drainMs`. */
const quietMs = milliseconds(50);
const drainMs = milliseconds(2000);

export interface SupervisedCommand {
  readonly shim: string;
  /** Files of control groups (`cgroup.procs`) that the sandbox is to be a member of. */
  readonly groupFiles: readonly string[];
  readonly file: string;
  readonly args: readonly string[];
  /** The whole environment of the command; empty where absent. */
  readonly env?: Readonly<Record<string, string>>;
  /** CPUs that supervisor and command are kept to, as the kernel lists them. */
  readonly cpus?: string | undefined;
}

export class SupervisedProcess {
  readonly exited: Promise<ExitStatus>;
  /** The function's own process, once it has been started. */
  pid: number | undefined;
  private stderr = Buffer.alloc(0) as Buffer;
  private control = Buffer.alloc(0) as Buffer;
  private status: ExitStatus | undefined;
  private readonly supervisorGone: Promise<void>;
  private readyListener: (() => void) | undefined;

  private constructor(
    private readonly supervisor: ChildProcess,
    private readonly channel: Duplex,
  ) {
    this.channel.on('data', (chunk: Buffer) => this.read(chunk));
    this.channel.on('error', () => undefined);
    supervisor.stderr?.on('data', (chunk: Buffer) => {
      this.stderr = Buffer.concat([this.stderr, chunk]).subarray(-keptStderrBytes);
    });
    supervisor.once('exit', () => void this.letGoOfOutput());
    this.supervisorGone = new Promise((resolve) => {
      supervisor.once('close', () => resolve());
      supervisor.once('error', () => resolve());
    });
    this.exited = this.supervisorGone.then(
      () =>
        this.status ?? { code: undefined, signal: supervisor.signalCode ?? undefined, outOfMemory: false },
    );
  }

  /** Starts the supervisor and waits until it stands in its groups, ready to go. */
  static async stage(command: SupervisedCommand): Promise<SupervisedProcess> {
    const args = [
      ...command.groupFiles.flatMap((file) => ['--procs', file]),
      '--',
      command.file,
      ...command.args,
    ];
    const { cpus } = command;
    const own = { file: command.shim, args };
    const { file, args: all } = cpus === undefined ? own : await onCpus(cpus, own);
    const staged = await SupervisedProcess.spawn(file, all, command.env);
    const ready = await Promise.race([
      new Promise<boolean>((resolve) => (staged.readyListener = () => resolve(true))),
      staged.supervisorGone.then(() => false),
    ]);
    if (!ready) {
      await staged.kill();
      throw new LumosError(
        'failed',
        `the supervisor ${command.shim} did not start: ${staged.stderrTail().trim() || 'no word from it'}`,
      );
    }
    return staged;
  }

  /**
   * Without a free process, descriptor or memory the child has no process, and may have no streams either: both are looked
   * at before anything is made of it.
   */
  private static async spawn(
    file: string,
    args: readonly string[],
    env: SupervisedCommand['env'] = {},
  ): Promise<SupervisedProcess> {
    try {
      const supervisor = spawn(file, [...args], {
        stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
        env: { ...env },
        detached: true,
      });
      if (supervisor.pid === undefined) throw await errorOf(supervisor);
      return new SupervisedProcess(
        supervisor,
        present(streamsOf(supervisor)[3] as Duplex | null | undefined),
      );
    } catch (error) {
      if (error instanceof LumosError) throw error;
      throw new LumosError('failed', `the supervisor ${file} could not be started: ${messageOf(error)}`, {
        cause: error,
      });
    }
  }

  /** Tells the supervisor to start the function's process. Returns at once; requests can be written from now on. */
  go(): void {
    this.channel.write(Uint8Array.of(messages.go));
  }

  get stdin(): Writable {
    return present(this.supervisor.stdin);
  }
  get stdout(): Readable {
    return present(this.supervisor.stdout);
  }

  /** The supervisor's own process: in the sandbox's group, but not of the sandbox. */
  get supervisorPid(): number | undefined {
    return this.supervisor.pid;
  }

  /** Resolves when what it writes to its standard error has matched `pattern`; rejects when it ends before. */
  async saidOnStderr(pattern: RegExp): Promise<void> {
    const { stderr } = this.supervisor;
    await new Promise<void>((resolve, reject) => {
      const look = (): void => {
        if (!pattern.test(this.stderrTail())) return;
        stderr?.off('data', look);
        resolve();
      };
      stderr?.on('data', look);
      void this.supervisorGone.then(() => reject(new Error('it ended before it served')));
      look();
    });
  }

  stderrTail(): string {
    return this.stderr.toString('utf8');
  }

  /** Kills the function and its supervisor, and waits until both are gone. */
  async kill(): Promise<void> {
    // Whoever stops a sandbox has read what it wanted; unread output would keep the stream, and `close`, waiting.
    for (const stream of [this.supervisor.stdin, this.supervisor.stdout, this.supervisor.stderr])
      stream?.destroy();
    // Killed through its own process the supervisor still reaps it and tells how it ended; then it leaves by itself.
    if (this.pid === undefined || this.status !== undefined || !sendKill(this.pid))
      this.supervisor.kill('SIGKILL');
    const gone = this.supervisorGone.then(() => true);
    if (!(await Promise.race([gone, sleep(reapMs, false, { ref: false })]))) this.supervisor.kill('SIGKILL');
    this.channel.destroy();
    await this.supervisorGone;
  }

  /** A child of the function may hold its output open: the function has ended all the same, and nobody waits for the child. */
  private async letGoOfOutput(): Promise<void> {
    const { stdout, stderr } = this.supervisor;
    const readSoFar = (): number => [stdout, stderr].reduce((sum, stream) => sum + bytesRead(stream), 0);
    const giveUpAt = performance.now() + drainMs;
    for (
      let before = -1, now = readSoFar();
      now !== before && performance.now() < giveUpAt;
      now = readSoFar()
    ) {
      before = now;
      await sleep(quietMs, undefined, { ref: false });
      // A timer that is late comes before what was read meanwhile; this comes after it.
      await new Promise((resolve) => setImmediate(resolve));
    }
    stdout?.destroy();
    stderr?.destroy();
  }

  private read(chunk: Buffer): void {
    this.control = Buffer.concat([this.control, chunk]);
    for (let used = this.readMessage(this.control); used > 0; used = this.readMessage(this.control)) {
      this.control = this.control.subarray(used);
    }
  }

  /** Takes the first whole message of `buffer`; gives back how many bytes it had, 0 when none is whole yet. */
  private readMessage(buffer: Buffer): number {
    switch (buffer[0]) {
      case messages.ready:
        this.readyListener?.();
        return 1;
      case messages.started:
        if (buffer.length < 5) return 0;
        this.pid = buffer.readUInt32LE(1);
        return 5;
      case messages.execFailed:
        if (buffer.length < 5) return 0;
        {
          const reason = `could not be executed: ${errorName(buffer.readUInt32LE(1))}`;
          this.stderr = Buffer.from(reason);
          this.status = { code: 127, signal: undefined, outOfMemory: false, neverRan: reason };
        }
        return 5;
      case messages.exited: {
        if (buffer.length < exitMessageBytes) return 0;
        const signal = buffer.readInt32LE(5);
        const code = buffer.readInt32LE(1);
        this.status = {
          code: signal === 0 ? code : undefined,
          signal: signalName(signal),
          outOfMemory: false,
        };
        return exitMessageBytes;
      }
      case undefined:
      default:
        return 0;
    }
  }
}

/** A child that could not be started tells why in an event, which comes at once. What streams it has are given back. */
async function errorOf(child: ChildProcess): Promise<unknown> {
  const told = new Promise<unknown>((resolve) => child.once('error', resolve));
  for (const stream of streamsOf(child)) stream?.destroy();
  return await told;
}

/** Without a free descriptor a child has no streams, other than its type says. */
const streamsOf = ({
  stdio = [],
}: {
  readonly stdio?: ChildProcess['stdio'] | [];
}): readonly (Readable | Writable | null | undefined)[] => stdio;

/** E.g. EAGAIN. */
function errorName(number: number): string {
  try {
    return getSystemErrorName(-number);
  } catch {
    return `error ${number}`;
  }
}

const exitMessageBytes = 1 + 4 + 4 + 8 + 8 + 8 + 8;

/** Whether there was such a process to kill. */
function sendKill(pid: number): boolean {
  try {
    process.kill(pid, 'SIGKILL');
    return true;
  } catch (error) {
    if (hasCode(error, 'ESRCH')) return false;
    throw error;
  }
}

const bytesRead = (stream: Readable | null): number => (stream instanceof Socket ? stream.bytesRead : 0);

function present<T>(value: T | null | undefined): T {
  if (value === null || value === undefined)
    throw new LumosError('failed', 'the supervisor has lost one of its streams');
  return value;
}
