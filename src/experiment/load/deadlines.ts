/** The time limits of all requests in flight on one timer: setting and clearing one each would be a tenth of a request's cost. */
import type { Clock } from '../../domain/clock.js';
import { milliseconds, type Milliseconds } from '../../domain/units.js';

interface Waiting {
  at: number;
  readonly expire: () => void;
}

/** All have the same limit, so the one that began first ends first. */
export class Deadlines {
  /** In the order in which they began, which a set keeps. */
  private readonly waiting = new Set<Waiting>();
  private cancel: (() => void) | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly limit: Milliseconds,
  ) {}

  /** Calls `expire` when the limit has passed since `from`, unless what this returns is called before. */
  begin(from: Milliseconds, expire: () => void): () => void {
    const one = { at: from + this.limit, expire };
    this.waiting.add(one);
    if (this.cancel === undefined) this.arm(this.limit);
    return () => this.waiting.delete(one);
  }

  /** Nobody waits any longer than until `moment`: the run was told to stop. */
  shorten(moment: Milliseconds): void {
    for (const one of this.waiting) one.at = Math.min(one.at, moment);
    const [first] = this.waiting;
    if (first === undefined) return;
    this.cancel?.();
    this.arm(milliseconds(Math.max(0, first.at - this.clock.now())));
  }

  /** When nothing is in flight any more: its timer would keep the process. */
  stop(): void {
    this.cancel?.();
    this.cancel = undefined;
  }

  private arm(delay: Milliseconds): void {
    this.cancel = this.clock.after(delay, () => this.look());
  }

  private look(): void {
    this.cancel = undefined;
    const now = this.clock.now();
    for (const one of this.waiting) {
      if (one.at > now) {
        this.arm(milliseconds(one.at - now));
        return;
      }
      this.waiting.delete(one);
      one.expire();
    }
  }
}
