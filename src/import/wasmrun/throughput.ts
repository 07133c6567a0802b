/** The artefact's throughput folders: sums of one-shot latencies, and telemetry that should be of the same time. */
import { latencySumSchemaId, type LatencySum } from '../../domain/latency-sum.js';
import { decimalOf } from '../../domain/strict-number.js';
import { milliseconds, type Milliseconds } from '../../domain/units.js';
import type { ArmFiles } from './arm-files.js';
import { noPayload } from './info-file.js';
import { modes, type Arm } from './tree.js';

/** Clients of the levels where the log does not say: the artefact's own list. */
const usualLevels = [10, 20, 30, 40, 50, 60, 70, 80, 100, 200] as const;

/** The levels of a run of so many values: those that the log counts up before it begins anew, or the artefact's own list. */
export function levelsOf(logged: readonly number[], values: number): readonly number[] | undefined {
  const runs: number[][] = [];
  for (const clients of logged) {
    const last = runs.at(-1)?.at(-1);
    if (last === undefined || clients <= last) runs.push([clients]);
    else runs.at(-1)?.push(clients);
  }
  // A run that was broken off leaves a shorter list in the log.
  return [...runs, usualLevels].find((levels) => levels.length === values);
}

const secretNames = /key|token|secret|password/iu;

/** A payload that is JSON, without the values of what may be secret: labels go into every report. */
export function labelOf(payload: string): string {
  try {
    const value: unknown = JSON.parse(payload, (name, own: unknown) =>
      secretNames.test(name) ? '...' : own,
    );
    return typeof value === 'object' ? JSON.stringify(value) : payload;
  } catch {
    return payload;
  }
}

/** Sums whose level is not known are left out, which `unknown` counts. */
export function sumsOfArm(
  { function: name, mode }: Arm,
  { info, times, log }: ArmFiles,
  environment: string,
): { readonly sums: readonly LatencySum[]; readonly unknown: number } {
  const { runtime, class: kind } = modes[mode];
  let unknown = 0;
  const sums = times.flatMap((lines, run): LatencySum[] => {
    const levels = levelsOf(log.levels, lines.length);
    const { payload = noPayload, startedAt } = info[run] ?? {};
    return lines.flatMap((line, k): LatencySum[] => {
      const clients = levels?.[k];
      const sum = /^\d+(?:\.\d+)?$/u.test(line) ? decimalOf(line) : undefined;
      if (clients === undefined || sum === undefined) {
        unknown += 1;
        return [];
      }
      return [
        {
          schema: latencySumSchemaId,
          ...{ function: name, payload: labelOf(payload), runtime, class: kind, environment, clients, run },
          ...(startedAt === undefined ? {} : { startedAt: new Date(startedAt).toISOString() }),
          sumMs: milliseconds(sum),
        },
      ];
    });
  });
  return { sums, unknown };
}

/** From the beginning of the first block to the end of the last. */
export function measuredBetween({ info }: ArmFiles): [Milliseconds, Milliseconds] | undefined {
  const starts = info.flatMap(({ startedAt }) => startedAt ?? []);
  const ends = info.flatMap(({ endedAt, startedAt }) => endedAt ?? startedAt ?? []);
  if (starts.length === 0) return undefined;
  return [milliseconds(Math.min(...starts)), milliseconds(Math.max(...ends))];
}

/** How many seconds lie between the telemetry and what was measured; undefined where they overlap, or either is missing. */
export function secondsApart(files: ArmFiles): number | undefined {
  const measured = measuredBetween(files);
  const covered = [files.cpu, files.memory].flatMap((one) => (one?.covers === undefined ? [] : [one.covers]));
  if (measured === undefined || covered.length === 0) return undefined;
  const gaps = covered.map(([from, to]) => Math.max(from - measured[1], measured[0] - to));
  const least = Math.min(...gaps);
  return least > 0 ? least / 1000 : undefined;
}
