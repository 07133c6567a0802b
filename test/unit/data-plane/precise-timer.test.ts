import { describe, expect, it } from 'vitest';
import { PreciseTimer, spinBudget } from '../../../src/data-plane/probes/precise-timer.js';
import { milliseconds as ms } from '../../../src/domain/units.js';

/** An event loop whose timers end at whole milliseconds, `error` late or early, and whose turns take 0.01 ms. */
function loop(error = 0) {
  const due: { at: number; callback: () => void }[] = [];
  let now = 0;
  const add = (at: number, callback: () => void): (() => void) => {
    const entry = { at, callback };
    due.push(entry);
    return () => due.splice(due.indexOf(entry), 1);
  };
  const timer = new PreciseTimer({
    now: () => now,
    setTimer: (callback, length) => add(Math.ceil(now + length) + error, callback),
    nextTurn: (callback) => add(now + 0.01, callback),
  });
  const run = (until: number): void => {
    for (;;) {
      due.sort((a, b) => a.at - b.at);
      const [next] = due;
      if (next === undefined || next.at > until) break;
      due.shift();
      now = Math.max(now, next.at);
      next.callback();
    }
    now = until;
  };
  return { timer, run, now: () => now };
}

describe('a precise timer', () => {
  it.each([-0.4, 0, 0.4, 2.5])('calls back at the moment, within a turn, with timers %d ms off', (error) => {
    const { timer, run, now } = loop(error);
    run(1000);
    let called = NaN;
    timer.at(ms(1010.37), () => (called = now()));
    run(2000);
    expect(called).toBeGreaterThanOrEqual(1010.37);
    expect(called).toBeLessThan(1010.39);
  });

  it('calls back at once for what has passed, and not at all once it is cancelled', () => {
    const { timer, run } = loop();
    run(100);
    let calls = 0;
    timer.at(ms(50), () => (calls += 1));
    expect(calls).toBe(1);
    const cancel = timer.at(ms(150), () => (calls += 1));
    run(149.5);
    cancel();
    run(1000);
    expect(calls).toBe(1);
  });

  it('turns round for a tenth of the time at most, and is late by less than a timer’s millisecond then', () => {
    const { timer, run, now } = loop();
    run(100);
    const late: number[] = [];
    const again = (moment: number): void => {
      timer.at(ms(moment), () => {
        late.push(now() - moment);
        again(moment + 1.7);
      });
    };
    again(100.5);
    run(5000);
    expect(timer.spent).toBeLessThanOrEqual(spinBudget * 5000 + 2);
    expect(timer.spent).toBeGreaterThan(spinBudget * 4000);
    expect(Math.min(...late)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...late)).toBeLessThan(2);
  });
});
