import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../src/control-plane/runtimes/fake/virtual-clock.js';
import { milliseconds as ms } from '../../../src/domain/units.js';
import { BackOff } from '../../../src/policies/back-off.js';

describe('a back-off', () => {
  it('doubles its wait with each failure in a row, up to the longest, and begins anew after a success', async () => {
    const clock = new VirtualClock();
    const tried: number[] = [];
    const backOff: BackOff = new BackOff(
      clock,
      () => {
        tried.push(clock.now());
        if (tried.length === 5) backOff.succeeded();
        if (tried.length < 7) backOff.failed();
      },
      { firstMs: ms(10), longestMs: ms(50) },
    );
    backOff.failed();
    await new Promise<void>((resolve) => void clock.after(ms(1000), resolve));
    expect(tried).toEqual([10, 30, 70, 120, 170, 180, 200]);
  });

  it('counts failures that come during a wait as one, and is over when it is stopped', async () => {
    const clock = new VirtualClock();
    let tries = 0;
    const backOff = new BackOff(clock, () => (tries += 1));
    for (let i = 0; i < 8; i += 1) backOff.failed();
    expect([backOff.failures, backOff.isWaiting, backOff.isTrying]).toEqual([1, true, true]);
    backOff.stop();
    await new Promise<void>((resolve) => void clock.after(ms(5000), resolve));
    expect([tries, backOff.isWaiting]).toEqual([0, false]);
  });
});
