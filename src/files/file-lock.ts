/** One builder at a time in a folder that a compiler writes to, across processes. */
import { open, readFile, rename, rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { randomUUID } from 'node:crypto';
import { hasCode } from '../domain/errors.js';
import { isAlive, startOf } from './process-identity.js';

const pollEvery = 100;

/** Runs `work` while holding the lock file `path`. A lock whose process has died is taken over. */
export async function withFileLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  while (!(await tryLock(path))) await sleep(pollEvery);
  try {
    return await work();
  } finally {
    await rm(path, { force: true });
  }
}

async function tryLock(path: string): Promise<boolean> {
  try {
    const file = await open(path, 'wx');
    await file.writeFile(`${process.pid} ${(await startOf(process.pid)) ?? ''}`);
    await file.close();
    return true;
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
  }
  const [pid, start] = (await readFile(path, 'utf8').catch(() => '')).split(' ');
  // Without a number: just made, its owner not written yet, or just released.
  if (Number(pid) > 0 && !(await isAlive(Number(pid), start))) {
    // Only one waiter can rename it; the others find it gone.
    const stale = `${path}.${randomUUID()}`;
    await rename(path, stale).catch(() => undefined);
    await rm(stale, { force: true });
  }
  return false;
}
