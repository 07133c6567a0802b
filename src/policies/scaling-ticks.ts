/** Asks a scaling policy at every tick, with the mean concurrency since the one before. */
import type { Clock } from '../domain/clock.js';
import type { ScalingPolicy } from './policy.js';

export class ScalingTicks {
  private inSystem = 0;
  private area = 0;
  private changedAt = 0;
  private tickedAt = 0;
  private cancel: () => void = () => undefined;
  private isRunning = false;

  constructor(
    private readonly clock: Clock,
    private readonly policy: ScalingPolicy,
    private readonly ready: () => number,
    private readonly scaleTo: (count: number) => void,
  ) {}

  begin(): void {
    if (this.isRunning) return;
    this.isRunning = true;
    this.tickedAt = this.changedAt = this.clock.now();
    this.next();
  }

  /** So many more are served or wait. */
  changed(by: number): void {
    this.integrate();
    this.inSystem += by;
  }

  stop(): void {
    this.isRunning = false;
    this.cancel();
  }

  private integrate(): void {
    const now = this.clock.now();
    this.area += this.inSystem * (now - this.changedAt);
    this.changedAt = now;
  }

  private next(): void {
    this.cancel = this.clock.after(this.policy.tickMs, () => {
      this.integrate();
      const now = this.clock.now();
      const concurrency = now > this.tickedAt ? this.area / (now - this.tickedAt) : this.inSystem;
      this.area = 0;
      this.tickedAt = now;
      this.scaleTo(this.policy.desired(now, concurrency, this.ready()));
      if (this.isRunning) this.next();
    });
  }
}
