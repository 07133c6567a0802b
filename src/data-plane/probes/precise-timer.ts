/** Calls back at a moment, closer to it than the event loop's timers come, which have whole milliseconds. */
import { milliseconds, type Milliseconds } from '../../domain/units.js';

/** What it is made of; the real one's is `performance.now` and Node's own timers. */
export interface TimerParts {
  now(): number;
  setTimer(callback: () => void, ms: number): () => void;
  /** In the next turn of the event loop, after whatever came in has been taken. */
  nextTurn(callback: () => void): () => void;
}

/** The share of all time that may go into turning round: at a high rate it would take the CPU from what is measured. */
export const spinBudget = 0.1;

/** A virtual machine's CPU that sleeps may wake so much too late; where the budget has it, that is turned through as well. */
const earlyMs = 4;

/**
 * Sleeps for the whole milliseconds that are left but the last four, or, where little of the budget is left, the last one, and
 * goes round the event loop for the rest: what comes in meanwhile is taken as ever. When a tenth of the time so far has gone
 * into that, it sleeps to the next whole millisecond instead, as every timer does.
 */
export class PreciseTimer {
  private readonly since: number;
  private spentMs = 0;

  constructor(private readonly parts: TimerParts) {
    this.since = parts.now();
  }

  /** Never calls back before `moment`. @returns what cancels it */
  at(moment: Milliseconds, callback: () => void): () => void {
    let cancel: () => void = () => undefined;
    let turnedSince: number | undefined;
    const account = (now: number): void => {
      if (turnedSince !== undefined) this.spentMs += now - turnedSince;
      turnedSince = undefined;
    };
    const look = (): void => {
      const now = this.parts.now();
      account(now);
      const left = moment - now;
      const early = this.early(now);
      if (left <= 0) callback();
      else if (left >= 1 + early) cancel = this.parts.setTimer(look, Math.floor(left) - early);
      else if (this.spentMs < spinBudget * (now - this.since)) {
        turnedSince = now;
        cancel = this.parts.nextTurn(look);
      } else cancel = this.parts.setTimer(look, Math.ceil(left));
    };
    look();
    return () => {
      account(this.parts.now());
      cancel();
    };
  }

  private early(now: number): number {
    return this.spentMs + earlyMs <= spinBudget * (now - this.since) ? earlyMs : 1;
  }

  /** What has gone into turning round so far. */
  get spent(): Milliseconds {
    return milliseconds(this.spentMs);
  }
}
