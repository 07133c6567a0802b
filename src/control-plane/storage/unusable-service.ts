/** A service that somebody named and that cannot be used: said so that the person can act, without its address. */
import { missingDependency, type LumosError } from '../../domain/errors.js';
import { StorageError, type StorageFailure } from '../../domain/object-store.js';

const advice: Partial<Record<StorageFailure, string>> = {
  unreachable: 'start it, or take the variable away: Lumos then starts one of its own',
  denied: 'give it credentials that are good there',
};

/** `what` with its name, e.g. `the Redis of LUMOS_REDIS_URL`. */
export function notUsable(what: string, error: unknown): LumosError {
  if (!(error instanceof StorageError)) throw error;
  return missingDependency(
    `${what} cannot be used: ${error.message}`,
    advice[error.failure] ?? 'see what it logs',
  );
}
