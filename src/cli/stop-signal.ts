/** Ctrl-C and SIGTERM: the first asks the work to stop, the second leaves at once. */
import { exitCodes } from './exit-codes.js';

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
  return {
    signal: controller.signal,
    forget: () => {
      for (const name of signals) process.off(name, handle);
    },
  };
}
