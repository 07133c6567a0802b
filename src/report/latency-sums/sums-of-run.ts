/** Sums of one-shot latencies, over their repetitions. */
import type { LatencySum } from '../../domain/latency-sum.js';
import type { LatencySumSummary } from '../../domain/summary/latency-sum-summary.js';
import { milliseconds } from '../../domain/units.js';
import { median } from '../../stats/quantiles.js';
import { sortSamples } from '../../stats/sorted-samples.js';

/** By function, payload, runtime and clients, in the order in which they come. */
export function latencySumsOf(sums: readonly LatencySum[]): LatencySumSummary[] {
  const groups = new Map<string, LatencySum[]>();
  for (const sum of sums) {
    const key = JSON.stringify([sum.function, sum.payload, sum.runtime, sum.environment, sum.clients]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [sum]);
    else group.push(sum);
  }
  return [...groups.values()].map((group) => {
    const { function: name, payload, runtime, class: kind, environment, clients } = group[0] as LatencySum;
    const sorted = sortSamples(group.map(({ sumMs }) => sumMs));
    return {
      ...{ function: name, payload, runtime, class: kind, environment, clients, runs: group.length },
      sumMs: {
        p50: milliseconds(median(sorted)),
        min: milliseconds(sorted[0] as number),
        max: milliseconds(sorted[sorted.length - 1] as number),
      },
    };
  });
}
