/** The real command line as a child process. */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { runCommand } from '../../src/control-plane/process/run-command.js';

export const repositoryRoot = resolve(import.meta.dirname, '../..');
export const badFunctions = join(repositoryRoot, 'conformance');
const main = join(repositoryRoot, 'dist/cli/main.js');

const newest = (folder: string): number =>
  Math.max(
    ...readdirSync(folder, { recursive: true, encoding: 'utf8' }).map(
      (name) => statSync(join(folder, name)).mtimeMs,
    ),
  );

/** Compiles the TypeScript when it has changed since it was last compiled. */
export async function ensureBuilt(): Promise<void> {
  const built = existsSync(main) ? statSync(main).mtimeMs : 0;
  if (built >= newest(join(repositoryRoot, 'src'))) return;
  await runCommand('npm', ['run', '--silent', 'build'], { cwd: repositoryRoot });
}

export interface Finished {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface LumosChild {
  readonly child: ChildProcess;
  readonly finished: Promise<Finished>;
  /** What it has said on standard error so far. */
  stderr: () => string;
}

export interface Surroundings {
  readonly cwd: string;
  readonly environment?: Readonly<Record<string, string>>;
}

export function startLumos(args: readonly string[], { cwd, environment }: Surroundings): LumosChild {
  const child = spawn(process.execPath, [main, ...args], {
    cwd,
    env: { ...process.env, NO_COLOR: '1', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said.stderr += text));
  const finished = new Promise<Finished>((done, fail) => {
    child.once('error', fail);
    child.once('close', (code, signal) => done({ code, signal, ...said }));
  });
  return { child, finished, stderr: () => said.stderr };
}

export const lumos = (args: readonly string[], surroundings: Surroundings): Promise<Finished> =>
  startLumos(args, surroundings).finished;

/** Waits for `reached` while `running` runs. @throws when it ends before, with what it said. */
export async function during(running: LumosChild, reached: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await reached())) {
    if (running.child.exitCode !== null || running.child.signalCode !== null) {
      throw new Error(`lumos ended before its time: ${(await running.finished).stderr}`);
    }
    await sleep(10);
  }
}

/** Sends `signal`; what comes of it within `limitMs`, else an error (and the process is killed). */
export async function stopWithin(
  { child, finished }: LumosChild,
  signal: NodeJS.Signals,
  limitMs: number,
): Promise<Finished> {
  child.kill(signal);
  const ended = await Promise.race([finished, sleep(limitMs, undefined, { ref: false })]);
  if (ended !== undefined) return ended;
  child.kill('SIGKILL');
  throw new Error(`lumos still ran ${limitMs} ms after ${signal}`);
}
