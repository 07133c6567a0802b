/** A clock whose time stands still until nothing else is left to do, then jumps to the next timer. */
import type { Clock } from '../../../domain/clock.js';
import { milliseconds, type Milliseconds } from '../../../domain/units.js';

/**
 * Turns of the event loop given to whoever waits for a stream or a promise before time moves on. One turn empties the
 * queues of both; the others are for code that itself waits for a turn.
 */
const turnsBetweenTimers = 4;

interface Timer {
  readonly due: number;
  readonly callback: () => void;
}

/**
 * Timers fire by themselves, in the order of their times and, at the same time, of their making. Between two of them
 * the event loop has several turns, so that all that follows from one has happened before the next. Real input and
 * output (files, sockets) is not waited for: nothing timed on this clock may depend on it.
 */
export class VirtualClock implements Clock {
  private time = 0;
  private readonly timers = new Set<Timer>();
  private running = false;

  /** @param origin what `wallTime` says when `now` is 0 */
  constructor(private readonly origin = new Date('2026-01-01T00:00:00Z')) {}

  now(): Milliseconds {
    return milliseconds(this.time);
  }

  wallTime(): Date {
    return new Date(this.origin.getTime() + this.time);
  }

  after(delay: Milliseconds, callback: () => void): () => void {
    const timer = { due: this.time + Math.max(0, delay), callback };
    this.timers.add(timer);
    if (!this.running) {
      this.running = true;
      this.letOthersGoFirst(turnsBetweenTimers);
    }
    return () => void this.timers.delete(timer);
  }

  private letOthersGoFirst(turns: number): void {
    setImmediate(() => {
      if (turns > 1) this.letOthersGoFirst(turns - 1);
      else this.fireNext();
    });
  }

  private fireNext(): void {
    const next = this.earliest();
    if (next === undefined) {
      this.running = false;
      return;
    }
    this.timers.delete(next);
    this.time = next.due;
    // Set up before the callback, so that one that throws does not stop the clock.
    this.letOthersGoFirst(turnsBetweenTimers);
    next.callback();
  }

  private earliest(): Timer | undefined {
    let earliest: Timer | undefined;
    for (const timer of this.timers) {
      if (earliest === undefined || timer.due < earliest.due) earliest = timer;
    }
    return earliest;
  }
}
