/** Any error as one sentence a person can act on: the path, the reason, what to do. */
import type { z } from 'zod';
import { LumosError, messageOf } from '../domain/errors.js';
import { oneLine } from '../domain/terminal-text.js';
import { input, machine, reasonOf, type Reason } from './error-reasons.js';

/** Errors of calls that have no path, or whose path says little. */
const calls: Readonly<Record<string, Reason>> = {
  uv_cwd: input('the current folder was removed', 'Change into a folder that is there (cd).'),
  uv_os_homedir: input('there is no home folder', 'Set HOME, or LUMOS_CACHE to a folder for the cache.'),
};

/**
 * `error` as one a person can act on; `undefined` for one that nothing is known of, which is a defect of Lumos.
 * @param source the file or input that was read or written meanwhile, for errors that name none
 */
export function explained(error: unknown, source?: string): LumosError | undefined {
  if (error instanceof LumosError) return error;
  if (!(error instanceof Error)) return undefined;
  return systemError(error, source) ?? readingError(error, source);
}

type SystemError = NodeJS.ErrnoException & { readonly address?: string; readonly port?: number };

function systemError(error: SystemError, source: string | undefined): LumosError | undefined {
  const { code = '', syscall = '' } = error;
  const known = special(error) ?? reasonOf(code);
  if (known === undefined) return undefined;
  const { kind, reason, remedy } = known;
  const where = calls[syscall] === undefined ? placeOf(error, source) : undefined;
  return new LumosError(kind, where === undefined ? reason : `${where}: ${reason}`, { remedy, cause: error });
}

/** Where the call says more than the code. */
function special({ code, syscall = '' }: SystemError): Reason | undefined {
  if (code !== 'ENOENT') return calls[syscall];
  if (syscall.startsWith('spawn'))
    return machine('there is no such command', 'Install it; lumos doctor says what is missing.');
  if (syscall === 'mkdtemp')
    return machine(
      'the folder for temporary files is not there',
      'Make it, or set TMPDIR to a folder that is there.',
    );
  return calls[syscall];
}

function placeOf({ path, syscall, address, port }: SystemError, source?: string): string | undefined {
  if (path !== undefined) return path;
  if (source !== undefined) return source;
  if (address !== undefined) return port === undefined ? address : `${address}:${port}`;
  return syscall;
}

/** Of parsers, which mean what they were given. */
function readingError(error: Error, source: string | undefined): LumosError | undefined {
  const reason = readingReason(error, source !== undefined);
  if (reason === undefined) return undefined;
  return new LumosError('invalid-input', `${source === undefined ? '' : `${source}: `}${reason}`, {
    remedy: 'Correct the file, or name another one.',
    cause: error,
  });
}

function readingReason(error: Error, hasSource: boolean): string | undefined {
  if (isZodError(error)) return issueText(error);
  if (error.name === 'YAMLParseError' || error.name === 'YAMLWarning') return `not YAML: ${firstLine(error)}`;
  if (error instanceof ReferenceError && /\balias\b/i.test(error.message))
    return `not YAML: ${firstLine(error)}`;
  if (error.name === 'CsvError') return firstLine(error);
  if (!hasSource) return undefined;
  // Without a source these would be errors of the program; while a file is read they are of the file.
  if (error instanceof SyntaxError) return `not JSON: ${firstLine(error)}`;
  if (error instanceof RangeError)
    return /call stack/i.test(error.message) ? 'it is nested too deeply' : 'it is too large';
  return undefined;
}

/** The error is known by its name, since this module is loaded first and must not load zod. */
const isZodError = (error: Error): error is z.ZodError =>
  (error.name === 'ZodError' || error.name === '$ZodError') &&
  'issues' in error &&
  Array.isArray(error.issues);

const firstLine = (error: Error): string => oneLine(messageOf(error).split('\n')[0] ?? '');

/** The first thing that does not fit, with its place. */
export function issueText(error: z.ZodError): string {
  const [issue] = error.issues;
  if (issue === undefined) return 'it does not fit its schema';
  const where = issue.path.length === 0 ? '' : `${issue.path.map(String).join('.')}: `;
  return oneLine(`${where}${issue.message}`);
}

/** `error` as one sentence about `source`, or itself where nothing is known of it. */
export const sentenceOf = (error: unknown, source: string): Error =>
  explained(error, source) ?? (error instanceof Error ? error : new Error(String(error)));

/**
 * What `read` gives back; whatever it throws names `source` and is one sentence.
 * @throws LumosError
 */
export function explaining<T>(source: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw explained(error, source) ?? error;
  }
}
