/** How often a request finds no instance, in closed form: one instance, kept for a fixed time after it was last used. */
import { rateOf, type Workload } from './workload.js';

/**
 * The share of requests whose predecessor came longer ago than an idle instance is kept: exp(-rate T) for Poisson arrivals
 * (the gaps are exponential), all or none for evenly spaced ones, counted for measured gaps. Service times are taken to be
 * short against the gaps; where requests overlap, a second instance is started, which this does not count.
 */
export function coldShareOf(workload: Workload): number {
  const { arrivals, keepAliveSeconds } = workload;
  if ('gapsSeconds' in arrivals) {
    const { gapsSeconds } = arrivals;
    return gapsSeconds.filter((gap) => gap > keepAliveSeconds).length / gapsSeconds.length;
  }
  const rate = rateOf(workload);
  if (arrivals.pattern === 'constant') return 1 / rate > keepAliveSeconds ? 1 : 0;
  return Math.exp(-rate * keepAliveSeconds);
}
