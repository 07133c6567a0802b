/** What the codes of system errors mean to a user, and what to do next. */
import type { ErrorKind } from '../domain/errors.js';

export interface Reason {
  readonly kind: ErrorKind;
  readonly reason: string;
  readonly remedy: string;
}

export const input = (reason: string, remedy: string): Reason => ({ kind: 'invalid-input', reason, remedy });
export const machine = (reason: string, remedy: string): Reason => ({
  kind: 'missing-dependency',
  reason,
  remedy,
});

const checkPath = 'Check the path.';
const noPermission = input('permission denied', 'Change its permissions, or run lumos as its owner.');
const diskFull = machine(
  'no space is left on the disk',
  'Free some space, or name a folder on another file system.',
);
const tooManyFiles = machine(
  'this process has too many files open',
  'Raise the limit, e.g. with ulimit -n 4096.',
);
const tooLarge = input('the file is too large to be read whole', 'Name another file.');
const noServer = machine('no connection', 'Start the server, or check its address.');

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
  ENFILE: machine('the system has too many files open', 'Close other programs, and try again.'),
  ENOMEM: machine('there is too little memory', 'End other programs, or raise the memory limit.'),
  EAGAIN: machine(
    'no further process or thread can be started',
    'Raise the limit (ulimit -u, or pids.max of the control group).',
  ),
  EIO: machine(
    'the disk reports an input/output error',
    'Look into the system log (dmesg), or use another disk.',
  ),
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

/** @param code of a system error, e.g. `ENOENT` */
export const reasonOf = (code: string): Reason | undefined => reasons[code];
