/**
 * Locks between processes: one holder at a time, for run directories and for folders that a compiler writes to.
 *
 * A lock is a file that names its holder. It is written whole under another name and then linked into place: link(2) makes
 * exactly one of many the holder, and nobody ever reads half of it. A lock whose holder has ended is never removed before it
 * is taken. Who takes it over first takes a lock on that: its name has the identity of the dead lock in it, so only one
 * process can replace that lock, and a process that judged an earlier one can do no harm. The right to take over is a lock
 * like any other, so it can be taken over as well.
 */
import { createHash } from 'node:crypto';
import {
  closeSync,
  constants,
  copyFileSync,
  fstatSync,
  linkSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { hasCode, invalidInput, LumosError, messageOf, missingDependency } from '../domain/errors.js';
import { milliseconds, type Milliseconds } from '../domain/units.js';
import { holderOf, newRecord, parseRecord, type LockHolder } from './lock-record.js';

export interface LockOptions {
  /** Told what is waited for, once for each holder; `undefined` for a lock that does not say who holds it. */
  readonly onWait?: (holder: LockHolder | undefined, path: string) => void;
  /** Ends the waiting. */
  readonly signal?: AbortSignal;
}

/** `unclear`: the file does not say who holds it, and may be about to be written. */
export type LockAttempt =
  | { readonly state: 'taken'; readonly release: () => void }
  | { readonly state: 'held'; readonly holder: LockHolder }
  | { readonly state: 'unclear' };

const pollEveryMs = 100;
/** A lock file that names nobody and has not changed for so long is not being written. */
const settledAfterMs = 1000;
const tries = 1000;
const longestRecord = 4096;

/** Runs `work` while holding the lock file `path`. Waits for a holder that runs. @throws LumosError `failed` when aborted */
export async function withFileLock<T>(
  path: string,
  work: () => Promise<T>,
  { onWait, signal }: LockOptions = {},
): Promise<T> {
  const lock = new FileLock(path);
  let told: string | undefined;
  for (;;) {
    const attempt = lock.take();
    if (attempt.state === 'taken') {
      try {
        return await work();
      } finally {
        attempt.release();
      }
    }
    const holder = attempt.state === 'held' ? attempt.holder : undefined;
    const name = JSON.stringify(holder ?? null);
    if (name !== told) onWait?.(holder, path);
    told = name;
    await sleep(pollEveryMs, undefined, signal === undefined ? {} : { signal }).catch(() => {
      throw new LumosError('failed', `interrupted while waiting for the lock ${path}`);
    });
  }
}

/** Takes the lock `path` without waiting for its holder; waits a moment where it is unclear whether there is one. */
export function tryLock(path: string): LockAttempt {
  const lock = new FileLock(path);
  const ends = performance.now() + 2 * settledAfterMs;
  for (;;) {
    const attempt = lock.take();
    if (attempt.state !== 'unclear' || performance.now() > ends) return attempt;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pollEveryMs / 4);
  }
}

/** A lock file as it was read. */
interface Found {
  readonly text: string;
  readonly writtenAt: Date;
  /** Equal for the same file with the same content and for no other. */
  readonly identity: string;
}

class FileLock {
  private readonly record = newRecord();
  private readonly draft: string;
  /** The file that named nobody when it was last looked at, and since when it is the same. */
  private unclear: { readonly identity: string; readonly sinceMs: Milliseconds } | undefined;

  constructor(private readonly path: string) {
    this.draft = `${path}.${this.record.token}.new`;
  }

  /** One attempt. Leaves nothing but the lock, if it was taken. */
  take(): LockAttempt {
    try {
      const attempt = this.takeAt(this.path);
      if (attempt.state === 'taken') removeLeftovers(this.path);
      return attempt;
    } catch (error) {
      throw error instanceof LumosError ? error : cannotLock(this.path, error);
    } finally {
      rmSync(this.draft, { force: true });
    }
  }

