/** Why a file cannot be written, in one sentence: the path, the reason, and what to do next. */
import { hasCode, LumosError, messageOf, type ErrorKind } from '../domain/errors.js';

interface Reason {
  readonly kind: ErrorKind;
  readonly says: string;
  readonly remedy: string;
}

const machineLacks = (says: string, remedy: string): Reason => ({ kind: 'missing-dependency', says, remedy });
const wrongPath = (says: string, remedy: string): Reason => ({ kind: 'invalid-input', says, remedy });

const anotherPath = 'Name another path.';
const permissions = 'Change its permissions, or name another path.';

/** By the code of the system's error. */
const reasons: Readonly<Record<string, Reason>> = {
  ENOSPC: machineLacks('no space is left on the disk', 'Make room on the disk, and try again.'),
  EDQUOT: machineLacks('the disk quota is used up', 'Make room within the quota, and try again.'),
  EIO: machineLacks('the disk reports an input/output error', 'Check the disk (dmesg), or use another one.'),
  EFBIG: machineLacks('the file would be larger than the system allows', 'Raise the limit (ulimit -f).'),
  EMFILE: machineLacks('this process has too many files open', 'Raise the limit (ulimit -n), and try again.'),
  ENFILE: machineLacks('the system has too many files open', 'Close other programs, and try again.'),
  EPIPE: machineLacks('its reader has closed it', 'Start the reader again, or name a file.'),
  ENOENT: wrongPath('its folder does not exist', 'Make the folder, or name another path.'),
  ENOTDIR: wrongPath('a part of the path is a file, not a folder', anotherPath),
  EISDIR: wrongPath('it is a folder', 'Name a file.'),
  EACCES: wrongPath('permission denied', permissions),
  EPERM: wrongPath('the system does not permit it', permissions),
  EROFS: wrongPath('the file system is read-only', anotherPath),
  ELOOP: wrongPath('its symbolic links lead in a circle', anotherPath),
  ENAMETOOLONG: wrongPath('the name is too long', 'Name a shorter path.'),
  ENXIO: wrongPath('nothing reads from it', 'Start what reads from it first, or name a file.'),
  ECONNREFUSED: wrongPath('no program listens on this socket', 'Start the program first, or name a file.'),
  EBADF: wrongPath('this descriptor is not open for writing', anotherPath),
  ETXTBSY: wrongPath('it is a program that is running', anotherPath),
  EBUSY: wrongPath('it is in use by the system', anotherPath),
};

/** The coded error for what a write, an open or a rename of `path` threw. A `LumosError` is handed through. */
export function cannotWrite(path: string, error: unknown): LumosError {
  if (error instanceof LumosError) return error;
  const reason = error instanceof Error && 'code' in error ? reasons[String(error.code)] : undefined;
  if (reason === undefined)
    return new LumosError('invalid-input', `${path} cannot be written: ${messageOf(error)}`, {
      remedy: anotherPath,
      cause: error,
    });
  return new LumosError(reason.kind, `${path} cannot be written: ${reason.says}`, {
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
