/** Servers on the virtual clock whose answers' times are known beforehand. */
import { VirtualClock } from '../../../../src/control-plane/runtimes/fake/virtual-clock.js';
import { milliseconds as ms } from '../../../../src/domain/units.js';
import type { LevelOptions } from '../../../../src/experiment/load/level.js';
import type { LoadExchange, LoadRequest, Target } from '../../../../src/experiment/load/target.js';

export interface Scripted {
  readonly clock: VirtualClock;
  readonly target: Target;
  readonly seen: LoadRequest[];
}

/** A server that does with each request what `answer` says, after the time it says. */
export function scripted(
  answer: (
    request: LoadRequest,
    now: number,
  ) => { takes: number; fails?: Extract<LoadExchange, { state: 'failed' }> },
): Scripted {
  const clock = new VirtualClock();
  const seen: LoadRequest[] = [];
  const target: Target = {
    send: (request) => {
      seen.push(request);
      const { takes, fails } = answer(request, clock.now());
      return new Promise((resolve) => {
        clock.after(ms(takes), () => resolve(fails ?? { state: 'answered', answeredAt: clock.now() }));
      });
    },
  };
  return { clock, target, seen };
}

/** Answers in 1 ms; who comes from `from` on is answered 1 ms after `until`. */
export const stalls = (from: number, until: number): Scripted =>
  scripted((_, now) => ({ takes: (now >= from && now < until ? until - now : 0) + 1 }));

export const level = (clock: VirtualClock, more: Partial<LevelOptions> = {}): LevelOptions => ({
  clock,
  warmUpMs: ms(0),
  stop: { timeMs: ms(10_000) },
  timeoutMs: ms(60_000),
  ...more,
});
