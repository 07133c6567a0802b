/** `logs.txt`: the only place where failures are. */

export interface LoggedFailure {
  /** The payload that was being processed, as the lines before say. */
  readonly payload: string | undefined;
  /** How often that payload had begun by then, from 1: a log may hold several campaigns. */
  readonly occurrence: number;
  readonly httpCode: string;
  /** The log's own time, of an unknown time zone. */
  readonly loggedAt: string;
}

export interface LogFile {
  readonly failures: readonly LoggedFailure[];
  /** Failures that name another function than the folder's. */
  readonly foreign: number;
  /** Warm-ups that never got an answer: "Failed to get a successful response after 3 attempts." */
  readonly failedWarmups: number;
  /** Clients of each level, in the order of the log. */
  readonly levels: readonly number[];
}

const failed = /^\[([^\]]+)\] Request failed for (.+)\. HTTP code: (\S+)$/u;
const processing = /^Processing payload: (.*) for function: .*$/u;
const level = /testing concurrency level: (\d+)$/u;

export function parseLog(text: string, functionName: string): LogFile {
  const lines = text.split('\n').map((line) => line.trim());
  return {
    ...failuresIn(lines, functionName),
    failedWarmups: lines.filter((line) => line.startsWith('Failed to get a successful response')).length,
    levels: lines.flatMap((line) => {
      const clients = level.exec(line)?.[1];
      return clients === undefined ? [] : [Number(clients)];
    }),
  };
}

function failuresIn(lines: readonly string[], functionName: string): Pick<LogFile, 'failures' | 'foreign'> {
  const failures: LoggedFailure[] = [];
  const begun = new Map<string, number>();
  let payload: string | undefined;
  let foreign = 0;
  for (const line of lines) {
    const next = processing.exec(line)?.[1];
    if (next !== undefined) begun.set((payload = next), (begun.get(next) ?? 0) + 1);
    const [, loggedAt = '', name, httpCode = ''] = failed.exec(line) ?? [];
    if (name === undefined) continue;
    if (name !== functionName) foreign += 1;
    else failures.push({ payload, occurrence: begun.get(payload ?? '') ?? 1, httpCode, loggedAt });
  }
  return { failures, foreign };
}
