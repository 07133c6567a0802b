import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../../src/control-plane/runtimes/fake/virtual-clock.js';
import { milliseconds } from '../../../../src/domain/units.js';
import { NextSend } from '../../../../src/experiment/load/next-send.js';

/** Sends at these moments, one after another; then says for each gap that is asked for when it came. */
function sending(moments: readonly number[]) {
  const clock = new VirtualClock();
  const next = new NextSend(clock);
  const tell = (at: number): void => {
    const moment = moments[at];
    next.is(moment === undefined ? undefined : milliseconds(moment));
    if (moment !== undefined) clock.after(milliseconds(moment - clock.now()), () => tell(at + 1));
  };
  tell(0);
  return { clock, next, gapAt: async () => (await next.gap(), clock.now()) };
}

describe('a gap between sends', () => {
  it('is there at once where nothing is due for long enough, or nothing at all', async () => {
    expect(await sending([]).gapAt()).toBe(0);
    expect(await sending([25]).gapAt()).toBe(0);
  });

  it('is waited for until what is due soon has been sent', async () => {
    expect(await sending([7, 40]).gapAt()).toBe(7.5);
    expect(await sending([3, 6, 13, 50]).gapAt()).toBe(13.5);
  });

  it('is waited for until the answers are there that are on their way', async () => {
    const { clock, next, gapAt } = sending([]);
    next.waitsFor(2);
    clock.after(milliseconds(5), () => next.waitsFor(1));
    clock.after(milliseconds(8.5), () => next.waitsFor(0));
    expect(await gapAt()).toBe(9);
  });

  it('is given to one after another, as long as it lasts, and to all at once where nothing more is due', async () => {
    const { gapAt } = sending([45, 100]);
    // After 20 ms less than 25 are left.
    expect(await Promise.all([gapAt(), gapAt(), gapAt(), gapAt()])).toEqual([0, 8, 16, 45.5]);
    const idle = sending([]);
    expect(await Promise.all([idle.gapAt(), idle.gapAt()])).toEqual([0, 0]);
  });

  it('is waited for no longer than 200 ms where a load has none', async () => {
    const everyTwo = Array.from({ length: 200 }, (_, index) => 2 * (index + 1));
    expect(await sending(everyTwo).gapAt()).toBe(200);
  });
});
