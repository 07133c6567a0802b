/** A function's objects in one invocation: what is the same wherever they are. */
import type { Counts } from '../head.js';

/** Why an object could not be had or stored: the statuses of `docs/protocol.md`. */
export type Reason = 'missing' | 'denied' | 'too-large' | 'unreachable' | 'not-allowed' | 'failed';

/** The reasons by the status of a result. */
export const reasonOfStatus: Readonly<Record<number, Reason>> = {
  1: 'missing',
  2: 'denied',
  3: 'too-large',
  4: 'unreachable',
  5: 'not-allowed',
  6: 'failed',
};

/** A store's word that it could not. */
export class StorageFailure extends Error {
  constructor(readonly reason: Reason) {
    super(reason);
  }
}

/** The function's error for a reason, in the protocol's words. */
export function storageMessage(reason: Reason, key: string, limit: number): string {
  switch (reason) {
    case 'missing':
      return `storage: there is no object "${key}"`;
    case 'denied':
      return 'storage: the service refuses the credentials';
    case 'too-large':
      return `storage: object "${key}" is larger than the limit of ${limit} bytes`;
    case 'unreachable':
      return 'storage: the service cannot be reached';
    case 'not-allowed':
      return `storage: key "${key}" is not allowed`;
    case 'failed':
      return 'storage: the service answered with an error';
  }
}

/** A way to a function's objects. Keys are good ones, and objects that are put are within the limit. */
export interface Store {
  /** The object under `key`. @throws StorageFailure */
  get(key: string, limit: number): Uint8Array | Promise<Uint8Array>;
  /** Stores `object` under `key`. @throws StorageFailure */
  put(key: string, object: Uint8Array): void | Promise<void>;
  /** An invocation begins. */
  begin?(): void;
  /** The function has done its work for this invocation. */
  end?(): void | Promise<void>;
  /** Requests of this invocation of which the answer was waited for. */
  readonly roundTrips: number;
}

const keyPattern = /^[a-z0-9][a-z0-9._-]{0,199}$/;

/** The objects in one invocation: keeps the keys' rules and the limit, and counts. */
export class Session {
  private fetched = 0;
  private stored = 0;

  /** @param limit the largest object in bytes */
  constructor(
    private readonly backing: Store,
    private readonly limit: number,
  ) {}

  async get(key: string): Promise<Uint8Array> {
    return await this.told(key, async () => {
      const object = await this.backing.get(key, this.limit);
      if (object.length > this.limit) throw new StorageFailure('too-large');
      this.fetched += object.length;
      return object;
    });
  }

  async put(key: string, object: Uint8Array): Promise<void> {
    await this.told(key, async () => {
      if (object.length > this.limit) throw new StorageFailure('too-large');
      await this.backing.put(key, object);
      this.stored += object.length;
    });
  }

  counts(): Counts {
    return { roundTrips: this.backing.roundTrips, fetched: this.fetched, stored: this.stored };
  }

  private async told<T>(key: string, work: () => Promise<T>): Promise<T> {
    try {
      if (!keyPattern.test(key) || key.includes('\n')) throw new StorageFailure('not-allowed');
      return await work();
    } catch (error) {
      if (!(error instanceof StorageFailure)) throw error;
      throw new Error(storageMessage(error.reason, key, this.limit), { cause: error });
    }
  }
}
