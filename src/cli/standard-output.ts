/** Standard output for more than a line: waits for its reader, and knows when it can take no more. */
import { hasCode } from '../domain/errors.js';
import { escapeControls } from '../domain/terminal-text.js';
import { cannotWrite } from '../files/write-failure.js';

let failure: Error | undefined;

/** Called once, by the process's entry: without a listener an error of a stream ends it with a stack trace. */
export function watchStandardStreams(): void {
  process.stdout.on('error', (error: Error) => {
    failure ??= error;
  });
  // Where messages cannot be shown there is no place to say so.
  process.stderr.on('error', () => undefined);
}

/** The reader of standard output has seen enough, as `head` has: no failure, but nothing more needs to be made. */
export class ReaderHasLeft extends Error {
  override readonly name = 'ReaderHasLeft';
}

/** Why standard output took no more; undefined where it took everything, and where its reader had seen enough. */
export function standardOutputFailure(): Error | undefined {
  if (failure === undefined || hasCode(failure, 'EPIPE')) return undefined;
  return cannotWrite('standard output', failure);
}

/**
 * A file or a pipe gets each character as it is. A terminal would follow control characters: it gets them escaped.
 * @throws ReaderHasLeft, or LumosError when standard output cannot be written
 */
export async function writeToStandardOutput(chunk: string | Uint8Array): Promise<void> {
  checkStandardOutput();
  const isForTerminal = process.stdout.isTTY && typeof chunk === 'string';
  if (!process.stdout.write(isForTerminal ? escapeControls(chunk) : chunk)) await drained();
  // An error comes with the next turn.
  else await new Promise((resolve) => setImmediate(resolve));
  checkStandardOutput();
}

function checkStandardOutput(): void {
  if (failure === undefined) return;
  throw standardOutputFailure() ?? new ReaderHasLeft('standard output is closed');
}

const drained = (): Promise<void> =>
  new Promise((resolve) => {
    const { stdout } = process;
    const events = ['drain', 'error', 'close'] as const;
    const settle = (): void => {
      for (const event of events) stdout.off(event, settle);
      resolve();
    };
    for (const event of events) stdout.on(event, settle);
  });
