/** Waiting longer after each failure in a row, so that what cannot work now is not tried in a tight loop. */
import type { Clock } from '../domain/clock.js';
import { milliseconds, type Milliseconds } from '../domain/units.js';

export interface BackOffOptions {
  /** After the first failure; doubled by each further one in a row. Default 10 ms. */
  readonly firstMs: Milliseconds;
  /** The longest wait. Default 1 s. */
  readonly longestMs: Milliseconds;
}

const defaults: BackOffOptions = { firstMs: milliseconds(10), longestMs: milliseconds(1000) };

/**
 * Failures that come while the wait is on belong to the same burst and do not lengthen it. Until something succeeds,
 * attempts are to be made one at a time (`isTrying`).
 */
export class BackOff {
  private readonly options: BackOffOptions;
  private inARow = 0;
  private cancel: (() => void) | undefined;

  /** @param retry called when a wait is over */
  constructor(
    private readonly clock: Clock,
    private readonly retry: () => void,
    options: Partial<BackOffOptions> = {},
  ) {
    this.options = { ...defaults, ...options };
  }

  /** Nothing may be attempted now. */
  get isWaiting(): boolean {
    return this.cancel !== undefined;
  }

  /** The last attempt failed, and none has succeeded since. */
  get isTrying(): boolean {
    return this.inARow > 0;
  }

  /** Failures in a row, each burst counted once. */
  get failures(): number {
    return this.inARow;
  }

  failed(): void {
    if (this.isWaiting) return;
    const { firstMs, longestMs } = this.options;
    const wait = Math.min(longestMs, firstMs * 2 ** Math.min(this.inARow, 30));
    this.inARow += 1;
    this.cancel = this.clock.after(milliseconds(wait), () => {
      this.cancel = undefined;
      this.retry();
    });
  }

  succeeded(): void {
    this.inARow = 0;
  }

  stop(): void {
    this.cancel?.();
    this.cancel = undefined;
  }
}
