/** Any error as one sentence a person can act on: the path, the reason, what to do. */
import type { z } from 'zod';
import { LumosError, messageOf, type ErrorKind } from '../domain/errors.js';
import { oneLine } from '../domain/terminal-text.js';

interface Reason {
  readonly kind: ErrorKind;
  readonly reason: string;
  readonly remedy: string;
}

const input = (reason: string, remedy: string): Reason => ({ kind: 'invalid-input', reason, remedy });
const machine = (reason: string, remedy: string): Reason => ({ kind: 'missing-dependency', reason, remedy });

const checkPath = 'Check the path.';
const noPermission = input('permission denied', 'Change its permissions, or run lumos as its owner.');
const diskFull = machine(
  'no space is left there',
  'Free some space, or name a folder on another file system.',
);
const tooManyFiles = machine('too many files are open', 'Raise the limit, e.g. with ulimit -n 4096.');
const tooLarge = input('the file is too large to be read whole', 'Name another file.');
const noServer = machine('no connection', 'Start the server, or check its address.');

/** What the codes of system errors mean to a user. */
const reasons: Readonly<Record<string, Reason>> = {
  ENOENT: input('there is no such file or folder', checkPath),
  ENOTDIR: input('a part of the path is a file, not a folder', checkPath),
  EISDIR: input('this is a folder, not a file', 'Name a file.'),
  EACCES: noPermission,
  EPERM: noPermission,
  ELOOP: input('its symbolic links lead in a circle', 'Name the file itself.'),
  ENAMETOOLONG: input('the name is too long', 'Take a shorter one.'),
  EEXIST: input('it is there already', 'Name another one.'),
  ENOTEMPTY: input('the folder is not empty', 'Name another one.'),
  ENXIO: input('it cannot be opened as a file', 'Name a regular file or a pipe.'),
  ENODEV: input('it cannot be opened as a file', 'Name a regular file or a pipe.'),
  EINVAL: input('it cannot be used like a file', 'Name a regular file.'),
  ESPIPE: input('it is a pipe, and has to be a regular file', 'Write it into a file first.'),
  EBUSY: input('it is in use', 'Try again when it is free.'),
  ETXTBSY: input('it is being run', 'Try again when it has ended.'),
  EXDEV: input('it lies on another file system', 'Name a path on the same one.'),
  ERR_INVALID_ARG_VALUE: input('the path has a character that no path can have', checkPath),
  ERR_FS_FILE_TOO_LARGE: tooLarge,
  ERR_STRING_TOO_LONG: tooLarge,
  ERR_FS_EISDIR: input('this is a folder, not a file', 'Name a file.'),
  EROFS: machine('the file system is read-only', 'Name a folder that can be written to.'),
  ENOSPC: diskFull,
  EDQUOT: machine('the disk quota is used up', 'Free some space, or name a folder on another file system.'),
  EFBIG: machine('the file would become larger than is allowed', 'Raise the limit (ulimit -f).'),
  EMFILE: tooManyFiles,
  ENFILE: tooManyFiles,
  ENOMEM: machine('there is too little memory', 'End other programs, or raise the memory limit.'),
  EAGAIN: machine(
    'no further process or thread can be started',
    'Raise the limit (ulimit -u, or pids.max of the control group).',
  ),
  EIO: machine('the device reports an error', 'Look into the system log (dmesg).'),
  ESTALE: machine('the network file system has lost it', 'Mount it again.'),
  ECONNREFUSED: noServer,
  ECONNRESET: machine('the connection was closed', 'Look into the log of the server.'),
  EHOSTUNREACH: noServer,
  ENETUNREACH: noServer,
  ETIMEDOUT: machine('no response in time', 'Start the server, or check its address.'),
  ENOTFOUND: machine('there is no host of this name', 'Check the address.'),
  EAI_AGAIN: machine('the name of the host cannot be looked up', 'Check the address and the network.'),
  EADDRINUSE: machine('the port is in use', 'End what listens on it.'),
  EADDRNOTAVAIL: machine('the address is not one of this machine', 'Check the address.'),
  EPIPE: machine('whoever read the output has ended', 'Keep the reader running until lumos ends.'),
};

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
  const known = special(error) ?? reasons[code];
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
