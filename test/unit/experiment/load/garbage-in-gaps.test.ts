import { expect, it } from 'vitest';
import { VirtualClock } from '../../../../src/control-plane/runtimes/fake/virtual-clock.js';
import { passed } from '../../../../src/domain/clock.js';
import { garbageInGaps } from '../../../../src/experiment/load/garbage-in-gaps.js';
import { ms } from '../fixture.js';

it('is all of it in a long gap in which nobody waits, once in ten seconds, and else what is young', async () => {
  const clock = new VirtualClock();
  const collected: string[] = [];
  const onGap = garbageInGaps(clock, {
    young: () => collected.push('young'),
    all: () => collected.push('all'),
  });
  const long = { lengthMs: ms(100), isIdle: true };
  onGap(long);
  await passed(clock, ms(10_000));
  onGap({ ...long, lengthMs: ms(99) });
  onGap({ ...long, isIdle: false });
  onGap(long);
  onGap(long);
  expect(collected).toEqual(['young', 'young', 'young', 'all', 'young']);
});
