/** Invocations one by one out of batches of them. */
import type { TraceInvocation } from '../../domain/trace.js';

type Result = IteratorResult<TraceInvocation, undefined>;

/** As an async generator would, but without its three turns of the queue for each invocation. */
export class InvocationStream implements AsyncIterator<TraceInvocation, undefined> {
  private batch: readonly TraceInvocation[] = [];
  private place = 0;

  constructor(private readonly batches: AsyncGenerator<readonly TraceInvocation[], void>) {}

  next(): Promise<Result> {
    const value = this.batch[this.place];
    if (value === undefined) return this.refill();
    this.place += 1;
    return Promise.resolve({ done: false, value });
  }

  /** Whoever stops before the end closes the file. */
  async return(): Promise<Result> {
    this.batch = [];
    await this.batches.return();
    return { done: true, value: undefined };
  }

  private async refill(): Promise<Result> {
    for (;;) {
      const { done, value } = await this.batches.next();
      if (done === true) return { done: true, value: undefined };
      const [first] = value;
      if (first === undefined) continue;
      this.batch = value;
      this.place = 1;
      return { done: false, value: first };
    }
  }
}
