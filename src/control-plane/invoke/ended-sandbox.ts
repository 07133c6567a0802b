/** What is told of a sandbox that ended before its answer. */
import type { ExitStatus } from '../../domain/runtime.js';
import type { Exchange } from './line.js';

export function endedBeforeAnswer(
  status: ExitStatus,
  stderrTail: string,
): Extract<Exchange, { state: 'failed' }> {
  const how = status.outOfMemory
    ? 'killed for memory'
    : status.signal !== undefined
      ? `ended by ${status.signal}`
      : `exited with code ${status.code ?? 'unknown'}`;
  return {
    state: 'failed',
    outcome: 'crashed',
    reason: `${how} before its answer${lastWords(stderrTail)}`,
  };
}

/** The end of what a sandbox wrote to its standard error, to be put behind a sentence; nothing where it wrote nothing. */
export function lastWords(stderrTail: string): string {
  const words = stderrTail.trim().split('\n').slice(-3).join(' | ').slice(0, 500);
  return words === '' ? '' : `: ${words}`;
}
