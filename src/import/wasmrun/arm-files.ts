/** The files of one arm, read; those that are missing are named. */
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { readDocument } from '../../files/text-source.js';
import { linesInBlocks, parseContainer } from './blocked-lines.js';
import { parseInfo, type InfoBlock } from './info-file.js';
import { parseLog, type LogFile } from './log-file.js';
import { readTelemetry, type TelemetryFile } from './telemetry.js';
import type { Arm } from './tree.js';

export interface ArmFiles {
  readonly info: readonly InfoBlock[];
  /** Lines of `time.csv` by block. */
  readonly times: readonly (readonly string[])[];
  /** Containers by block; undefined where there is no `pod_id.csv`. An empty string is a pod without a container. */
  readonly containers: readonly (readonly string[])[] | undefined;
  readonly log: LogFile;
  readonly cpu: TelemetryFile | undefined;
  readonly memory: TelemetryFile | undefined;
  /** Names of the files that should be there and are not. */
  readonly missing: readonly string[];
}

const isFile = (path: string): boolean => existsSync(path) && statSync(path).isFile();

/** Reads an arm's files. What an older generation kept unfiltered only is read from there. */
export async function readArm({ kind, folder, function: name }: Arm): Promise<ArmFiles> {
  const missing: string[] = [];
  const textOf = (file: string, needed = true): string | undefined => {
    const path = join(folder, file);
    if (isFile(path)) return readDocument(path);
    if (needed) missing.push(file);
    return undefined;
  };
  const info = parseInfo(textOf('info.txt') ?? '');
  const times = linesInBlocks(textOf('time.csv') ?? '');
  const pods = textOf('pod_id.csv', kind === 'execution_time');
  const containers =
    pods === undefined
      ? undefined
      : linesInBlocks(pods).map((block) => block.flatMap((line) => parseContainer(line) ?? []));
  const wanted = new Set((containers ?? []).flat().filter((id) => id !== ''));
  const telemetryOf = async (what: string): Promise<TelemetryFile | undefined> => {
    const file = [`filtered_${what}.csv`, `${what}.csv`].find((one) => isFile(join(folder, one)));
    if (file !== undefined) return readTelemetry(join(folder, file), wanted);
    missing.push(`filtered_${what}.csv`);
    return undefined;
  };
  const log = parseLog(textOf('logs.txt') ?? '', name);
  const cpu = await telemetryOf('cpu');
  const memory = await telemetryOf('mem');
  return { info, times, containers, log, cpu, memory, missing };
}
