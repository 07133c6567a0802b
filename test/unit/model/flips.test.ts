import { describe, expect, it } from 'vitest';
import { flipTexts } from '../../../src/cli/commands/model/recommend.js';
import { milliseconds } from '../../../src/domain/units.js';
import type { LatencyPrediction, PredictedQuantile } from '../../../src/model/predict/predict-latency.js';
import { flipsAlong, type Flip } from '../../../src/model/recommend/flips.js';
import type { Side } from '../../../src/model/recommend/side.js';
import type { WorkloadLatency } from '../../../src/model/recommend/workload-latency.js';

const spread: Readonly<Record<Side, number>> = { low: 0.8, middle: 1, high: 1.25 };

function latency(runtime: string, time: number, changes: { bounded?: boolean; notKnown?: string } = {}) {
  const { bounded = true, notKnown } = changes;
  const quantile: PredictedQuantile = {
    ms: milliseconds(1),
    ...(bounded ? { interval90: [milliseconds(1), milliseconds(1)] as const } : {}),
  };
  const prediction: LatencyPrediction = {
    ...{
      request: { function: 'f', payload: 'small', runtime, start: 'warm' },
      componentsMs: {},
      resources: {},
    },
    ...{ beyond: [], scheme: 'leave-one-cell-out', median: quantile },
    quantile: () => quantile,
    shareWithin: () => 1,
  };
  const parts = [{ share: 1, cold: false, prediction }];
  return {
    ...{ runtime, parts, coldShare: 0, rejectedShare: 0, notKnown },
    quantile: (_: number, side: Side = 'middle') => time * spread[side],
    mean: () => time,
    meanAtInstance: () => time,
  } satisfies WorkloadLatency;
}

const flipsOf = (of: (value: number) => number, changes = {}): Flip[] =>
  flipsAlong('payload', (value) => ({ first: latency('a', of(value), changes), second: latency('b', 1) }), {
    range: [1, 1e6],
    steps: { places: 48, bisections: 40 },
    share: 0.95,
  });
/** Crosses 1 at 10^2 and back at 10^4. */
const thereAndBack = (value: number): number => 10 ** (1 - Math.abs(Math.log10(value) - 3));

describe('flips along a dial', () => {
  it('are all of them, each with the side it turns to and an interval of its own', () => {
    const flips = flipsOf(thereAndBack);
    expect(flips.map(({ at }) => Math.log10(at).toFixed(3))).toEqual(['2.000', '4.000']);
    expect(flips.map(({ below, above }) => [below, above])).toEqual([
      ['a', 'b'],
      ['b', 'a'],
    ]);
    // The one 20 % faster and the other 25 % slower: a factor of 1.5625 to either side.
    expect(flips[0]?.interval90?.[0]).toBeCloseTo(100 / 1.5625, 3);
    expect(flips[0]?.interval90?.[1]).toBeCloseTo(100 * 1.5625, 3);
    expect(flipTexts(flips)).toEqual([
      'The answer flips 2 times with the size of the payload: a up to 100 [64.0, 156], b up to 10000 [6400, 15625], a above.',
    ]);
  });
  it('have no interval of no width where a latency jumps', () => {
    const [flip, ...others] = flipsOf((value) => (value < 500 ? 0.1 : 10));
    expect(others).toEqual([]);
    expect(flip).toMatchObject({ withoutInterval: 'jump', below: 'a', above: 'b' });
    expect(flip).not.toHaveProperty('interval90');
    expect(flipTexts([flip as Flip])).toEqual([
      'The answer flips at a size of the payload of 500 (a latency jumps there): below a, above b.',
    ]);
  });
  it('have none either where a latency has none', () => {
    const [flip] = flipsOf((value) => value / 100, { bounded: false });
    expect(flip).toMatchObject({ withoutInterval: 'unbounded' });
    expect(flip).not.toHaveProperty('interval90');
  });
  it('are not where a latency is not known', () => {
    expect(flipsOf(thereAndBack, { notKnown: 'too much' })).toEqual([]);
  });
});
