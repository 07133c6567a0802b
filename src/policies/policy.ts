/** What decides how many instances of a function there are, and for how long. */
import type { Milliseconds } from '../domain/units.js';

/** Counted from the moment an instance, or the whole function, became idle. */
export interface IdleWindows {
  /** Above 0: the instance goes at once, and one is started after this time. 0: it stays. */
  readonly preWarmMs: Milliseconds;
  /** How long it then stays without a request. */
  readonly keepAliveMs: Milliseconds;
}

/** Instances start when a request needs one and go when they were idle for long enough. */
export interface KeepAlivePolicy {
  readonly kind: 'keep-alive';
  /** A request came for a function that had been idle for so long. */
  idleEnded(idle: Milliseconds): void;
  windows(): IdleWindows;
}

/** The number of instances follows the load, looked at every `tickMs`; from none, a request starts the first. */
export interface ScalingPolicy {
  readonly kind: 'scaling';
  readonly tickMs: Milliseconds;
  /**
   * How many instances there should be.
   * @param concurrency mean over the last tick of requests being served or waiting
   * @param ready instances that can serve
   */
  desired(now: Milliseconds, concurrency: number, ready: number): number;
}

export type PlatformPolicy = KeepAlivePolicy | ScalingPolicy;
