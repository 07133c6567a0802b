/** A launch that is given up after its time limit leaves nothing behind, however late it succeeds. */
import type { Clock } from '../domain/clock.js';
import type { Sandbox } from '../domain/runtime.js';
import type { Milliseconds } from '../domain/units.js';

/**
 * The sandbox, or `undefined` after the time limit or as soon as `stopped` resolves: it is then removed as soon as it is there.
 * Rejects as the launch does.
 */
export async function launchInTime(
  launching: Promise<Sandbox>,
  { clock, timeLimitMs }: { readonly clock: Clock; readonly timeLimitMs: Milliseconds },
  stopped: readonly Promise<undefined>[] = [],
): Promise<Sandbox | undefined> {
  let cancel: () => void = () => undefined;
  const late = new Promise<undefined>((resolve) => {
    cancel = clock.after(timeLimitMs, () => resolve(undefined));
  });
  try {
    const sandbox = await Promise.race([launching, late, ...stopped]);
    if (sandbox === undefined) void launching.then((tooLate) => tooLate.remove()).catch(() => undefined);
    return sandbox;
  } finally {
    cancel();
  }
}
