/** A file that is written under another name and takes its own once it is whole. */
import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { hasCode } from '../domain/errors.js';
import { realFiles, writeAll, type FileCalls } from './file-calls.js';

/** Short, so that it fits wherever the file's own name does; it names the process that writes it. */
const temporaryBeside = (path: string): string =>
  join(dirname(path), `.lumos-${process.pid}-${randomBytes(4).toString('hex')}.tmp`);

/** Ours, and those of versions before: `summary.json.4711.tmp`. */
const temporaryName = /^(?:\.lumos-(\d+)-[0-9a-f]{8}|.+\.(\d+))\.tmp$/;

export class TemporaryFile {
  readonly path: string;
  private descriptor: number | undefined;

  /** `beside` is the path that the file gets at last. Throws what the system throws. */
  constructor(
    private readonly beside: string,
    private readonly calls: FileCalls = realFiles,
    mode = 0o666,
  ) {
    this.path = temporaryBeside(beside);
    this.descriptor = calls.open(this.path, 'wx', mode);
    remember(this.path);
  }

  get open(): number {
    if (this.descriptor === undefined) throw new Error(`${this.path} is closed`);
    return this.descriptor;
  }

  write(data: Uint8Array): void {
    writeAll(this.calls, this.open, data);
  }

  /** On the disk to the last byte, but still under its temporary name: some disks report only here that they are full. */
  finish(): void {
    this.calls.sync(this.open);
    this.close();
  }

  publish(): void {
    this.calls.rename(this.path, this.beside);
    forget(this.path);
  }

  /** Removes it, in whatever state it is; says nothing if that fails too. */
  discard(): void {
    try {
      this.close();
    } catch {
      // The file goes anyway.
    }
    try {
      this.calls.remove(this.path);
    } catch {
      // What made the write fail may make this fail: the failure of the write is the one to report.
    }
    forget(this.path);
  }

  private close(): void {
    if (this.descriptor === undefined) return;
    const { descriptor } = this;
    this.descriptor = undefined;
    this.calls.close(descriptor);
  }
}

/** Removes temporary files in `folder` that processes left which no longer run. */
export function removeStaleTemporaries(folder: string, calls: FileCalls = realFiles): void {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return; // no such folder, nothing in it
  }
  for (const name of names) {
    const match = temporaryName.exec(name);
    const path = join(folder, name);
    if (match === null || unfinished.has(path) || isRunning(Number(match[1] ?? match[2]))) continue;
    try {
      calls.remove(path);
    } catch {
      // Only tidying.
    }
  }
}

function isRunning(pid: number): boolean {
  if (pid === process.pid) return false; // what this process is writing now is known by its path
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return hasCode(error, 'EPERM');
  }
}

const unfinished = new Set<string>();
const stopSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

function removeUnfinished(): void {
  for (const path of unfinished) {
    try {
      realFiles.remove(path);
    } catch {
      // The process ends; nobody is left to tell.
    }
  }
}

/** Where nobody else handles the signal, it ends the process as it would have without us. */
function onStopSignal(signal: NodeJS.Signals): void {
  if (process.listenerCount(signal) > 1) return;
  removeUnfinished();
  process.off(signal, onStopSignal);
  process.kill(process.pid, signal);
}

function remember(path: string): void {
  unfinished.add(path);
  if (unfinished.size > 1) return;
  process.on('exit', removeUnfinished);
  for (const signal of stopSignals) process.on(signal, onStopSignal);
}

function forget(path: string): void {
  if (!unfinished.delete(path) || unfinished.size > 0) return;
  process.off('exit', removeUnfinished);
  for (const signal of stopSignals) process.off(signal, onStopSignal);
}
