/** Takes idle instances down, and starts one before it is needed, when a keep-alive policy says so. */
import type { Clock } from '../domain/clock.js';
import { milliseconds } from '../domain/units.js';
import type { KeepAlivePolicy } from './policy.js';

/** An instance is whatever its owner knows it by: a sandbox's slot, or a simulated one. */
export interface IdleActions<Instance> {
  readonly retire: (instance: Instance) => unknown;
  readonly preWarm: () => unknown;
}

export class IdleTimers<Instance> {
  private readonly timers = new Map<Instance, () => void>();
  private cancelPreWarm: () => void = () => undefined;
  private idleSince: number | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly policy: KeepAlivePolicy,
    private readonly actions: IdleActions<Instance>,
  ) {}

  /** A request came: the function is idle no more. */
  arrived(): void {
    this.cancelPreWarm();
    if (this.idleSince !== undefined) this.policy.idleEnded(milliseconds(this.clock.now() - this.idleSince));
    this.idleSince = undefined;
  }

  /** Nothing is served and nothing waits. The instances' own windows have been set by then. */
  functionIdle(): void {
    if (this.idleSince !== undefined) return;
    this.idleSince = this.clock.now();
    const { preWarmMs } = this.policy.windows();
    if (preWarmMs <= 0) return;
    this.cancelPreWarm();
    for (const instance of [...this.timers.keys()]) this.actions.retire(instance);
    this.cancelPreWarm = this.clock.after(preWarmMs, this.actions.preWarm);
  }

  /** @param isNew it has served nobody yet: what was pre-warmed has its time of keeping before it. */
  instanceIdle(instance: Instance, isNew: boolean): void {
    this.instanceBusy(instance);
    const { preWarmMs, keepAliveMs } = this.policy.windows();
    // While others of the function serve, one that is idle stays until the end of both windows.
    const stays = milliseconds(isNew ? keepAliveMs : preWarmMs + keepAliveMs);
    this.timers.set(
      instance,
      this.clock.after(stays, () => {
        this.timers.delete(instance);
        this.actions.retire(instance);
      }),
    );
  }

  /** It serves, or is gone. */
  instanceBusy(instance: Instance): void {
    this.timers.get(instance)?.();
    this.timers.delete(instance);
  }

  stop(): void {
    this.cancelPreWarm();
    for (const cancel of this.timers.values()) cancel();
    this.timers.clear();
  }
}
