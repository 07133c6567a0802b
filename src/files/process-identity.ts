/** Which process a number means: numbers are used again, but never with the same time of start. */
import { readFile } from 'node:fs/promises';
import { hasCode } from '../domain/errors.js';

/** Whether process `pid`, started at `start`, still runs: not another one with its number, and not a dead one unburied. */
export async function isAlive(pid: number, start: string | undefined): Promise<boolean> {
  const now = await startOf(pid);
  if (now !== undefined) return now === start;
  if ((await startOf(process.pid)) !== undefined) return false; // this system tells, and says nothing of it
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return hasCode(error, 'EPERM');
  }
}

/** When a process was started, in clock ticks since boot; `undefined` for a dead one and where /proc does not tell. */
export async function startOf(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // proc(5): after the command's name in parentheses, `state` is field 3 and `starttime` field 22.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
}
