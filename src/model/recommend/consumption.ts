/** What the requests of a workload take on a runtime, and what they cost. */
import { bytes, milliseconds, type Bytes, type Milliseconds } from '../../domain/units.js';
import { costPerMillion, type Prices } from '../cost/prices.js';
import type { PredictedCpu, PredictedMemory } from '../predict/predict-resources.js';
import type { Side } from './side.js';
import { isBounded, notKnownAt, type WorkloadLatency } from './workload-latency.js';

export interface PredictedCost {
  /** Of a million invocations, in the prices' currency. */
  readonly perMillion: number;
  /** 90 % interval: all that it depends on errs to the same side. Absent where one of those has none. */
  readonly interval90?: readonly [number, number];
}

/** The peak of the sandbox that takes most; undefined where one that is needed was never measured on this runtime. */
export function memoryOf({ parts }: WorkloadLatency): PredictedMemory | undefined {
  const needed = parts.filter(({ share }) => share > 0).map(({ prediction }) => prediction.resources.memory);
  return needed.reduce((most, one) =>
    most === undefined || one === undefined ? undefined : one.bytes > most.bytes ? one : most,
  );
}

/** Mean CPU time of a request, cold ones by their share; undefined where one that is needed was never measured. */
export function cpuOf({ parts }: WorkloadLatency): PredictedCpu | undefined {
  let [sum, low, high, bounded]: [number, number, number, boolean] = [0, 0, 0, true];
  for (const { share, prediction } of parts) {
    if (share === 0) continue;
    const { cpu } = prediction.resources;
    if (cpu === undefined) return undefined;
    sum += share * cpu.ms;
    low += share * (cpu.interval90?.[0] ?? 0);
    high += share * (cpu.interval90?.[1] ?? 0);
    bounded &&= cpu.interval90 !== undefined;
  }
  const interval = [milliseconds(low), milliseconds(high)] as const;
  return { ms: milliseconds(sum), ...(bounded ? { interval90: interval } : {}) };
}

const end = <T>(middle: T, ends: readonly [T, T] | undefined, side: Side): T =>
  side === 'middle' || ends === undefined ? middle : ends[side === 'low' ? 0 : 1];

/** `paid`: memory that is charged where it is set and not what is used. Undefined where a figure is missing or not known. */
export function costOf(
  prices: Prices,
  one: WorkloadLatency,
  paid: Bytes | undefined,
): PredictedCost | undefined {
  if (notKnownAt(one, 0.5) !== undefined) return undefined;
  const memory = paid === undefined ? memoryOf(one) : { bytes: paid, interval90: [paid, paid] as const };
  const cpu = cpuOf(one);
  const at = (side: Side): number | undefined =>
    costPerMillion(prices, {
      latencyMs: milliseconds(one.meanAtInstance(side)),
      memoryBytes: memory === undefined ? undefined : end<Bytes>(memory.bytes, memory.interval90, side),
      cpuMs: cpu === undefined ? undefined : end<Milliseconds>(cpu.ms, cpu.interval90, side),
    });
  const [middle, low, high] = [at('middle'), at('low'), at('high')];
  if (middle === undefined) return undefined;
  const needsMemory = prices.perGibSecond !== undefined;
  const needsCpu = prices.perCpuMillisecond !== undefined;
  const bounded =
    isBounded(one, 0.5) &&
    !(needsMemory && memory?.interval90 === undefined) &&
    !(needsCpu && cpu?.interval90 === undefined);
  return {
    perMillion: middle,
    ...(bounded && low !== undefined && high !== undefined ? { interval90: [low, high] } : {}),
  };
}

/** Memory that a workload pays for, where it says so. */
export const paidMemory = (memoryMiB: number | undefined): Bytes | undefined =>
  memoryMiB === undefined ? undefined : bytes(memoryMiB * 2 ** 20);
