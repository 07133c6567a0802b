/** When within a minute its invocations came, of which the trace says no more than how many there were. */
import { LeastFirst } from './least-first.js';
import type { CountsOfMinute } from './minute-counts.js';

const minute = 60_000;

/**
 * Independent and uniform over the minute: the arrivals of a Poisson process of which the count is known (Ross,
 * "Stochastic Processes", 1996, theorem 2.3.1). Each function's are drawn in ascending order one by one (Bentley & Saxe,
 * "Generating sorted lists of random numbers", ACM TOMS 6, 1980) and the functions merged, so that memory follows the
 * functions of the minute and not their invocations. InVitro (Ustiugov et al., SESAME 2023), the loader for these traces,
 * offers the same as its exponential inter-arrival times scaled to the minute; evenly spaced arrivals would hide bursts.
 * What is given out is one object, changed each time.
 */
export function* spreadMinute(
  { functions, counts }: CountsOfMinute,
  uniform: () => number,
): Generator<{ readonly at: number; readonly name: number }, void> {
  const times = new Float64Array(functions.length);
  const left = counts.slice();
  const heap = new LeastFirst(times, functions.length);
  for (let series = 0; series < functions.length; series += 1) {
    times[series] = nextOf(0, left[series] as number, uniform);
    heap.push(series);
  }
  const out = { at: 0, name: 0 };
  for (let series = heap.peek(); series !== undefined; series = heap.peek()) {
    out.at = (times[series] as number) * minute;
    out.name = functions[series] as number;
    yield out;
    const remaining = (left[series] as number) - 1;
    left[series] = remaining;
    if (remaining === 0) heap.dropFirst();
    else {
      times[series] = nextOf(times[series] as number, remaining, uniform);
      heap.firstChanged();
    }
  }
}

/** The least of so many uniform numbers between `from` and 1. */
const nextOf = (from: number, count: number, uniform: () => number): number =>
  count === 1 ? from + (1 - from) * uniform() : 1 - (1 - from) * (1 - uniform()) ** (1 / count);
