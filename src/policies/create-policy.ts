/** A policy of its own for a function, from what an experiment or a simulation declares. */
import type { Instances } from '../domain/load.js';
import { milliseconds } from '../domain/units.js';
import { ConcurrencyTarget } from './concurrency-target.js';
import { fixedKeepAlive } from './fixed-keep-alive.js';
import { HybridHistogram } from './hybrid-histogram.js';
import type { PlatformPolicy } from './policy.js';

export function createPolicy({
  policy,
  keepAliveSeconds,
  concurrency,
}: Pick<Instances, 'policy' | 'keepAliveSeconds' | 'concurrency'>): PlatformPolicy {
  switch (policy) {
    case 'fixed':
      return fixedKeepAlive(milliseconds(keepAliveSeconds * 1000));
    case 'hybrid-histogram':
      return new HybridHistogram();
    case 'concurrency-target':
      return new ConcurrencyTarget({ concurrencyPerInstance: concurrency });
  }
}
