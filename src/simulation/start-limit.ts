/** Lets only so many instances start at once, in the order in which they asked: `StartLimiter` of the platform, without promises. */
export class StartLimit {
  private running = 0;
  private readonly waiting: (() => void)[] = [];
  private delayedSoFar = 0;

  /** @param limit at least 1; one for all functions of a machine */
  constructor(private readonly limit: number) {}

  /** Starts that had to wait. */
  get delayed(): number {
    return this.delayedSoFar;
  }

  /** Starts that run. */
  get atOnce(): number {
    return this.running;
  }

  /** Calls `begin` when there is room; whoever began says `ended`. */
  run(begin: () => void): void {
    if (this.running >= this.limit) {
      this.delayedSoFar += 1;
      this.waiting.push(begin);
      return;
    }
    this.running += 1;
    begin();
  }

  /** Hands the room over to the next, so that nobody can slip in between. */
  ended(): void {
    const next = this.waiting.shift();
    if (next === undefined) this.running -= 1;
    else next();
  }
}
