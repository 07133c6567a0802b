/**
 * The one way to run a command to its end. Never through a shell: a name from a file is one argument, whatever is in
 * it. Each command has a process group of its own, which ends with us: on Ctrl-C, at the time limit, at our own exit.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { LumosError, hasCode, messageOf, missingDependency } from '../../domain/errors.js';
import { bytes, fromMebibytes, milliseconds, type Bytes, type Milliseconds } from '../../domain/units.js';
import { LineSplitter, TailBuffer } from './command-output.js';
import { endWithUs, signalChild } from './end-with-us.js';

export interface CommandOptions {
  readonly cwd?: string;
  /** Variables set for the command besides those of this process; `undefined` takes one away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Written to its standard input, which is then closed. Without it, standard input is empty. */
  readonly stdin?: string | Uint8Array;
  /** The longest it may take before it is ended. Without it, as long as it takes. */
  readonly timeout?: Milliseconds;
  /** The most standard output that is kept (default 64 MiB). More is a failure: a cut answer would be misread. */
  readonly maxOutput?: Bytes;
  /** Each line of output as it comes, for progress. */
  readonly onOutput?: (line: string, stream: 'stdout' | 'stderr') => void;
  readonly signal?: AbortSignal;
  /** Leaves the command in our process group with our standard input, so that e.g. `sudo` can ask for a password. */
  readonly terminal?: boolean;
}

export interface CommandResult {
  /** The exit code; absent when a signal ended it. */
  readonly code: number | undefined;
  readonly signal: string | undefined;
  readonly stdout: string;
  /** The last 256 KiB of what it wrote to its standard error. */
  readonly stderr: string;
  readonly took: Milliseconds;
}

const stderrKept = bytes(256 * 1024);
const defaultMaxOutput = fromMebibytes(64);
const linesInMessage = 20;
const pipesMayLinger = milliseconds(2000);

/** Why the command is ended before its own end. */
type EndReason = 'timeout' | 'aborted' | 'too-much-output';

/**
 * Runs `command` and gives back how it ended, whatever its exit code.
 * @throws LumosError `missing-dependency` when there is no such command, `failed` when it could not be started, took
 * too long, wrote too much or was aborted.
 */
export async function attemptCommand(
  command: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  const started = performance.now();
  let release: () => void = () => undefined;
  try {
    const child = startChild(command, args, options);
    release = endWithUs(child);
    const ended = await followChild(child, options);
    const took = milliseconds(performance.now() - started);
    if (ended.reason !== undefined) throw endedEarly(command, ended, options, took);
    return { code: ended.code, signal: ended.signal, stdout: ended.stdout, stderr: ended.stderr, took };
  } catch (error) {
    if (hasCode(error, 'ENOENT')) {
      throw missingDependency(
        `the command ${command} was not found${options.cwd === undefined ? '' : ` (or the folder ${options.cwd})`}`,
        'lumos doctor',
      );
    }
    if (error instanceof LumosError) throw error;
    throw new LumosError('failed', `${command} could not be run: ${messageOf(error)}`, { cause: error });
  } finally {
    release();
  }
}

/**
 * Runs `command` to its end.
 * @throws LumosError as `attemptCommand`, and `failed` with the last lines of its output when its exit code is not 0.
 */
export async function runCommand(
  command: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  const result = await attemptCommand(command, args, options);
  if (result.code === 0) return result;
  const how = result.code === undefined ? `signal ${result.signal ?? '?'}` : `exit code ${result.code}`;
  throw new LumosError('failed', withLastLines(`${nameOf(command, args)} ended with ${how}`, result));
}

function startChild(command: string, args: readonly string[], options: CommandOptions): ChildProcess {
  const stdin = options.stdin !== undefined ? 'pipe' : options.terminal === true ? 'inherit' : 'ignore';
  return spawn(command, [...args], {
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    env: mergeEnvironment(process.env, options.env ?? {}),
    stdio: [stdin, 'pipe', 'pipe'],
    detached: options.terminal !== true,
    shell: false,
  });
}

