/** Whatever goes wrong ends in one sentence and an exit code of CONTRACT.md, never in a stack trace. */
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { messageOf } from '../domain/errors.js';
import { oneLine } from '../domain/terminal-text.js';
import { explained } from '../files/explain.js';
import { exitCodeOf, exitCodes, type ExitCode } from './exit-codes.js';
import { failure, note } from './output.js';
import { stopWhatRuns } from './stop-signal.js';

/** Says what went wrong and what to do about it. */
export function tell(error: unknown, source?: string): ExitCode {
  const known = explained(error, source);
  if (known === undefined) return tellDefect(error);
  // A compiler's words are several lines and worth reading; every other message is one sentence.
  const text = known.kind === 'failed' ? known.message : oneLine(known.message);
  note(`${failure('error:')} ${text}`);
  if (known.remedy !== undefined) note(`  ${known.kind === 'failed' ? known.remedy : oneLine(known.remedy)}`);
  return exitCodeOf[known.kind];
}

function tellDefect(error: unknown): ExitCode {
  const file = writeDetails(error);
  note(`${failure('error:')} ${oneLine(messageOf(error)) || 'unknown'} (this is a defect of Lumos)`);
  note(
    file === undefined
      ? '  Report it, with the command that you gave.'
      : `  Report it, with the command that you gave and the details in ${file}.`,
  );
  return exitCodes.failed;
}

/** The file with the details; `undefined` where none can be written. */
function writeDetails(error: unknown): string | undefined {
  const file = join(tmpdir(), `lumos-defect-${process.pid}-${Date.now()}.txt`);
  const details = error instanceof Error ? (error.stack ?? error.message) : messageOf(error);
  try {
    writeFileSync(file, `${process.argv.slice(2).join(' ')}\n${details}\n`, { flag: 'wx', mode: 0o600 });
    return file;
  } catch {
    return undefined;
  }
}

/** How long what runs may take to stop in order after a fault. */
const stopWithinMs = 30_000;

let faultCode: ExitCode | undefined;

/** The exit code of a fault outside of what a command waited for, which is said already. */
export const codeOfFault = (): ExitCode | undefined => faultCode;

function fault(error: unknown, source?: string): void {
  if (faultCode !== undefined) return;
  faultCode = tell(error, source);
  if (!stopWhatRuns()) process.exit(faultCode);
  setTimeout(() => process.exit(faultCode), stopWithinMs).unref();
}

/** Takes up what nobody waits for: errors of timers, of promises that were left alone, and of streams but the standard ones. */
export function spreadSafetyNet(): void {
  process.on('uncaughtException', (error) => {
    fault(error);
  });
  process.on('unhandledRejection', (reason) => {
    fault(reason);
  });
}
