/** Why a file cannot be written, in one sentence: the path, the reason, and what to do next. */
import { hasCode, LumosError, messageOf } from '../domain/errors.js';
import { input, machine, reasonOf, type Reason } from './error-reasons.js';

const anotherPath = 'Name another path.';

/** Where a code means something else, or takes another remedy, when a file is written. */
const reasons: Readonly<Record<string, Reason>> = {
  EPIPE: machine('its reader has closed it', 'Start the reader again, or name a file.'),
  ENOENT: input('its folder does not exist', 'Make the folder, or name another path.'),
  EISDIR: input('it is a folder', 'Name a file.'),
  EPERM: input('the system does not permit it', 'Change its permissions, or name another path.'),
  EROFS: input('the file system is read-only', anotherPath),
  ELOOP: input('its symbolic links lead in a circle', anotherPath),
  ENXIO: input('nothing reads from it', 'Start what reads from it first, or name a file.'),
  ECONNREFUSED: input('no program listens on this socket', 'Start the program first, or name a file.'),
  EBADF: input('this descriptor is not open for writing', anotherPath),
};

/** The coded error for what a write, an open or a rename of `path` threw. A `LumosError` is handed through. */
export function cannotWrite(path: string, error: unknown): LumosError {
  if (error instanceof LumosError) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const reason = reasons[code] ?? reasonOf(code);
  if (reason === undefined)
    return new LumosError('invalid-input', `${path} cannot be written: ${messageOf(error)}`, {
      remedy: anotherPath,
      cause: error,
    });
  return new LumosError(reason.kind, `${path} cannot be written: ${reason.reason}`, {
    remedy: reason.remedy,
    cause: error,
  });
}

/** Runs `work`; what the system refuses in it becomes the coded error for `path`. */
export function writing<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw cannotWrite(path, error);
  }
}

/** Whether the disk is to blame, not the path: what failed may go well later, or on another disk. */
export const isDiskFailure = (error: unknown): boolean =>
  hasCode(error, 'ENOSPC', 'EDQUOT', 'EIO') ||
  (error instanceof LumosError && error.cause !== undefined && isDiskFailure(error.cause));

const saidByTools: readonly (readonly [RegExp, string])[] = [
  [/no space left on device/i, 'ENOSPC'],
  [/disk quota exceeded/i, 'EDQUOT'],
  [/read-only file system/i, 'EROFS'],
];

/**
 * The coded error for a tool that could not write into `folder`, by what it said; undefined where it said nothing of the kind. A
 * compiler on a full disk ends as one whose sources are wrong does.
 */
export function writeFailureSaidIn(output: string, folder: string): LumosError | undefined {
  const code = saidByTools.find(([pattern]) => pattern.test(output))?.[1];
  return code === undefined ? undefined : cannotWrite(folder, Object.assign(new Error(code), { code }));
}
