/** The real clock: CLOCK_MONOTONIC through Node's high-resolution time. */
import type { Clock } from '../../domain/clock.js';
import { milliseconds, type Milliseconds } from '../../domain/units.js';
import { PreciseTimer } from './precise-timer.js';

const timer = new PreciseTimer({
  now: () => performance.now(),
  setTimer: (callback, ms) => {
    const handle = setTimeout(callback, ms);
    return () => clearTimeout(handle);
  },
  nextTurn: (callback) => {
    const handle = setImmediate(callback);
    return () => clearImmediate(handle);
  },
});

export const monotonicClock: Clock = {
  now: () => milliseconds(performance.now()),
  wallTime: () => new Date(),
  after: (delay, callback) => {
    const handle = setTimeout(callback, delay);
    return () => clearTimeout(handle);
  },
  at: (moment, callback) => timer.at(moment, callback),
};

/** Median time between two readings of the clock one right after the other: the least it can tell apart. */
export function clockCost(clock: Clock, readings = 1001): Milliseconds {
  const differences = new Float64Array(readings);
  for (let i = 0; i < readings; i += 1) {
    const first = clock.now();
    differences[i] = clock.now() - first;
  }
  return milliseconds(differences.sort()[readings >> 1] ?? 0);
}
