import { PassThrough } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../../src/control-plane/runtimes/fake/virtual-clock.js';
import { milliseconds as ms } from '../../../../src/domain/units.js';

const wait = (clock: VirtualClock, delay: number): Promise<void> =>
  new Promise((resolve) => void clock.after(ms(delay), resolve));

describe('the virtual clock', () => {
  it('stands still while nothing is timed on it', async () => {
    const clock = new VirtualClock();
    for (let i = 0; i < 20; i += 1) await turn();
    expect(clock.now()).toBe(0);
  });

  it('goes exactly to each timer, in the order of their times and then of their making', async () => {
    const clock = new VirtualClock();
    const fired: string[] = [];
    const note = (name: string) => () => fired.push(`${name} at ${clock.now()}`);
    clock.after(ms(30), note('c'));
    clock.after(ms(0.5), note('a'));
    clock.after(ms(30), note('d'));
    clock.after(ms(20), note('b'));
    await wait(clock, 40);
    expect(fired).toEqual(['a at 0.5', 'b at 20', 'c at 30', 'd at 30']);
    expect(clock.now()).toBe(40);
  });

  it('counts from the moment a timer is made', async () => {
    const clock = new VirtualClock();
    await wait(clock, 7);
    await wait(clock, 5);
    expect(clock.now()).toBe(12);
  });

  it('does not fire what was cancelled, nor go there', async () => {
    const clock = new VirtualClock();
    const fired: string[] = [];
    clock.after(ms(5), () => fired.push('cancelled'))();
    await wait(clock, 3);
    for (let i = 0; i < 20; i += 1) await turn();
    expect([fired, clock.now()]).toEqual([[], 3]);
  });

  it('lets streams and promises have their turn before the next timer', async () => {
    const clock = new VirtualClock();
    const stream = new PassThrough();
    const seen: number[] = [];
    stream.on(
      'data',
      () =>
        void Promise.resolve()
          .then(turn)
          .then(() => seen.push(clock.now())),
    );
    clock.after(ms(10), () => stream.write('x'));
    await wait(clock, 11);
    expect(seen).toEqual([10]);
  });

  it('moves the wall clock along', async () => {
    const clock = new VirtualClock(new Date('2026-05-05T00:00:00Z'));
    await wait(clock, 1500);
    expect(clock.wallTime().toISOString()).toBe('2026-05-05T00:00:01.500Z');
  });
});
