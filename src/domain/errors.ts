/** Coded errors with advice: what is wrong, and what the person can do about it. */

import { oneLine } from './terminal-text.js';

/** What an error means to the caller; the command line maps each to an exit code of CONTRACT.md. */
export type ErrorKind =
  /** Wrong usage or invalid input (exit 2). */
  | 'invalid-input'
  /** This machine lacks something the run needs (exit 3). */
  | 'missing-dependency'
  /** A step that should have worked did not, e.g. a compiler run (exit 1). */
  | 'failed';

/** An error a person can act on. `remedy` is a command or a sentence that says what to do. */
export class LumosError extends Error {
  override readonly name = 'LumosError';
  readonly remedy: string | undefined;

  constructor(
    readonly kind: ErrorKind,
    message: string,
    options: { remedy?: string; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.remedy = options.remedy;
  }
}

/** The message is one line, whatever it quotes. */
export const invalidInput = (message: string, remedy?: string): LumosError =>
  new LumosError('invalid-input', oneLine(message), remedy === undefined ? {} : { remedy });

export const missingDependency = (message: string, remedy: string): LumosError =>
  new LumosError('missing-dependency', message, { remedy });

/** What an unknown thrown value says, for a message. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Whether `error` is a Node system error with one of these codes (`ENOENT`, `EPIPE`, ...). */
export function hasCode(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}

/**
 * Whether a system call failed because the machine, or a limit set for this process, has no more of something: processes,
 * file descriptors, memory, buffers. What failed can succeed a moment later.
 */
export const isOutOfResources = (error: unknown): boolean =>
  hasCode(error, 'EAGAIN', 'EMFILE', 'ENFILE', 'ENOMEM', 'ENOBUFS');
