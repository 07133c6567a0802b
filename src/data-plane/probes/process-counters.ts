/** Counters of single processes from /proc. */
import { readdirSync, readFileSync } from 'node:fs';
import { bytes, fromNanoseconds, milliseconds, type Bytes, type Milliseconds } from '../../domain/units.js';

const kibibyte = 1024;

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // Gone in between, or not ours to see.
    return undefined;
  }
}

/** The sum of what `figure` says of each process; `undefined` if it says nothing of one of them, or there is none. */
function total(
  processes: readonly number[],
  figure: (pid: number) => number | undefined,
): number | undefined {
  const figures = processes.map(figure);
  if (figures.length === 0 || figures.some((value) => value === undefined)) return undefined;
  return figures.reduce<number>((sum, value) => sum + (value ?? 0), 0);
}

const field = (text: string | undefined, pattern: RegExp): number | undefined => {
  const found = text === undefined ? undefined : pattern.exec(text)?.[1];
  return found === undefined ? undefined : Number(found);
};

/** Peak resident set, and bytes moved through read- and write-like system calls (files, pipes and sockets). */
export function processCounters(processes: readonly number[]): {
  peakResidentBytes?: Bytes;
  readBytes?: Bytes;
  writtenBytes?: Bytes;
} {
  const peak = total(processes, (pid) => field(read(`/proc/${pid}/status`), /^VmHWM:\s+(\d+) kB$/m));
  const io = new Map(processes.map((pid) => [pid, read(`/proc/${pid}/io`)]));
  const readChars = total(processes, (pid) => field(io.get(pid), /^rchar: (\d+)$/m));
  const writtenChars = total(processes, (pid) => field(io.get(pid), /^wchar: (\d+)$/m));
  return {
    ...(peak === undefined ? {} : { peakResidentBytes: bytes(peak * kibibyte) }),
    ...(readChars === undefined ? {} : { readBytes: bytes(readChars) }),
    ...(writtenChars === undefined ? {} : { writtenBytes: bytes(writtenChars) }),
  };
}

/** Time on a CPU of the processes' live threads. Threads that have ended are not in it. */
export function processCpu(processes: readonly number[]): { cpuMs?: Milliseconds } {
  const nanoseconds = total(processes, (pid) =>
    total(threads(pid), (thread) => field(read(`/proc/${pid}/task/${thread}/schedstat`), /^(\d+) /)),
  );
  return nanoseconds === undefined ? {} : { cpuMs: milliseconds(fromNanoseconds(nanoseconds)) };
}

function threads(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).map(Number);
  } catch {
    return [];
  }
}
