/** Ctrl-C and SIGTERM: the first asks the work to stop, the second leaves at once. */
import { exitCodes } from './exit-codes.js';

/** What runs and can be stopped in order. */
const stoppable = new Set<AbortController>();

/** Asks all that runs to stop, as the first stop signal does; false where nothing can be stopped that way. */
export function stopWhatRuns(): boolean {
  for (const controller of stoppable) controller.abort();
  return stoppable.size > 0;
}

/** Aborts `signal` on the first stop signal, after calling `onStop`. `forget` gives the signals back. */
export function onStopSignal(onStop: () => void): { readonly signal: AbortSignal; forget(): void } {
  const controller = new AbortController();
  const handle = (): void => {
    if (controller.signal.aborted) process.exit(exitCodes.interrupted);
    onStop();
    controller.abort();
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const name of signals) process.on(name, handle);
  stoppable.add(controller);
  return {
    signal: controller.signal,
    forget: () => {
      stoppable.delete(controller);
      for (const name of signals) process.off(name, handle);
    },
  };
}
