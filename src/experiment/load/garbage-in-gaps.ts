/** Which garbage of the harness is collected in which gap of a load. */
import { collectAllGarbage, collectYoungGarbage } from '../../data-plane/host/collect-garbage.js';
import type { Clock } from '../../domain/clock.js';
import type { Gap } from './open-loop.js';

/** More than a whole collection takes on a small machine; and how seldom one is needed at most. */
const wholeGapMs = 100;
const wholeEveryMs = 10_000;

/**
 * Everything in a long gap in which nobody waits, else what is young. Buffers that have grown old are freed by the former
 * alone, and where 64 MB of them have come together V8 does it at once.
 */
export function garbageInGaps(
  clock: Clock,
  collect = { young: collectYoungGarbage, all: collectAllGarbage },
): (gap: Gap) => void {
  let wholeAt = clock.now();
  return ({ lengthMs, isIdle }) => {
    if (!isIdle || lengthMs < wholeGapMs || clock.now() - wholeAt < wholeEveryMs) {
      collect.young();
      return;
    }
    collect.all();
    wholeAt = clock.now();
  };
}
