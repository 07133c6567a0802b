/** One writer a run directory: a file that names the process at work in it. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hasCode, invalidInput } from '../domain/errors.js';

/**
 * Takes the run directory `path` for this process; the function it gives back lets it go. A lock left by a process
 * that is no more is taken over. @throws LumosError when another process is at work in it.
 */
export function lockRunDirectory(path: string): () => void {
  const file = join(path, 'run.lock');
  const holder = readHolder(file);
  if (holder !== undefined && holder !== process.pid && isAlive(holder)) {
    throw invalidInput(
      `process ${holder} is at work in ${path}`,
      'Wait for it, or stop it, and resume then.',
    );
  }
  rmSync(file, { force: true });
  try {
    writeFileSync(file, `${process.pid}\n`, { flag: 'wx' });
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
    throw invalidInput(
      `another process has just begun to work in ${path}`,
      'Wait for it, or stop it, and resume then.',
    );
  }
  return () => rmSync(file, { force: true });
}

function readHolder(file: string): number | undefined {
  try {
    const pid = Number(readFileSync(file, 'utf8'));
    return Number.isSafeInteger(pid) && pid > 0 ? pid : undefined;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

/** Whether a process of that number runs, and is a node that may be one of ours, not a later one of the same number. */
function isAlive(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('node');
  } catch {
    return false;
  }
}
