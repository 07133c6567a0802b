/** When the generator has to send or read next, told to those whose work would be in its way. */
import { passed, type Clock } from '../../domain/clock.js';
import { milliseconds, type Milliseconds } from '../../domain/units.js';

/** Longer than staging takes: starting a process stops this one for 2 to 5 ms on a small machine, and groups are made before. */
export const gapLength = milliseconds(25);
/** What waits for the same gap is let go one after another: eight processes started at once would be in it for longer than it is. */
const apart = milliseconds(8);
/** What waits for a gap gets none in a load that has none, and goes ahead. */
const patience = milliseconds(200);

export class NextSend {
  private dueAt: number | undefined;
  private inFlight = 0;
  private givenAt = -Infinity;

  constructor(private readonly clock: Clock) {}

  /** @param dueAt on the clock; undefined where nothing more is due, or nobody can say when */
  is(dueAt: Milliseconds | undefined): void {
    this.dueAt = dueAt;
  }

  /** @param inFlight requests without an answer yet: one that comes meanwhile would be read late */
  waitsFor(inFlight: number): void {
    this.inFlight = inFlight;
  }

  /**
   * Resolves when nothing is due for long enough, no answer is on its way and nobody else was given the gap just now; or after
   * 200 ms.
   */
  async gap(): Promise<void> {
    const giveUpAt = this.clock.now() + patience;
    for (let now = this.clock.now(); now < giveUpAt; now = this.clock.now()) {
      const look = this.nextLook(now);
      if (look === undefined) break;
      await passed(this.clock, milliseconds(Math.min(look, giveUpAt) - now));
    }
    this.givenAt = this.clock.now();
  }

  /** When a gap may begin; undefined where it is one. */
  private nextLook(now: Milliseconds): number | undefined {
    const { dueAt, givenAt, inFlight } = this;
    // What is due has to be sent first, and the schedule to say what comes after.
    if (dueAt !== undefined && dueAt - now < gapLength) return Math.max(dueAt, now) + 0.5;
    if (inFlight > 0) return now + 1;
    return dueAt === undefined || now - givenAt >= apart ? undefined : givenAt + apart;
  }
}