  private takeAt(path: string): LockAttempt {
    for (let count = 0; count < tries; count += 1) {
      this.writeDraft();
      if (this.putInPlace(path)) return this.taken(path);
      const found = readLock(path);
      if (found === undefined) continue;
      const owner = parseRecord(found.text);
      if (owner === undefined && !this.isSettled(found)) return { state: 'unclear' };
      const holder = owner === undefined ? undefined : holderOf(owner, found.writtenAt);
      if (holder !== undefined) return { state: 'held', holder };
      const right = this.takeAt(`${path}.${found.identity}`);
      if (right.state !== 'taken') return right;
      try {
        // A process that was slow has the right to take over a lock that is no more.
        if (readLock(path)?.identity !== found.identity) continue;
        this.writeDraft();
        renameSync(this.draft, path);
        return this.taken(path);
      } finally {
        right.release();
      }
    }
    return { state: 'unclear' };
  }

  private taken(path: string): LockAttempt {
    return { state: 'taken', release: () => this.release(path) };
  }

  private release(path: string): void {
    if (readLock(path)?.text === this.record.text) rmSync(path, { force: true });
  }

  /** Always a new file: an earlier draft may be the same file as a lock that is in place. */
  private writeDraft(): void {
    rmSync(this.draft, { force: true });
    writeFileSync(this.draft, this.record.text, { mode: 0o644, flag: 'wx' });
  }

  /** Whether the lock was free and is ours. */
  private putInPlace(path: string): boolean {
    try {
      linkSync(this.draft, path);
      return true;
    } catch (error) {
      if (hasCode(error, 'EEXIST')) return false;
      if (!hasCode(error, ...withoutLinks)) throw error;
    }
    try {
      copyFileSync(this.draft, path, constants.COPYFILE_EXCL);
    } catch (error) {
      if (hasCode(error, 'EEXIST')) return false;
      throw error;
    }
    // Not in one step: one that took too long may have been taken over.
    return readLock(path)?.text === this.record.text;
  }

  private isSettled({ identity, writtenAt }: Found): boolean {
    const nowMs = milliseconds(performance.now());
    if (this.unclear?.identity !== identity) this.unclear = { identity, sinceMs: nowMs };
    return Date.now() - writtenAt.getTime() > settledAfterMs || nowMs - this.unclear.sinceMs > settledAfterMs;
  }
}

/** What file systems without hard links say. */
const withoutLinks = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'];

/** The lock file `path`; `undefined` where there is none. @throws LumosError `invalid-input` for what is no file */
function readLock(path: string): Found | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    if (hasCode(error, 'ELOOP', 'ENXIO')) throw noLockFile(path);
    throw error;
  }
  try {
    const status = fstatSync(descriptor, { bigint: true });
    if (!status.isFile()) throw noLockFile(path);
    const buffer = Buffer.alloc(longestRecord);
    const text = buffer.toString('latin1', 0, readSync(descriptor, buffer, 0, longestRecord, 0));
    const marks = [status.ino, status.mtimeNs, status.size, text].join('\n');
    const identity = createHash('sha256').update(marks).digest('hex').slice(0, 16);
    return { text, identity, writtenAt: new Date(Number(status.mtimeMs)) };
  } finally {
    closeSync(descriptor);
  }
}

const noLockFile = (path: string): LumosError =>
  invalidInput(`${path} is not a lock file`, `Remove ${path} and try again.`);

const noSpace = ['ENOSPC', 'EDQUOT'];

function cannotLock(path: string, error: unknown): LumosError {
  const what = `the lock ${path} cannot be taken: ${messageOf(error)}`;
  return hasCode(error, ...noSpace)
    ? missingDependency(what, `Make room on the disk of ${dirname(path)}.`)
    : invalidInput(what, `Make sure that you can write to ${dirname(path)}.`);
}

/** Removes what processes that were killed while they took this lock have left. Only the lock's holder does. */
function removeLeftovers(path: string): void {
  const name = basename(path);
  const names = readdirSync(dirname(path)).filter((other) => other.startsWith(`${name}.`));
  for (const other of names.filter((one) => leftover.test(one.slice(name.length)))) {
    try {
      removeLeftover(join(dirname(path), other));
    } catch {
      continue; // only tidying
    }
  }
}

function removeLeftover(file: string): void {
  const found = readLock(file);
  if (found === undefined) return;
  const owner = parseRecord(found.text);
  const isInUse =
    owner === undefined
      ? Date.now() - found.writtenAt.getTime() < settledAfterMs
      : holderOf(owner, found.writtenAt) !== undefined;
  if (!isInUse) rmSync(file, { force: true });
}

const leftover = /^(\.[0-9a-f]{16})+$|^\.[0-9a-f]{32}\.new$/;