/** `base` with `changes`; an `undefined` takes a variable away. */
export function mergeEnvironment(
  base: Readonly<Record<string, string | undefined>>,
  changes: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const merged: Record<string, string> = {};
  for (const [name, value] of Object.entries({ ...base, ...changes })) {
    if (value !== undefined) merged[name] = value;
  }
  return merged;
}

interface Ended {
  readonly code: number | undefined;
  readonly signal: string | undefined;
  readonly stdout: string;
  readonly stderr: string;
  readonly reason: EndReason | undefined;
}

function followChild(child: ChildProcess, options: CommandOptions): Promise<Ended> {
  const stdout = new TailBuffer(options.maxOutput ?? defaultMaxOutput);
  const stderr = new TailBuffer(stderrKept);
  return new Promise<Ended>((resolve, reject) => {
    let reason: EndReason | undefined;
    const end = (why: EndReason): void => {
      reason ??= why;
      signalChild(child, 'SIGKILL');
    };
    const onAbort = (): void => end('aborted');
    const timer =
      options.timeout === undefined ? undefined : setTimeout(() => end('timeout'), options.timeout);
    let lingering: NodeJS.Timeout | undefined;
    const done = (): void => {
      clearTimeout(timer);
      clearTimeout(lingering);
      options.signal?.removeEventListener('abort', onAbort);
    };
    options.signal?.addEventListener('abort', onAbort, { once: true });
    if (options.signal?.aborted === true) end('aborted');
    const { onOutput } = options;
    const lines = (stream: 'stdout' | 'stderr'): LineSplitter | undefined =>
      onOutput === undefined ? undefined : new LineSplitter((line) => onOutput(line, stream));
    const splitters = { stdout: lines('stdout'), stderr: lines('stderr') };
    child.stdout?.on('data', (chunk: Buffer) => {
      stdout.push(chunk);
      splitters.stdout?.push(chunk);
      if (stdout.overflowed) end('too-much-output');
    });
    child.stderr?.on('data', (chunk: Buffer) => {
      stderr.push(chunk);
      splitters.stderr?.push(chunk);
    });
    child.stdin?.on('error', () => undefined); // it may end without reading all of it; its exit code tells
    child.stdin?.end(options.stdin);
    child.once('error', (error) => {
      done();
      reject(error);
    });
    // A daemon that the command started may hold its pipes open; what the command itself wrote is there by then.
    child.once('exit', () => {
      lingering = setTimeout(() => {
        child.stdout?.destroy();
        child.stderr?.destroy();
      }, pipesMayLinger);
    });
    child.once('close', (code, signal) => {
      done();
      splitters.stdout?.end();
      splitters.stderr?.end();
      resolve({
        code: code ?? undefined,
        signal: signal ?? undefined,
        stdout: stdout.text(),
        stderr: stderr.text(),
        reason,
      });
    });
  });
}

function endedEarly(command: string, ended: Ended, options: CommandOptions, took: Milliseconds): LumosError {
  const seconds = (took / 1000).toFixed(1);
  const limit = options.maxOutput ?? defaultMaxOutput;
  const what: Record<EndReason, string> = {
    timeout: `${command} was ended after ${seconds} s: it took longer than it may`,
    aborted: `${command} was ended after ${seconds} s: interrupted`,
    'too-much-output': `${command} was ended: it wrote more than ${limit} bytes to its standard output`,
  };
  return new LumosError('failed', withLastLines(what[ended.reason ?? 'aborted'], ended));
}

const nameOf = (command: string, args: readonly string[]): string =>
  args[0] === undefined ? command : `${command} ${args[0]}`;

function withLastLines(what: string, output: { readonly stdout: string; readonly stderr: string }): string {
  const said = output.stderr.trim() === '' ? output.stdout : output.stderr;
  const last = said.trimEnd().split('\n').slice(-linesInMessage).join('\n');
  return last.trim() === '' ? what : `${what}:\n${last}`;
}
