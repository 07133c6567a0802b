/** Virtual time that moves as fast as events can be taken off a heap. */
import TinyQueue from 'tinyqueue';
import type { Clock } from '../domain/clock.js';
import { milliseconds, type Milliseconds } from '../domain/units.js';

interface Event {
  readonly due: number;
  readonly order: number;
  /** Gone when it has happened or was cancelled. */
  run: (() => void) | undefined;
}

const inOrder = (a: Event, b: Event): number => a.due - b.due || a.order - b.order;

/** Cancelled events that may stay in the heap before it is built anew. */
const mostCancelled = 1024;

/**
 * Events happen in the order of their times and, at the same time, of their making, as on the virtual clock that tests run
 * the platform on. Cancelled ones are swept out when they are the more, so that the heap stays as large as what is to come.
 */
export class EventClock implements Clock {
  private time = 0;
  private made = 0;
  private cancelled = 0;
  private events = new TinyQueue<Event>([], inOrder);

  now(): Milliseconds {
    return milliseconds(this.time);
  }

  /** Counted from 1970: virtual time has no date. */
  wallTime(): Date {
    return new Date(this.time);
  }

  after(delay: Milliseconds, callback: () => void): () => void {
    const event: Event = { due: this.time + Math.max(0, delay), order: this.made++, run: callback };
    this.events.push(event);
    return () => this.cancel(event);
  }

  /** Lets everything happen that is due until then, that moment included. */
  advanceTo(until: Milliseconds): void {
    for (let next = this.events.peek(); next !== undefined && next.due <= until; next = this.events.peek())
      this.happen();
    this.time = Math.max(this.time, until);
  }

  /** The next event; false where nothing is to come. */
  step(): boolean {
    if (this.events.length === this.cancelled) return false;
    while (!this.happen());
    return true;
  }

  /** Whether the first of the heap happened; it did not where it was cancelled. */
  private happen(): boolean {
    const event = this.events.pop();
    if (event?.run === undefined) {
      this.cancelled -= 1;
      return false;
    }
    const { run } = event;
    event.run = undefined;
    this.time = event.due;
    run();
    return true;
  }

  private cancel(event: Event): void {
    if (event.run === undefined) return;
    event.run = undefined;
    this.cancelled += 1;
    if (this.cancelled <= mostCancelled || this.cancelled * 2 <= this.events.length) return;
    this.events = new TinyQueue(
      this.events.data.filter(({ run }) => run !== undefined),
      inOrder,
    );
    this.cancelled = 0;
  }
}
