/** When the generator has to send or read next, told to those whose work would be in its way. */
import { passed, type Clock } from '../../domain/clock.js';
import { milliseconds, type Milliseconds } from '../../domain/units.js';

/** Longer than staging takes: starting a process stops this one for 2 to 5 ms on a small machine, and groups are made before. */
export const gapLength = milliseconds(25);
/** What waits for a gap gets none in a load that has none, and goes ahead. */
const patience = milliseconds(200);

export class NextSend {
  private dueAt: number | undefined;
  private inFlight = 0;

  constructor(private readonly clock: Clock) {}

  /** @param dueAt on the clock; undefined where nothing more is due, or nobody can say when */
  is(dueAt: Milliseconds | undefined): void {
    this.dueAt = dueAt;
  }

  /** @param inFlight requests without an answer yet: one that comes meanwhile would be read late */
  waitsFor(inFlight: number): void {
    this.inFlight = inFlight;
  }

  /** Resolves when nothing is due for long enough and no answer is on its way, or after 200 ms. */
  async gap(): Promise<void> {
    const giveUpAt = this.clock.now() + patience;
    for (let now = this.clock.now(); now < giveUpAt; now = this.clock.now()) {
      const next = this.dueAt;
      const isDue = next !== undefined && next - now < gapLength;
      if (!isDue && this.inFlight === 0) return;
      // What is due has to be sent first, and the schedule to say what comes after.
      const look = Math.min(giveUpAt, isDue ? Math.max(next, now) + 0.5 : now + 1);
      await passed(this.clock, milliseconds(look - now));
    }
  }
}
