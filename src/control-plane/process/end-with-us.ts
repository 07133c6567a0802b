/**
 * Children that may not outlive us. A child with a process group of its own does not get the terminal's Ctrl-C, so
 * the signals that end us are passed on. Nothing can be done about SIGKILL.
 */
import type { ChildProcess } from 'node:child_process';

const endingSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
type EndingSignal = (typeof endingSignals)[number];

const running = new Set<ChildProcess>();

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
  for (const child of running) signalChild(child, 'SIGTERM');
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
export function endWithUs(child: ChildProcess): () => void {
  if (running.size === 0) {
    process.on('exit', endAll);
    for (const signal of endingSignals) process.on(signal, onSignal);
  }
  running.add(child);
  return () => {
    if (!running.delete(child) || running.size > 0) return;
    process.off('exit', endAll);
    for (const signal of endingSignals) process.off(signal, onSignal);
  };
}
