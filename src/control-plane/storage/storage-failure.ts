/** How every store says what went wrong: in the words of docs/protocol.md, without credentials and without addresses. */
import { hasCode } from '../../domain/errors.js';
import { objectKeyPattern, StorageError, type StorageFailure } from '../../domain/object-store.js';
import type { Bytes, Milliseconds } from '../../domain/units.js';

const longestKeyShown = 200;

/** `key` as it may stand in a log: quoted, on one line, not longer than a key can be. */
const quoted = (key: string): string => JSON.stringify(key.slice(0, longestKeyShown));

export const missingObject = (key: string): StorageError =>
  new StorageError('missing', `there is no object ${quoted(key)}`);

export const tooLarge = (key: string, limit: Bytes): StorageError =>
  new StorageError('too-large', `object ${quoted(key)} is larger than the limit of ${limit} bytes`);

const said: Readonly<Record<Exclude<StorageFailure, 'missing' | 'too-large' | 'not-allowed'>, string>> = {
  denied: 'the service refuses the credentials',
  unreachable: 'the service cannot be reached',
  failed: 'the service answered with an error',
};

/** `detail` is a short word such as an error code; whatever is not plain letters, digits and spaces in it is left out. */
export function serviceFailure(failure: keyof typeof said, detail = ''): StorageError {
  const plain = detail.replaceAll(/[^A-Za-z0-9_ -]/g, '').slice(0, longestKeyShown);
  return new StorageError(failure, plain === '' ? said[failure] : `${said[failure]} (${plain})`);
}

/** The system's error code of an error that ended a connection, e.g. `ECONNRESET`; empty where it has none. */
export const connectionCode = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';

/** Refuses keys that are none. @throws StorageError `not-allowed` */
export function checkKey(key: string): void {
  if (!objectKeyPattern.test(key)) throw new StorageError('not-allowed', `key ${quoted(key)} is not allowed`);
}

/** Refuses objects above the limit. @throws StorageError `too-large` */
export function checkSize(key: string, size: number, limit: Bytes): void {
  if (size > limit) throw tooLarge(key, limit);
}

/**
 * `work`, or `unreachable` when it takes longer than `limit`. The work goes on unless `onTimeout` ends it; what becomes of it then
 * is of no interest to anybody.
 */
export async function withinTime<T>(
  limit: Milliseconds,
  work: Promise<T>,
  onTimeout: () => void,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timedOut = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      onTimeout();
      reject(serviceFailure('unreachable', 'no answer in time'));
    }, limit);
  });
  work.catch(() => undefined);
  try {
    return await Promise.race([work, timedOut]);
  } finally {
    clearTimeout(timer);
  }
}

/** Whether an error of a file means that it may not be used, rather than that something broke. */
export const isPermission = (error: unknown): boolean => hasCode(error, 'EACCES', 'EPERM', 'EROFS');
