/** The artefact's CPU counter, which is divided by how fast the cores ran at the moment of reading. */
import { milliseconds, type Milliseconds } from '../../domain/units.js';
import type { Sample } from './telemetry.js';

/** The clocks of a node's cores, in units of 100 MHz, when all run at full speed: 4 cores of 1.5 GHz. */
export const fullClocks = 60;

/** A value is microseconds x 1e-10 / clocks. */
const atFullClock = (value: number): number => (value * 1e10 * fullClocks) / 1e3;

/**
 * CPU time used, at the latest by each reading. While the governor clocks down a value comes out too high, by up to the ratio of the
 * clocks; time used never falls, so a later and lower value corrects it: the least of all values from there on. What
 * follows the last reading at full speed stays too high, which is why nothing is read from where no later reading is.
 */
export class CpuCounter {
  private readonly used: readonly { readonly at: Milliseconds; readonly ms: number }[];

  constructor(samples: readonly Sample[]) {
    let least = Number.POSITIVE_INFINITY;
    this.used = samples
      .toReversed()
      .map(({ at, value }) => ({ at, ms: (least = Math.min(least, atFullClock(value))) }))
      .reverse();
  }

  /** CPU time in ms used up to the first reading at or after `at`; undefined where there is none. */
  usedBy(at: Milliseconds): number | undefined {
    return this.used.find((one) => one.at >= at)?.ms;
  }
}

/** CPU time between two moments; undefined where a reading is missing, or where they do not differ. */
export function cpuBetween(
  counter: CpuCounter,
  from: Milliseconds | undefined,
  to: Milliseconds,
): Milliseconds | undefined {
  const before = from === undefined ? 0 : counter.usedBy(from);
  const after = counter.usedBy(to);
  if (before === undefined || after === undefined || !(after > before)) return undefined;
  return milliseconds(after - before);
}
