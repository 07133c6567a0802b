/** Where an answer flips: the rate, keep-alive or payload at which two runtimes change places. */
import type { WorkloadLatency } from './workload-latency.js';

/** What is asked of a runtime at a value of the dial; lower is better. */
export interface Rivals {
  readonly first: WorkloadLatency;
  readonly second: WorkloadLatency;
}

export interface Flip {
  readonly dial: 'rate' | 'keep-alive' | 'payload';
  /** A second, seconds, or the function's own size. */
  readonly at: number;
  /** 90 % interval; an end is absent where the places do not change within the dial's range on that side. */
  readonly interval90: readonly [number | undefined, number | undefined];
  /** Better below `at`, and above. */
  readonly below: string;
  readonly above: string;
}

/** Places tried along a dial, evenly apart in the logarithm, before the nearest change is bisected. */
export interface DialSteps {
  readonly places: number;
  readonly bisections: number;
}

const along = ([low, high]: readonly [number, number], part: number): number => low * (high / low) ** part;

/** Where a function of the dial changes its sign, nearest to `now`; undefined where it does not. */
function crossing(
  difference: (value: number) => number,
  range: readonly [number, number],
  now: number,
  { places, bisections }: DialSteps,
): { at: number; fallsTo: number } | undefined {
  const values = Array.from({ length: places + 1 }, (_, i) => along(range, i / places));
  const signs = values.map((value) => Math.sign(difference(value)));
  const found = values.slice(1).flatMap((high, i) => {
    const [before, after] = [signs[i] as number, signs[i + 1] as number];
    return before * after < 0 ? [{ low: values[i] as number, high, before }] : [];
  });
  const distance = ({ low, high }: { low: number; high: number }): number =>
    Math.abs(Math.log(Math.sqrt(low * high) / now));
  const nearest = found.sort((a, b) => distance(a) - distance(b))[0];
  if (nearest === undefined) return undefined;
  let { low, high } = nearest;
  for (let i = 0; i < bisections; i++) {
    const middle = Math.sqrt(low * high);
    if (Math.sign(difference(middle)) === nearest.before) low = middle;
    else high = middle;
  }
  return { at: Math.sqrt(low * high), fallsTo: -nearest.before };
}

/**
 * Turns a dial and says where the two change places, as far as `score` says; its interval is where they would if the one
 * were at the end of its interval that speaks against it and the other at the end that speaks for it, and the reverse.
 */
export function flipOf(
  dial: Flip['dial'],
  at: (value: number) => Rivals,
  score: (one: WorkloadLatency, side: 'low' | 'middle' | 'high') => number,
  { range, now, steps }: { range: readonly [number, number]; now: number; steps: DialSteps },
): Flip | undefined {
  const difference =
    (sides: readonly ['low' | 'middle' | 'high', 'low' | 'middle' | 'high']) =>
    (value: number): number => {
      const { first, second } = at(value);
      return Math.log(score(first, sides[0]) / score(second, sides[1]));
    };
  const found = crossing(difference(['middle', 'middle']), range, now, steps);
  if (found === undefined) return undefined;
  const ends = (
    [
      ['low', 'high'],
      ['high', 'low'],
    ] as const
  ).map((sides) => crossing(difference(sides), range, found.at, steps)?.at);
  const known = ends.filter((end) => end !== undefined);
  const { first, second } = at(found.at);
  const [below, above] =
    found.fallsTo > 0 ? [first.runtime, second.runtime] : [second.runtime, first.runtime];
  const lower = known.filter((end) => end <= found.at);
  const upper = known.filter((end) => end >= found.at);
  return {
    dial,
    at: found.at,
    interval90: [
      lower.length === 0 ? undefined : Math.min(...lower),
      upper.length === 0 ? undefined : Math.max(...upper),
    ],
    below,
    above,
  };
}
