/** What a function's instances amounted to. */
import type { Clock } from '../../domain/clock.js';
import { milliseconds, type Milliseconds } from '../../domain/units.js';
import type { PlatformEvent } from './instance.js';

export interface PoolCounts {
  readonly started: number;
  readonly startsFailed: number;
  readonly died: number;
  /** Could not be stopped: they may still stand. */
  readonly stopsFailed: number;
  readonly rejected: number;
  /** From being asked for until nothing is left, summed over instances; of those that stand, until now. */
  readonly instanceMs: Milliseconds;
  /** The most that stood or started at one moment. */
  readonly highest: number;
}

export class PoolFigures {
  private readonly of: Record<PlatformEvent['what'], number> = {
    ...{ asked: 0, ready: 0, 'start-failed': 0, died: 0, stopped: 0, 'stop-failed': 0, rejected: 0 },
  };
  private readonly standingSince = new Map<number, number>();
  private gone = 0;
  private highest = 0;

  constructor(
    private readonly clock: Clock,
    private readonly onEvent: ((event: PlatformEvent) => void) | undefined,
  ) {}

  note(what: PlatformEvent['what'], instance?: number): void {
    const at = this.clock.now();
    this.of[what] += 1;
    if (instance !== undefined) this.follow(what, instance, at);
    this.onEvent?.({ at, what, ...(instance === undefined ? {} : { instance }) });
  }

  /** An instance that was taken for started, and whose process was never there. */
  neverRan(instance: number): void {
    this.of.ready -= 1;
    this.note('start-failed', instance);
  }

  counts(): PoolCounts {
    const now = this.clock.now();
    const standing = [...this.standingSince.values()].reduce((sum, since) => sum + now - since, 0);
    return {
      started: this.of.ready,
      startsFailed: this.of['start-failed'],
      died: this.of.died,
      stopsFailed: this.of['stop-failed'],
      rejected: this.of.rejected,
      instanceMs: milliseconds(this.gone + standing),
      highest: this.highest,
    };
  }

  private follow(what: PlatformEvent['what'], instance: number, at: number): void {
    if (what === 'asked') {
      this.standingSince.set(instance, at);
      this.highest = Math.max(this.highest, this.standingSince.size);
    } else if (what === 'stopped' || what === 'start-failed') {
      this.gone += at - (this.standingSince.get(instance) ?? at);
      this.standingSince.delete(instance);
    }
  }
}
