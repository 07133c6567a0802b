/** Requests of one payload, put together from the files that each say a part of them. */
import { milliseconds, type Milliseconds } from '../../domain/units.js';
import type { ArmFiles } from './arm-files.js';
import { parseLatency } from './blocked-lines.js';
import { deploymentOf, type InfoBlock } from './info-file.js';
import type { LoggedFailure } from './log-file.js';

export interface RequestBlock {
  readonly payload: string;
  readonly startedAt: Milliseconds | undefined;
  readonly endedAt: Milliseconds | undefined;
  readonly deployment: string | undefined;
  readonly latencies: readonly Milliseconds[];
  /** The container of each latency; undefined where the files do not say which it was. */
  readonly containers: readonly (string | undefined)[];
  readonly failures: readonly LoggedFailure[];
}

export interface RequestBlocks {
  readonly blocks: readonly RequestBlock[];
  /** Lines of `time.csv` that are no latency, and blocks that one file has and the other has not. */
  readonly oddities: readonly string[];
  /** Failures of the log that belong to none of the blocks. */
  readonly homeless: readonly LoggedFailure[];
}

const mostFrequent = (values: readonly string[]): string | undefined => {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0];
};

/**
 * Which container served which request. The file has a line for every pod that stood after a request, so that its lines are the
 * requests only where there are as many; a failed request's pod has often no container any more. One container for all is
 * that of each, whatever the count.
 */
export function containersOf(
  lines: readonly string[] | undefined,
  answered: number,
  failed: number,
): (string | undefined)[] {
  const unknown = Array.from({ length: answered }, () => undefined);
  if (lines === undefined) return unknown;
  const there = lines.filter((id) => id !== '');
  if (there.length > 0 && new Set(there).size === 1) return unknown.map(() => there[0]);
  if (lines.length !== answered + failed) return unknown;
  if (failed === 0) return lines.map((id) => (id === '' ? undefined : id));
  return there.length === answered ? there : unknown;
}

function failuresByBlock(
  info: readonly InfoBlock[],
  failures: readonly LoggedFailure[],
  answered: readonly number[],
): { byBlock: LoggedFailure[][]; homeless: LoggedFailure[] } {
  const byBlock: LoggedFailure[][] = info.map(() => []);
  const homeless: LoggedFailure[] = [];
  for (const failure of failures) {
    const own = info.flatMap(({ payload }, i) =>
      failure.payload === undefined || payload === failure.payload ? [i] : [],
    );
    // Where a payload has several blocks: the log's own count of them, if it holds them all; else the one that lacks most.
    const counted = own[failure.occurrence - 1];
    const shortest = own.toSorted(
      (a, b) =>
        (answered[a] ?? 0) + (byBlock[a]?.length ?? 0) - ((answered[b] ?? 0) + (byBlock[b]?.length ?? 0)),
    )[0];
    const chosen = failure.payload === undefined ? shortest : (counted ?? shortest);
    if (chosen === undefined) homeless.push(failure);
    else byBlock[chosen]?.push(failure);
  }
  return { byBlock, homeless };
}

/** Blank lines at the end of the file are no blocks: nothing was sent for them. */
function withoutTrailing(times: ArmFiles['times'], blocks: number): ArmFiles['times'] {
  let end = times.length;
  while (end > blocks && times[end - 1]?.length === 0) end -= 1;
  return times.slice(0, end);
}

/** @param name what each line of `time.csv` must name: `<function>-<mode>` */
export function requestBlocksOf(files: ArmFiles, name: string): RequestBlocks {
  const oddities: string[] = [];
  const times = withoutTrailing(files.times, files.info.length);
  const count = Math.max(files.info.length, times.length);
  if (files.info.length !== times.length && !files.missing.includes('info.txt'))
    oddities.push(
      `info.txt has ${files.info.length} blocks, time.csv ${times.length}; paired in their order`,
    );
  const info = Array.from(
    { length: count },
    (_, i): InfoBlock =>
      files.info[i] ?? {
        ...{ payload: `block-${i + 1}`, startedAt: undefined, endedAt: undefined },
        ...{ pods: [], container: undefined },
      },
  );
  const latencies = info.map((_, i) => {
    const lines = times[i] ?? [];
    const parsed = lines.map((line) => parseLatency(line));
    const foreign = parsed.filter((one) => one === undefined || one.name !== name).length;
    if (foreign > 0) oddities.push(`${foreign} lines of time.csv are no times of ${name}; left out`);
    return parsed.flatMap((one) => (one?.name === name ? [milliseconds(one.ms)] : []));
  });
  const { byBlock, homeless } = failuresByBlock(
    info,
    files.log.failures,
    latencies.map(({ length }) => length),
  );
  const blocks = info.map(({ payload, startedAt, endedAt, pods }, i): RequestBlock => {
    const [own = [], failures = []] = [latencies[i], byBlock[i]];
    const containers = containersOf(files.containers?.[i], own.length, failures.length);
    const deployment = mostFrequent(pods.map(deploymentOf));
    return { payload, startedAt, endedAt, deployment, latencies: own, containers, failures };
  });
  return { blocks, oddities, homeless };
}
