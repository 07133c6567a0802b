/** Where an answer flips: every rate, keep-alive and payload at which two runtimes change places. */
import type { Side } from './side.js';
import { isBounded, notKnownAt, type WorkloadLatency } from './workload-latency.js';

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
  readonly interval90?: readonly [number | undefined, number | undefined];
  /**
   * Why there is no interval. `unbounded`: a latency there has none. `jump`: the latency jumps, and the places change there
   * however wrong the predictions are.
   */
  readonly withoutInterval?: 'unbounded' | 'jump';
  /** Better below `at`, and above, up to the next flip of the same dial and runtimes. */
  readonly below: string;
  readonly above: string;
}

/** Places tried along a dial, evenly apart in the logarithm, before each change is bisected. */
export interface DialSteps {
  readonly places: number;
  readonly bisections: number;
}

const along = ([low, high]: readonly [number, number], part: number): number => low * (high / low) ** part;

interface Crossing {
  readonly at: number;
  /** The sign of the function above it. */
  readonly turnsTo: number;
}

/** Everywhere a function of the dial changes its sign, ascending; a change between two places that is undone there is not seen. */
function crossingsOf(
  difference: (value: number) => number,
  range: readonly [number, number],
  { places, bisections }: DialSteps,
): Crossing[] {
  const values = Array.from({ length: places + 1 }, (_, i) => along(range, i / places));
  const signs = values.map((value) => Math.sign(difference(value)));
  return values.slice(1).flatMap((end, i): Crossing[] => {
    const [before, after] = [signs[i] as number, signs[i + 1] as number];
    if (!(before * after < 0)) return [];
    let [low, high] = [values[i] as number, end];
    for (let step = 0; step < bisections; step++) {
      const middle = Math.sqrt(low * high);
      if (Math.sign(difference(middle)) === before) low = middle;
      else high = middle;
    }
    return [{ at: Math.sqrt(low * high), turnsTo: after }];
  });
}

/** Two ends of an interval that are nearer to each other than this factor are one: a jump. */
const sameEnd = 1.001;

/**
 * Where a crossing would be if both predictions erred; the nearest one that turns to the same side counts. Undefined where
 * both ends fall on the crossing itself.
 */
function intervalOf({ at, turnsTo }: Crossing, sided: readonly (readonly Crossing[])[]): Flip['interval90'] {
  const distance = (one: Crossing): number => Math.abs(Math.log(one.at / at));
  const ends = sided.flatMap((crossings) => {
    const same = crossings.filter((one) => one.turnsTo === turnsTo);
    return same.sort((a, b) => distance(a) - distance(b))[0]?.at ?? [];
  });
  if (ends.length === 2 && Math.max(...ends, at) < Math.min(...ends, at) * sameEnd) return undefined;
  const lower = ends.filter((end) => end <= at);
  const upper = ends.filter((end) => end >= at);
  return [
    lower.length === 0 ? undefined : Math.min(...lower),
    upper.length === 0 ? undefined : Math.max(...upper),
  ];
}

/**
 * Turns a dial and says everywhere the two change places in this quantile, as far as it is known. An interval is
 * where they would if the one were at the end of its interval that speaks against it and the other at the end that speaks
 * for it, and the reverse.
 */
export function flipsAlong(
  dial: Flip['dial'],
  at: (value: number) => Rivals,
  { range, steps, share }: { range: readonly [number, number]; steps: DialSteps; share: number },
): Flip[] {
  const score = (one: WorkloadLatency, side: Side): number =>
    notKnownAt(one, share) === undefined ? one.quantile(share, side) : NaN;
  const difference =
    (ofFirst: Side, ofSecond: Side) =>
    (value: number): number => {
      const { first, second } = at(value);
      return Math.log(score(first, ofFirst) / score(second, ofSecond));
    };
  const found = crossingsOf(difference('middle', 'middle'), range, steps);
  if (found.length === 0) return [];
  const sided = [difference('low', 'high'), difference('high', 'low')].map((one) =>
    crossingsOf(one, range, steps),
  );
  const { first, second } = at(range[0]);
  return found.map((crossing) => {
    const here = at(crossing.at);
    const isKnown = isBounded(here.first, share) && isBounded(here.second, share);
    const interval90 = isKnown ? intervalOf(crossing, sided) : undefined;
    const [below, above] =
      crossing.turnsTo > 0 ? [first.runtime, second.runtime] : [second.runtime, first.runtime];
    return {
      dial,
      at: crossing.at,
      ...(interval90 === undefined
        ? { withoutInterval: isKnown ? ('jump' as const) : ('unbounded' as const) }
        : { interval90 }),
      below,
      above,
    };
  });
}
