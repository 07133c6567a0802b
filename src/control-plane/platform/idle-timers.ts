/** Takes idle instances down, and starts one before it is needed, when a keep-alive policy says so. */
import type { Clock } from '../../domain/clock.js';
import { milliseconds } from '../../domain/units.js';
import type { Slot } from './function-pool.js';
import type { KeepAlivePolicy } from '../../policies/policy.js';

export interface IdleActions<Request, Answer> {
  readonly retire: (slot: Slot<Request, Answer>) => unknown;
  readonly preWarm: () => unknown;
}

export class IdleTimers<Request, Answer> {
  private readonly timers = new Map<Slot<Request, Answer>, () => void>();
  private cancelPreWarm: () => void = () => undefined;
  private idleSince: number | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly policy: KeepAlivePolicy,
    private readonly actions: IdleActions<Request, Answer>,
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
    for (const slot of [...this.timers.keys()]) this.actions.retire(slot);
    this.cancelPreWarm = this.clock.after(preWarmMs, this.actions.preWarm);
  }

  /** @param isNew it has served nobody yet: what was pre-warmed has its time of keeping before it. */
  instanceIdle(slot: Slot<Request, Answer>, isNew: boolean): void {
    this.instanceBusy(slot);
    const { preWarmMs, keepAliveMs } = this.policy.windows();
    // While others of the function serve, one that is idle stays until the end of both windows.
    const stays = milliseconds(isNew ? keepAliveMs : preWarmMs + keepAliveMs);
    this.timers.set(
      slot,
      this.clock.after(stays, () => {
        this.timers.delete(slot);
        this.actions.retire(slot);
      }),
    );
  }

  /** It serves, or is gone. */
  instanceBusy(slot: Slot<Request, Answer>): void {
    this.timers.get(slot)?.();
    this.timers.delete(slot);
  }

  stop(): void {
    this.cancelPreWarm();
    for (const cancel of this.timers.values()) cancel();
    this.timers.clear();
  }
}
