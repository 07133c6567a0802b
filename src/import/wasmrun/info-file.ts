/** `info.txt`: what was sent when, a block a payload. */
import type { Milliseconds } from '../../domain/units.js';
import { parseEpochTime } from './epoch-time.js';

export interface InfoBlock {
  /** The artefact's own label; `none` for a function that takes no payload. */
  readonly payload: string;
  readonly startedAt: Milliseconds | undefined;
  readonly endedAt: Milliseconds | undefined;
  /** A pod for each request, as it was seen after it. */
  readonly pods: readonly string[];
  /** The container that the block itself names, in files of throughput. */
  readonly container: string | undefined;
}

export const noPayload = 'none';

const valueOf = (lines: readonly string[], key: string): string | undefined => {
  const line = lines.find((one) => one.startsWith(key));
  return line?.slice(key.length).trim();
};

const timeOf = (text: string | undefined): Milliseconds | undefined =>
  text === undefined ? undefined : parseEpochTime(text);

/** The blocks in the order of the file. A part without payload and times is none. */
export function parseInfo(text: string): InfoBlock[] {
  return text.split(/^-----$/mu).flatMap((part): InfoBlock[] => {
    const lines = part.split('\n').map((line) => line.trim());
    const payload = valueOf(lines, 'Payload:') ?? (lines.includes('No payload') ? noPayload : undefined);
    if (payload === undefined) return [];
    const pods = lines.flatMap((line) => /^Pod Name \([^)]*\):\s*(\S+)$/u.exec(line)?.[1] ?? []);
    return [
      {
        payload: payload === '' ? noPayload : payload,
        startedAt: timeOf(valueOf(lines, 'Start-time:')),
        endedAt: timeOf(valueOf(lines, 'End-time:')),
        pods,
        container: valueOf(lines, 'Container ID:'),
      },
    ];
  });
}

/** What a pod belongs to: its name less the pod's own suffix, `fibonacci-wasm-00001-deployment-547b885669`. */
export const deploymentOf = (pod: string): string => pod.replace(/-[a-z0-9]+$/u, '');
