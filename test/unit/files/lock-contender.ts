/** A process that takes a lock and lets it go when its parent says so. */
import { lockRunDirectory } from '../../../src/records/run-lock.js';
import { tryLock } from '../../../src/files/file-lock.js';

export interface Order {
  readonly what: 'take' | 'take-directory' | 'release';
  readonly path: string;
  /** When to take it, in milliseconds of the wall clock. */
  readonly at: number;
}

export interface Said {
  readonly state: 'ready' | 'taken' | 'held' | 'unclear' | 'refused' | 'released' | 'error';
  readonly why?: string;
}

const say = (said: Said): void => void process.send?.(said);

let release: (() => void) | undefined;

function take(path: string): void {
  const attempt = tryLock(path);
  if (attempt.state === 'taken') release = attempt.release;
  say({ state: attempt.state });
}

function takeDirectory(path: string): void {
  try {
    release = lockRunDirectory(path);
    say({ state: 'taken' });
  } catch (error) {
    say({ state: 'refused', why: String(error) });
  }
}

process.on('message', ({ what, path, at }: Order) => {
  while (performance.timeOrigin + performance.now() < at) continue;
  try {
    if (what === 'take') take(path);
    else if (what === 'take-directory') takeDirectory(path);
    else {
      release?.();
      release = undefined;
      say({ state: 'released' });
    }
  } catch (error) {
    say({ state: 'error', why: String(error) });
  }
});
say({ state: 'ready' });
