import { describe, expect, it } from 'vitest';
import { ConcurrencyTarget } from '../../../src/policies/concurrency-target.js';
import { fixedKeepAlive } from '../../../src/policies/fixed-keep-alive.js';
import { HybridHistogram } from '../../../src/policies/hybrid-histogram.js';
import { milliseconds as ms } from '../../../src/domain/units.js';

const minute = 60_000;

describe('fixed keep-alive', () => {
  it('says the same, whatever happens', () => {
    const policy = fixedKeepAlive(ms(600_000));
    policy.idleEnded(ms(5));
    expect(policy.windows()).toEqual({ preWarmMs: 0, keepAliveMs: 600_000 });
  });
});

describe('the hybrid histogram', () => {
  const of = (idle: readonly number[], more = {}): ReturnType<HybridHistogram['windows']> => {
    const policy = new HybridHistogram(more);
    for (const minutes of idle) policy.idleEnded(ms(minutes * minute));
    return policy.windows();
  };
  const fallback = { preWarmMs: 0, keepAliveMs: 240 * minute };

  it('keeps as long as it reaches while it knows nothing', () => {
    expect(of([])).toEqual(fallback);
    expect(of([], { fallbackMs: ms(1) })).toEqual({ preWarmMs: 0, keepAliveMs: 1 });
  });

  it('pre-warms before the head and keeps past the tail, with the margin of 10 %', () => {
    // 100 idle times of 30.5 to 34.5 minutes: the 5th lies in bin 30, the 99th in bin 34, which ends at 35.
    const idle = Array.from({ length: 100 }, (_, i) => 30.5 + Math.floor(i / 20));
    const { preWarmMs, keepAliveMs } = of(idle);
    expect(preWarmMs).toBeCloseTo(27 * minute, 6);
    expect(preWarmMs + keepAliveMs).toBeCloseTo(38.5 * minute, 6);
  });

  it('does not take down what is needed again within the first bin', () => {
    const { preWarmMs, keepAliveMs } = of(Array.from({ length: 50 }, () => 0.2));
    expect(preWarmMs).toBe(0);
    expect(keepAliveMs).toBeCloseTo(1.1 * minute, 6);
  });

  it('falls back where there is no pattern: the bins vary too little', () => {
    expect(of(Array.from({ length: 240 }, (_, i) => i + 0.5))).toEqual(fallback);
    // k bins of 240 filled alike have a variation of sqrt(240 / k - 1): 2 at k = 48.
    const filled = (k: number): number[] => Array.from({ length: k }, (_, i) => i + 100.5);
    expect(of(filled(48))).toEqual(fallback);
    expect(of(filled(47)).preWarmMs).toBeGreaterThan(0);
  });

  it('falls back where most idle times are out of bounds', () => {
    expect(of([30, 30, 500, 500]).preWarmMs).toBeCloseTo(27 * minute, 6);
    expect(of([30, 500, 500])).toEqual(fallback);
  });
});

describe('the concurrency target', () => {
  /** Ticks of 2 s in which the concurrency is the one given; who is wanted is ready at the next. */
  function decide(policy: ConcurrencyTarget, loads: readonly number[], ready = 0, from = 0): number[] {
    let standing = ready;
    return loads.map((load, i) => (standing = policy.desired(ms(from + (i + 1) * 2000), load, standing)));
  }
  const times = (n: number, load: number): number[] => Array.from({ length: n }, () => load);

  it('aims at 70 % of what an instance may serve, as documented: 10 at most, a new one above 7', () => {
    const ten = { concurrencyPerInstance: 10 };
    expect(new ConcurrencyTarget(ten).desired(ms(2000), 7, 1)).toBe(1);
    expect(new ConcurrencyTarget(ten).desired(ms(2000), 7.1, 1)).toBe(2);
    expect(new ConcurrencyTarget(ten).desired(ms(2000), 70, 5)).toBe(10);
    expect(new ConcurrencyTarget().desired(ms(2000), 350, 5)).toBe(5);
  });

  it('panics at twice the ready instances, and lets none go until a stable window later', () => {
    const policy = new ConcurrencyTarget({ concurrencyPerInstance: 10 });
    // A minute at 7: one instance. Then 42, of which the window of 6 s (3 ticks) sees 7 7 42, 7 42 42, 42 42 42.
    expect(decide(policy, times(30, 7), 1)).toEqual(times(30, 1));
    expect(policy.isPanicking).toBe(false);
    expect(decide(policy, [42, 42, 42], 1, 60_000)).toEqual([3, 5, 6]);
    expect(policy.isPanicking).toBe(true);
    // The last time that it was over: at 62 s (3 wanted, 1 ready). At 64 s 5 wanted, 3 ready is not twice.
    const after = decide(policy, times(40, 1), 6, 66_000);
    expect(after.slice(0, 28)).toEqual(times(28, 6));
    expect(policy.isPanicking).toBe(false);
    // Calm at 124 s: one is wanted, and half at most go at once.
    expect(after.slice(28, 32)).toEqual([3, 1, 1, 1]);
  });

  it('grows no faster than the rate allows', () => {
    expect(
      new ConcurrencyTarget({ maxScaleUpRate: 2, concurrencyPerInstance: 10 }).desired(ms(2000), 700, 3),
    ).toBe(6);
  });

  it('keeps the last one for the grace after the window is empty', () => {
    const policy = new ConcurrencyTarget({ concurrencyPerInstance: 10 });
    const wanted = decide(policy, [5, ...times(60, 0)], 1);
    // The request is in the window of 60 s until 60 s; from 62 s on nothing is wanted, and 30 s later none stands.
    expect(wanted.indexOf(0)).toBe((62 + 30) / 2 - 1);
    expect(wanted.lastIndexOf(1)).toBe((62 + 30) / 2 - 2);
  });
});
