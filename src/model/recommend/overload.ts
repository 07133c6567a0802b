/** Whether instances keep up with the requests: where they do not, a latency depends on how long that goes on. */
import { busiestRate } from './arrivals.js';
import { instancesOf, type Workload } from './workload.js';
import type { WorkloadLatency } from './workload-latency.js';

/** How many times the queue's limit must be served for the queue's filling not to count. */
const settledAfter = 10;

/**
 * Why the latencies are not known, in words; undefined where instances keep up. A list of arrivals ends, and is simulated
 * whatever it needs. Of a queue that the workload limits itself, and that fills at once, the requests served are known: the
 * others are turned away.
 * @param warm the requests if none was cold: an overloaded instance is never idle
 * @param requests how many are simulated
 */
export function overloadOf(workload: Workload, warm: WorkloadLatency, requests: number): string | undefined {
  const { arrivals, instances } = workload;
  if ('gapsSeconds' in arrivals) return undefined;
  const { max, concurrency } = instancesOf(workload);
  const rate = busiestRate(arrivals);
  const needed = (rate * warm.meanAtInstance()) / 1000 / concurrency;
  if (needed <= max) return undefined;
  const served = requests * (max / needed);
  if (instances?.queueLimit !== undefined && instances.queueLimit * settledAfter <= served) return undefined;
  return `${Number(rate.toPrecision(3))} requests a second need ${Math.ceil(needed)} instances; at most ${max} are started (instances.max of a workload)`;
}
