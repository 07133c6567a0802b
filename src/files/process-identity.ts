/** Which process a number means: numbers are used again, but never with the same time of start. */
import { readFileSync } from 'node:fs';
import { hasCode } from '../domain/errors.js';

/** Whether process `pid`, started at `start`, still runs: not another one with its number, and not a dead one unburied. */
export function isAlive(pid: number, start: string | undefined): boolean {
  const stat = statOf(pid);
  if (stat !== undefined) return stat.start !== undefined && stat.start === start;
  const refusal = refusalToSignal(pid);
  // /proc may be mounted so that it hides the processes of other users, which refuse a signal.
  return statOf(process.pid) === undefined ? refusal !== 'ESRCH' : refusal === 'EPERM';
}

/** When a process was started, in clock ticks since boot; `undefined` for a dead one and where /proc does not tell. */
export const startOf = (pid: number): string | undefined => statOf(pid)?.start;

/** When a running process was started, by the wall clock; `undefined` where /proc does not tell. */
export function startTimeOf(pid: number): Date | undefined {
  const start = startOf(pid);
  const bootSeconds = /^btime (\d+)$/m.exec(readText('/proc/stat'))?.[1];
  if (start === undefined || bootSeconds === undefined) return undefined;
  return new Date((Number(bootSeconds) + Number(start) / ticksPerSecond) * 1000);
}

/** The kernel tells times in /proc in hundredths of a second on every architecture (USER_HZ). */
const ticksPerSecond = 100;

/** `start` is absent for a process that has ended and whose parent has not taken note. */
function statOf(pid: number): { readonly start?: string } | undefined {
  const stat = readText(`/proc/${pid}/stat`);
  if (stat === '') return undefined;
  // proc(5): after the command's name in parentheses, `state` is field 3 and `starttime` field 22.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const start = fields[19];
  return start === undefined || fields[0] === 'Z' || fields[0] === 'X' ? {} : { start };
}

function refusalToSignal(pid: number): 'ESRCH' | 'EPERM' | undefined {
  try {
    process.kill(pid, 0);
    return undefined;
  } catch (error) {
    return hasCode(error, 'EPERM') ? 'EPERM' : 'ESRCH';
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
