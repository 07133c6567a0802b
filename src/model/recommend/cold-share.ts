/** How often a request finds no instance, in closed form: one instance, kept for a fixed time after it was last used. */
import { periodsOf } from './arrivals.js';
import { rateOf, type Workload } from './workload.js';

/**
 * The share of requests whose predecessor came longer ago than an idle instance is kept: exp(-rate T) for Poisson arrivals
 * (the gaps are exponential), all or none for evenly spaced ones, counted for measured gaps. Of several rates the mean over
 * their requests, each taken to hold for long against T. Service times are taken to be short against the gaps; where requests
 * overlap, a second instance is started, which this does not count.
 */
export function coldShareOf(workload: Workload): number {
  const { arrivals, keepAliveSeconds } = workload;
  if ('gapsSeconds' in arrivals) {
    const { gapsSeconds } = arrivals;
    return gapsSeconds.filter((gap) => gap > keepAliveSeconds).length / gapsSeconds.length;
  }
  const cold = periodsOf(arrivals).map(({ pattern, perSecond, share }) => {
    const coldShare =
      pattern === 'constant'
        ? Number(1 / perSecond > keepAliveSeconds)
        : Math.exp(-perSecond * keepAliveSeconds);
    return share * perSecond * coldShare;
  });
  return cold.reduce((sum, one) => sum + one, 0) / rateOf(workload);
}
