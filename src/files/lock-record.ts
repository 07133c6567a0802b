/** What a lock file says: which process holds the lock, on which machine, since when. */
import { randomBytes } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { basename } from 'node:path';
import { isAlive, startOf, startTimeOf } from './process-identity.js';

/** Who holds a lock, as far as its file says. */
export interface LockHolder {
  readonly pid: number;
  readonly since?: Date;
  /** The machine or container of a holder of which it cannot be told from here whether it still runs. */
  readonly elsewhere?: string;
}

/** A holder in words, e.g. `process 12 on build-3 (since 2026-11-30T21:00:00.000Z)`. */
export function describeHolder(holder: LockHolder | undefined): string {
  if (holder === undefined) return 'another process';
  const { pid, since, elsewhere } = holder;
  const where = elsewhere === undefined ? '' : ` on ${elsewhere}`;
  return `process ${pid}${where}${since === undefined ? '' : ` (since ${since.toISOString()})`}`;
}

interface LockOwner {
  readonly pid: number;
  /** As `startOf`; absent in locks of before it was recorded. */
  readonly start?: string;
  readonly place?: Place;
  readonly since?: Date;
}

/** Where a process number means something. */
interface Place {
  readonly boot: string;
  readonly namespace: string;
  readonly host: string;
}

const unknown = '-';

/** One line: process, its start, boot, process namespace, host, time, and a word that no other lock has. */
export function newRecord(now = new Date()): { readonly text: string; readonly token: string } {
  const token = randomBytes(16).toString('hex');
  const { boot, namespace, host } = here();
  const start = startOf(process.pid) ?? unknown;
  const fields = [process.pid, start, boot, namespace, host, now.toISOString(), token];
  return { text: `${fields.join(' ')}\n`, token };
}

const pattern =
  /^(?<pid>[1-9]\d{0,9}) (?<start>\d+|-) (?<boot>\S+) (?<namespace>\S+) (?<host>\S+) (?<since>\S+) [0-9a-f]{32}\n$/;
/** Locks of before: of the cache a process and its start, of a run directory a process alone. */
const olderPattern = /^(?<pid>[1-9]\d{0,9})(?: (?<start>\d+)|\n|$)$/;

/** The owner that a lock file names; `undefined` where it was not written to its end, or says something else. */
export function parseRecord(text: string): LockOwner | undefined {
  const fields = (pattern.exec(text) ?? olderPattern.exec(text))?.groups;
  if (fields === undefined) return undefined;
  const { pid, start = unknown, boot, namespace, host, since } = fields;
  const at = since === undefined ? undefined : new Date(since);
  return {
    pid: Number(pid),
    ...(start === unknown ? {} : { start }),
    ...(boot === undefined || namespace === undefined || host === undefined
      ? {}
      : { place: { boot, namespace, host } }),
    ...(at === undefined || Number.isNaN(at.getTime()) ? {} : { since: at }),
  };
}

/**
 * The holder, where it still runs or it cannot be told that it does not; `undefined` for one that has ended.
 * @param writtenAt when the lock file was written
 */
export function holderOf(owner: LockOwner, writtenAt: Date): LockHolder | undefined {
  const { pid, start, place, since } = owner;
  const holder = { pid, ...(since === undefined ? {} : { since }) };
  const now = here();
  if (place !== undefined && (place.boot !== now.boot || place.namespace !== now.namespace)) {
    // The same machine after a restart: nothing of before runs.
    if (place.host === now.host && place.boot !== now.boot) return undefined;
    return { ...holder, elsewhere: place.host.replace(/#.*$/, '') };
  }
  const runs = start === undefined ? mayHold(pid, writtenAt) : isAlive(pid, start);
  return runs ? holder : undefined;
}

/**
 * A lock without a start time is held if its number is still a Node process that ran when the lock was written. This process
 * never holds one: it writes its start time.
 */
function mayHold(pid: number, writtenAt: Date): boolean {
  const started = startTimeOf(pid);
  if (started === undefined || pid === process.pid) return false;
  return (
    started.getTime() <= writtenAt.getTime() + startPrecisionMs && programOf(pid) === programOf(process.pid)
  );
}

/** The kernel rounds the time of boot to seconds. */
const startPrecisionMs = 1000;

function programOf(pid: number): string | undefined {
  try {
    return basename(readlinkSync(`/proc/${pid}/exe`));
  } catch {
    return undefined;
  }
}

let known: Place | undefined;

function here(): Place {
  known ??= {
    boot: word(read('/proc/sys/kernel/random/boot_id')),
    namespace: word(namespaceOf()),
    host: `${word(hostname())}#${word(read('/etc/machine-id')).slice(0, 8)}`,
  };
  return known;
}

const word = (text: string): string => text.trim().replace(/[^A-Za-z0-9._:[\]-]/g, '_') || unknown;

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function namespaceOf(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return '';
  }
}
