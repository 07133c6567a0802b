/** One writer a run directory: a lock file that names the process at work in it. */
import { join } from 'node:path';
import { invalidInput } from '../domain/errors.js';
import { tryLock } from '../files/file-lock.js';
import { describeHolder } from '../files/lock-record.js';

/**
 * Takes the run directory `path` for this process; the function it gives back lets it go. A lock left by a process
 * that is no more is taken over. @throws LumosError when another process is at work in it.
 */
export function lockRunDirectory(path: string): () => void {
  const file = join(path, 'run.lock');
  const attempt = tryLock(file);
  if (attempt.state === 'taken') return attempt.release;
  const holder = attempt.state === 'held' ? attempt.holder : undefined;
  throw invalidInput(
    `${describeHolder(holder)} is at work in ${path}`,
    holder?.elsewhere === undefined
      ? 'Wait for it, or stop it, and resume then.'
      : `Wait for it. If you know that it has ended, remove ${file} and resume then.`,
  );
}
