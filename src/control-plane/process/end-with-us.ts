/**
 * Children that may not outlive us. A child with a process group of its own does not get the terminal's Ctrl-C, so
 * the signals that end us are passed on. Nothing can be done about SIGKILL.
 */
import type { ChildProcess } from 'node:child_process';

const endingSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
type EndingSignal = (typeof endingSignals)[number];

/** What is called when we end. */
const endings = new Set<() => void>();

/** Sends `signal` to the child's process group, or to the child alone where it has none of its own. */
export function signalChild(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    child.kill(signal);
  }
}

function endAll(): void {
  for (const end of endings) end();
}

function onSignal(signal: EndingSignal): void {
  endAll();
  // Our listener took away the signal's own effect. Where someone else handles it, how we end is for them to say.
  if (process.listenerCount(signal) === 1) {
    process.off(signal, onSignal);
    process.kill(process.pid, signal);
  }
}

/** Ends `child` when we end, until the function given back is called. */
export const endWithUs = (child: ChildProcess): (() => void) =>
  whenWeEnd(() => signalChild(child, 'SIGTERM'));

/** A signal that aborts when this process is told to stop, until `forget` is called. */
export function untilToldToStop(): { readonly signal: AbortSignal; readonly forget: () => void } {
  const controller = new AbortController();
  return { signal: controller.signal, forget: whenWeEnd(() => controller.abort()) };
}

function whenWeEnd(end: () => void): () => void {
  if (endings.size === 0) {
    process.on('exit', endAll);
    for (const signal of endingSignals) process.on(signal, onSignal);
  }
  endings.add(end);
  return () => {
    if (!endings.delete(end) || endings.size > 0) return;
    process.off('exit', endAll);
    for (const signal of endingSignals) process.off(signal, onSignal);
  };
}
