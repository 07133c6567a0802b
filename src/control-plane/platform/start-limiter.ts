/** Lets only so many instances start at once; the others wait in the order in which they asked. */
export class StartLimiter {
  private running = 0;
  private readonly queue: (() => void)[] = [];
  private delayedSoFar = 0;
  private mostAtOnce = 0;
  private mostWaitingSoFar = 0;

  /** @param limit at least 1; one limiter serves all functions of a machine */
  constructor(private readonly limit: number) {}

  /** Starts that had to wait. */
  get delayed(): number {
    return this.delayedSoFar;
  }

  /** The most that ran at one moment. */
  get highestAtOnce(): number {
    return this.mostAtOnce;
  }

  get highestWaiting(): number {
    return this.mostWaitingSoFar;
  }

  /** Runs `start` when there is room. Rejects with what it rejects with. */
  async run<T>(start: () => Promise<T>): Promise<T> {
    if (this.running >= this.limit) {
      this.delayedSoFar += 1;
      // Whoever leaves hands its room over, so that nobody can slip in between.
      await new Promise<void>((resolve) => {
        this.queue.push(resolve);
        this.mostWaitingSoFar = Math.max(this.mostWaitingSoFar, this.queue.length);
      });
    } else this.running += 1;
    this.mostAtOnce = Math.max(this.mostAtOnce, this.running);
    try {
      return await start();
    } finally {
      const next = this.queue.shift();
      if (next === undefined) this.running -= 1;
      else next();
    }
  }
}
