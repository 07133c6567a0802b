/** A machine's CPUs, shared by whatever is served on them. */
import TinyQueue from 'tinyqueue';
import { milliseconds, type Milliseconds } from '../domain/units.js';
import type { EventClock } from './event-clock.js';

interface Job {
  /** The work done for each job since the beginning at which this one's is done, ms. */
  readonly doneAt: number;
  readonly order: number;
  readonly begunAt: number;
  readonly finished: (took: Milliseconds) => void;
}

const inOrder = (a: Job, b: Job): number => a.doneAt - b.doneAt || a.order - b.order;

/** Less than the clock can tell apart: what is left of a job by rounding is nothing. */
const least = 1e-9;

/**
 * Egalitarian processor sharing over `cores` CPUs: up to as many jobs run at full speed, more at `cores / n` of it each, as
 * the kernel's fair scheduler has it of one thread each (Kleinrock, "Queueing Systems", volume 2, 1976, chapter 4, for one
 * CPU). All that run have had the same work since they began together, so the next to end is found by one number each.
 */
export class Processors {
  private readonly jobs = new TinyQueue<Job>([], inOrder);
  /** Work done for each running job since the beginning, and when that was so. */
  private done = 0;
  private at = 0;
  private made = 0;
  private cancel: () => void = () => undefined;

  /** @param cores above 0; Infinity: nobody waits for anybody */
  constructor(
    private readonly clock: EventClock,
    private readonly cores: number,
  ) {}

  /**
   * @param time what it takes alone, at full speed
   * @param cpuShare of that time, 0 to 1; the rest is waited for first, and nobody is slowed by it
   * @param finished told how long it took
   */
  run(time: Milliseconds, cpuShare: number, finished: (took: Milliseconds) => void): void {
    if (this.cores === Infinity || cpuShare === 0) this.clock.after(time, () => finished(time));
    else if (cpuShare === 1) this.share(time, finished);
    else {
      const work = milliseconds(time * cpuShare);
      const wait = milliseconds(time - work);
      this.clock.after(wait, () => this.share(work, (took) => finished(milliseconds(wait + took))));
    }
  }

  private share(work: Milliseconds, finished: (took: Milliseconds) => void): void {
    this.catchUp();
    this.jobs.push({ doneAt: this.done + work, order: this.made++, begunAt: this.at, finished });
    this.schedule();
  }

  private get speed(): number {
    return Math.min(1, this.cores / this.jobs.length);
  }

  private catchUp(): void {
    const now = this.clock.now();
    if (this.jobs.length > 0) this.done += (now - this.at) * this.speed;
    this.at = now;
  }

  private schedule(): void {
    this.cancel();
    const next = this.jobs.peek();
    if (next === undefined) return;
    const left = Math.max(0, next.doneAt - this.done) / this.speed;
    this.cancel = this.clock.after(milliseconds(left), () => this.end());
  }

  /** Ends the next, and all that end with it. */
  private end(): void {
    this.catchUp();
    this.done = Math.max(this.done, this.jobs.peek()?.doneAt ?? this.done);
    const ended: Job[] = [];
    for (
      let next = this.jobs.peek();
      next !== undefined && next.doneAt - this.done <= least;
      next = this.jobs.peek()
    ) {
      ended.push(next);
      this.jobs.pop();
    }
    this.schedule();
    for (const { begunAt, finished } of ended) finished(milliseconds(this.at - begunAt));
  }
}
